/**
 * The rule for an A/B session: judges side b against side a by pairs of slices. If both sides were restarted within the
 * session, the slices between two restarts are a block, and each side has a run for each block. How one metric is judged
 * is in `judges/pairs.ts`.
 */
import { findNamed } from '../stats/named.js'
import { timingWindowsOf } from '../stats/observed.js'
import { type Control, lessControls, makeControl } from './controls.js'
import { type DecisiveIf, decisiveIf, MEDIAN_SAMPLES, WHOLE_SAMPLES } from './decisive.js'
import { splitRuns } from './job.js'
import { type Judgement, judgeRatio, type Lateness, MISS_RISK } from './judge.js'
import { isLatency, type RatioMetric } from './judged-metric.js'
import { sumFailures } from './judges/failures.js'
import {
  errorOfPairs,
  judgePairs,
  PAIRS_MIN,
  RELATIVE_START_DEVIATION,
  startDeviationOf,
  usableBlocks,
} from './judges/pairs.js'
import { lateOf, PUNCTUAL } from './lateness.js'
import {
  floorOf,
  isJudgedRelatively,
  type Judged,
  judgeFailures,
  judgeLine,
  LATENCIES,
  type Limits,
  splitAlpha,
  toleranceOf,
  tooFew,
  WHOLE_LATENCIES,
} from './line.js'
import { isPlain, type MeasuredRequest, type Measurement } from './measurement.js'
import {
  type Block,
  type CpuBlock,
  type Paired,
  pairCpu,
  pairLatencies,
  pairMixes,
  pairThroughputs,
} from './pairing.js'
import { type Joined, makeJoined } from './quantile.js'
import { combine, estimateMedian, RARE_SAMPLES_MAX, reachOf, type Shift, shiftBetween } from './rare.js'
import { requestSlices, type Series, wholeSlices } from './series.js'
import { judgeStalls, pairStalls } from './stalls.js'

/**
 * The most seconds per side. Both sides together fill an hour; beyond that a result would join neighboring seconds, which
 * belong to different sides.
 */
export const SESSION_SECONDS_MAX = 1800

/** The probability that identical code is called regressed in a session, however many requests it has. */
const FALSE_ALARMS = 0.01

/** The slices of both sides, a block for each start of them. */
export interface Sides {
  readonly requests: readonly SidesOfRequest[]
  /** The slices of all requests together; null for an arrival rate, which sets the throughput itself. */
  readonly whole: readonly Block[] | null
  /** The windows of CPU time of both sides; null if a side's processes weren't observed. */
  readonly cpu?: readonly CpuBlock[] | null
  /** How late each side sent the requests of a name, or with null all requests; absent if both were on time. */
  readonly late?: (name: string | null, metric: RatioMetric) => Lateness
}

interface SidesOfRequest {
  readonly name: string
  readonly kind: MeasuredRequest['kind']
  readonly phase?: MeasuredRequest['phase']
  readonly blocks: readonly Block[]
  /** Its server timings that both sides have. */
  readonly timings?: readonly { readonly name: string; readonly blocks: readonly Block[] }[]
}

/** The two sides of a session from the measurements of a and b; `names`: the requests that both have. */
export function makeSides(
  a: Measurement,
  b: Measurement,
  options: { readonly names: readonly string[]; readonly withThroughput: boolean },
): Sides {
  const [before, after] = [splitRuns(a), splitRuns(b)]
  const blocks = (read: (run: Measurement) => Series) =>
    before.slice(0, after.length).map((run, index) => ({ a: read(run), b: read(after[index]!) }))
  return {
    requests: options.names.map((name) => {
      const { kind, phase, serverTimingWindows = {} } = findNamed(a.requests, name)!
      const other = findNamed(b.requests, name)!
      const timings = Object.keys(serverTimingWindows)
        .filter((timing) => timingWindowsOf(other, timing) !== undefined)
        .map((timing) => ({ name: timing, blocks: blocks((run) => requestSlices(run, name, timing)) }))
      return { name, kind, phase, blocks: blocks((run) => requestSlices(run, name)), timings }
    }),
    whole: options.withThroughput ? blocks(wholeSlices) : null,
    cpu: [a, b].every(({ target }) => target?.cpuPerRequest != null)
      ? before.slice(0, after.length).map((run, index) => ({
          a: run.target?.cpuWindows ?? [],
          b: after[index]!.target?.cpuWindows ?? [],
        }))
      : null,
    late: (name, metric) => ({ before: lateOf(a, name, metric), after: lateOf(b, name, metric) }),
  }
}

/** How a session is judged. */
export interface SessionRule {
  readonly limits: Limits
  /** How often the session is judged at most: the false alarms are divided among these looks. */
  readonly looks: number
  /**
   * Measured seconds of each side by the end of the session, so that every look finds the same lines decisive. With 0, as
   * in old files, the session has ended.
   */
  readonly maxSeconds: number
}

/** Judges side b against side a. */
export function judgeSides(sides: Sides, { limits, looks, maxSeconds }: SessionRule): Judged[] {
  const growth = Math.max(1, maxSeconds / secondsOf(sides))
  const requests = sides.requests.map((request) => {
    const { name, kind, blocks } = request
    const samples = growth * Math.min(...SIDES.map((side) => sideOf(blocks, side).samples))
    const metrics = LATENCIES.map((metric) => ({ metric, paired: pairLatencies(blocks, metric) }))
    return {
      name,
      blocks,
      samples,
      isPlain: isPlain(request),
      isFrequent: samples >= MEDIAN_SAMPLES,
      metrics,
      shift: isPlain(request) ? shiftOf(blocks, metrics[0]!.paired) : null,
      // A journey stalls with its steps.
      stalls: kind === 'journey' ? null : pairStalls(blocks, limits),
    }
  })
  const plain = requests.filter((request) => request.isPlain)
  const rare = plain.flatMap(({ name, isFrequent, shift, samples }) =>
    isFrequent || shift === null ? [] : [{ name, shift, samples }],
  )
  const whole: { readonly paired: Paired; readonly when: DecisiveIf }[] = []
  if (plain.length > 1) {
    const samples = plain.reduce((sum, request) => sum + request.samples, 0)
    const mix = plain.map(({ blocks }) => blocks)
    for (const metric of WHOLE_LATENCIES) {
      const when = metric === 'p95' && samples >= WHOLE_SAMPLES ? 'always' : 'if-precise'
      whole.push({ paired: pairMixes(mix, metric), when })
    }
  }
  if (sides.whole !== null) whole.push({ paired: pairThroughputs(sides.whole), when: 'always' })
  // It says where a change comes from, so it may be red, but leaves nothing open.
  if (sides.cpu) whole.push({ paired: pairCpu(sides.cpu), when: 'never' })

  const timings = sides.requests.flatMap(({ name, timings: own = [] }) =>
    own.map((timing) => ({
      request: name,
      timing: timing.name,
      pairs: LATENCIES.map((metric) => pairLatencies(timing.blocks, metric)),
    })),
  )

  // A median with a shift is judged by that, paired or not.
  const ratios = [
    ...requests.flatMap(({ metrics, shift }) =>
      metrics.filter(({ metric, paired }) => (metric === 'p50' && shift !== null) || isUsable(paired)),
    ),
    ...whole.filter(({ paired }) => isUsable(paired)),
    ...timings.flatMap(({ pairs }) => pairs.filter(isUsable)),
  ]
  const judgeable = ratios.length + (rare.length > 1 ? 1 : 0)
  const budget = FALSE_ALARMS / looks
  // Where hardly anything stalled, a false alarm is impossible and needs no share of the budget (Tarone 1990).
  const stallable = requests.filter(
    ({ stalls }) => stalls !== null && stalls.least < budget / Math.max(1, judgeable),
  )
  const alpha = budget / Math.max(1, judgeable + stallable.length)

  const lateness = (name: string | null, metric: RatioMetric) => sides.late?.(name, metric) ?? PUNCTUAL
  const ask = (pairs: Paired, when: DecisiveIf, controls: readonly Control[], name: string | null) =>
    judgePaired(pairs, { alpha, limits, controls, when, late: lateness(name, pairs.metric) })
  const controls = plain.flatMap(({ name, blocks, metrics }) =>
    // A request that changed itself is no measure for others.
    isSteady(ask(metrics[0]!.paired, 'never', [], name)) ? [makeControl(name, blocks)] : [],
  )
  const judged: Judged[] = requests.map((request) => {
    const { name, blocks, metrics, shift, stalls } = request
    const others = controls.filter((control) => control.name !== name)
    return {
      request: name,
      judgements: [
        ...metrics.map(({ metric, paired }) =>
          metric === 'p50' && shift !== null
            ? judgeShift(shift, {
                alpha,
                limits,
                decisive: request.isFrequent,
                late: lateness(name, metric),
              })
            : ask(paired, decisiveIf(metric, request), others, name),
        ),
        judgeErrors(blocks, limits),
        ...(stalls === null ? [] : [judgeStalls(stalls, alpha)]),
      ],
    }
  })
  // They say where a change comes from, so they may be red, but leave nothing open.
  for (const { request, timing, pairs } of timings)
    judged.push({ request, timing, judgements: pairs.map((paired) => ask(paired, 'never', [], request)) })
  if (rare.length > 1) {
    const shift = { ...combine(rare.map((request) => request.shift)), typical: null }
    const decisive = rare.reduce((sum, { samples }) => sum + samples, 0) >= MEDIAN_SAMPLES
    judged.push({
      request: null,
      pooled: rare.map(({ name }) => name),
      judgements: [judgeShift(shift, { alpha, limits, decisive, late: PUNCTUAL })],
    })
  }
  if (whole.length > 0)
    judged.push({ request: null, judgements: whole.map(({ paired, when }) => ask(paired, when, [], null)) })
  return judged
}

const SIDES = ['a', 'b'] as const

/** Measured seconds of each side, at least 1. */
function secondsOf({ requests }: Sides): number {
  const lengths = requests.map(({ blocks }) =>
    blocks.reduce((sum, { a }) => sum + a.reduce((seconds, slice) => seconds + slice.seconds, 0), 0),
  )
  return Math.max(1, ...lengths)
}

function sideOf(blocks: readonly Block[], side: 'a' | 'b'): Joined {
  return makeJoined(blocks.flatMap((block) => block[side]))
}

function isUsable(paired: Paired): boolean {
  return usableBlocks(differencesOf(paired)).length > 0
}

/** How much slower one request is by all samples of both sides; `typical`: its median halfway between them, in ms. */
interface RareShift extends Shift {
  /** Null for several requests as one: there is a change, but no figure in ms. */
  readonly typical: number | null
}

/** Null if a side has too few samples for a median, or if pairs of slices say more: of many samples, or of uneven seconds. */
function shiftOf(blocks: readonly Block[], medians: Paired): RareShift | null {
  const [left, right] = [sideOf(blocks, 'a'), sideOf(blocks, 'b')]
  if (Math.min(left.samples, right.samples) > RARE_SAMPLES_MAX) return null
  // A few seconds say nothing about the next ones, however many samples they have.
  if (Math.min(left.parts.length, right.parts.length) < PAIRS_MIN) return null
  const [a, b] = [estimateMedian(left), estimateMedian(right)]
  if (a === null || b === null) return null
  const { difference, error } = shiftBetween(left, right)
  const pairs = usableBlocks(differencesOf(medians))
  const paired = pairs.length === 0 ? 0 : errorOfPairs(pairs)
  // Samples without their time know nothing of how seconds differ. Where these do, pairs know better.
  if (paired > PAIRED_EXCESS * error) return null
  return { difference, error, typical: Math.exp((a.value + b.value) / 2) }
}

/** The error of pairs exceeds that of all samples by less, as long as all seconds are alike. */
const PAIRED_EXCESS = 2.2

/** What the lower bound of a change has to exceed, as a logarithm: a fifth of the tolerance. */
function marginOf(metric: RatioMetric, tolerance: number): number {
  return floorOf(metric, tolerance * 0.4)
}

interface ShiftRule {
  readonly alpha: number
  readonly limits: Limits
  readonly decisive: boolean
  readonly late: Lateness
}

function judgeShift(shift: RareShift, { alpha, limits, decisive, late }: ShiftRule): Judgement {
  const tolerance = limits.tolerance.p50
  const { difference, error } = shift
  const reach = (tail: number, times = 1) => reachOf({ error: error / Math.sqrt(times) }, tail)
  const floor = floorOf('p50', tolerance)
  const margin = marginOf('p50', tolerance)
  const beyond = (estimate: number) => Math.min(estimate - reach(alpha) - margin, estimate - floor)
  const typical = shift.typical ?? 1
  const [baseline, current] = [typical * Math.exp(-difference / 2), typical * Math.exp(difference / 2)]
  const minDelta = shift.typical === null ? 0 : limits.minDeltaMs
  return judgeRatio(
    { metric: 'p50', baseline, current, tolerance, minDelta, decisive, late },
    {
      difference,
      interval: [difference - reach(0.025), difference + reach(0.025)],
      worseBy: beyond(difference),
      betterBy: beyond(-difference),
      detectable: Math.max(floor, margin + reach(alpha)) + reach(0.1),
      randomError: reach(0.1),
      reach: reach(MISS_RISK),
      remedies: [2, 4, 8].map((count) => ({
        remedy: { more: 'seconds', count },
        reach: reach(MISS_RISK, count),
      })),
    },
  )
}

/** Neither better nor worse, not even by less than `minDelta`. */
function isSteady({ verdict, reason, why }: Judgement): boolean {
  return (verdict === 'passed' && reason === null) || why === 'too_noisy' || why === 'maybe_worse'
}

function judgeErrors(blocks: readonly Block[], { tolerance }: Limits): Judgement {
  const [a, b] = SIDES.map((side) =>
    sumFailures(blocks.flatMap((block) => block[side].map((slice) => ({ ...slice, worst: slice })))),
  )
  return judgeFailures(a!, b!, tolerance.errorRate)
}

function differencesOf({ blocks }: Paired): number[][] {
  return blocks.map((pairs) => pairs.map(({ difference }) => difference))
}

interface PairedRule {
  readonly alpha: number
  readonly limits: Limits
  readonly when: DecisiveIf
  readonly late: Lateness
  /** The other requests, except those that changed themselves. */
  readonly controls: readonly Control[]
}

function judgePaired(paired: Paired, { alpha, limits, controls, when, late }: PairedRule): Judgement {
  const { metric, typical } = paired
  const tolerance = toleranceOf(limits, metric)
  const blocks = usableBlocks(differencesOf(paired))
  if (blocks.length === 0 || typical === null) {
    const few = tooFew(`needs ${PAIRS_MIN} pairs of slices`, paired.blocks.flat().length)
    return { metric, baseline: null, current: null, tolerance, decisive: when === 'always', ...few }
  }
  const minDelta = isLatency(metric) ? limits.minDeltaMs : 0
  const rule = {
    metric,
    floor: floorOf(metric, tolerance),
    margin: marginOf(metric, tolerance),
  }
  const beside = isJudgedRelatively(metric) ? lessControls(paired, controls) : null
  const alphas = splitAlpha(alpha, beside !== null)
  const own = judgePairs(blocks, { ...rule, alpha: alphas.own, startDeviation: startDeviationOf(metric) })
  const relative =
    beside &&
    judgePairs(usableBlocks(beside), {
      ...rule,
      alpha: alphas.relative,
      startDeviation: RELATIVE_START_DEVIATION,
    })
  // Each side's own typical value would contradict at times what the pairs say of the change.
  const half = (metric === 'throughput' ? -own.difference : own.difference) / 2
  const [baseline, current] = [typical * Math.exp(-half), typical * Math.exp(half)]
  return judgeLine(
    { metric, baseline, current, tolerance, minDelta, late },
    { decisiveIf: when, own, relative },
  )
}
