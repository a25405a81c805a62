/**
 * The two sides of an `ab` session against each other: pairs of slices instead of jobs. Where both were started again
 * within the session, each side has a run for each start.
 */

import {
  describeAgainst,
  FALSE_ALARMS,
  floorOf,
  type Judged,
  judgeFailures,
  type Limits,
  tooFew,
} from './baseline-rule.js'
import { type Control, lessControls, makeControl } from './controls.js'
import { type Carries, carriesWeight, MEDIAN_SAMPLES, MIX_SAMPLES } from './decisive.js'
import { splitRuns } from './job.js'
import { type Judgement, judgeRatio, type Lateness, UNSEEN } from './judge.js'
import type { LatencyMetric, RatioMetric } from './judged-metric.js'
import type { Failures } from './judges/failures.js'
import { judgePairs, PAIRS_MIN, START_LUCK, UNCOMMON_LUCK, usableBlocks } from './judges/pairs.js'
import { lateOf, PUNCTUAL } from './lateness.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import { type Block, type Paired, pairLatencies, pairMixes, pairThroughputs } from './pairing.js'
import { type Joined, makeJoined } from './quantile.js'
import { combine, estimateMedian, reachOf, SCARCE, type Shift, shiftBetween } from './rare.js'
import { requestSlices, type Series, wholeSlices } from './series.js'
import { judgeStalls, pairStalls } from './stalls.js'

/**
 * So many seconds of each side are kept apart: both together fill an hour, and beyond that a result joins neighbours, which
 * are seconds of one side and of the other.
 */
export const SESSION_SECONDS_MOST = 1800

/** The slices of both sides, a block for each start of them. */
export interface Sides {
  readonly requests: readonly SidesOfRequest[]
  /** Of all requests; null for an arrival rate, whose throughput is what was asked for. */
  readonly whole: readonly Block[] | null
  /** How late each side may have sent the requests of a name, or all; absent where both were on time. */
  readonly late?: (name: string | null, metric: RatioMetric) => Lateness
}

interface SidesOfRequest {
  readonly name: string
  readonly kind: MeasuredRequest['kind']
  readonly phase?: MeasuredRequest['phase']
  readonly blocks: readonly Block[]
}

/** The sides as two measurements have them. */
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
      const { kind, phase } = a.requests.find((request) => request.name === name)!
      return { name, kind, phase, blocks: blocks((run) => requestSlices(run, name)) }
    }),
    whole: options.withThroughput ? blocks(wholeSlices) : null,
    late: (name, metric) => ({ before: lateOf(a, name, metric), after: lateOf(b, name, metric) }),
  }
}

/** How a session is judged. */
export interface SessionRule {
  readonly limits: Limits
  /** How often the session is looked at, which the false alarms are shared out to. */
  readonly looks: number
  /** Measured seconds of each side by its end: what the verdict rests on doesn't change from look to look. */
  readonly maxSeconds: number
}

/** Judges b against a. */
export function judgeSides(sides: Sides, { limits, looks, maxSeconds }: SessionRule): Judged[] {
  const growth = Math.max(1, maxSeconds / secondsOf(sides))
  const requests = sides.requests.map((request) => {
    const { kind, phase, blocks } = request
    // A journey moves with its steps, and what each user sends once is cold.
    const isPlain = kind !== 'journey' && phase !== 'beforeEach'
    const samples = growth * Math.min(...SIDES.map((side) => sideOf(blocks, side).samples))
    return {
      ...request,
      isPlain,
      isFrequent: samples >= MEDIAN_SAMPLES,
      samples,
      metrics: LATENCIES.map((metric) => pairLatencies(blocks, metric)),
    }
  })
  const mixed = requests.filter(({ isPlain }) => isPlain)
  const mixSamples = mixed.reduce((sum, { samples }) => sum + samples, 0)
  const whole = [
    ...(mixed.length < 2
      ? []
      : MIX_LATENCIES.map((metric) => ({
          paired: pairMixes(
            mixed.map(({ blocks }) => blocks),
            metric,
          ),
          carries:
            metric === 'p95' && mixSamples >= MIX_SAMPLES ? ('always' as const) : ('if-precise' as const),
        }))),
    ...(sides.whole === null ? [] : [{ paired: pairThroughputs(sides.whole), carries: 'always' as const }]),
  ]
  const rare = requests.map(({ blocks, isPlain }) => (isPlain ? shiftOf(blocks) : null))
  const rest = mixed.flatMap(({ name, isFrequent, blocks }) => {
    const shift = isFrequent ? null : shiftOf(blocks)
    return shift === null ? [] : [{ name, shift }]
  })
  const stalls = requests.map(({ kind, blocks }) =>
    // A journey stalls with its steps.
    kind === 'journey' ? null : pairStalls(blocks, limits),
  )
  const ratios =
    [...requests.flatMap(({ metrics }) => metrics), ...whole.map(({ paired }) => paired)].filter(isUsable)
      .length +
    rare.filter((shift, index) => shift !== null && !isUsable(requests[index]!.metrics[0]!)).length +
    (rest.length > 1 ? 1 : 0)
  const budget = FALSE_ALARMS / looks
  // Where hardly anything stalled there can be no false alarm of it, and nothing has to be kept for it (Tarone 1990).
  const able = stalls.filter((finding) => finding !== null && finding.least < budget / Math.max(1, ratios))
  const alpha = budget / Math.max(1, ratios + able.length)
  const ask = (pairs: Paired, carries: Carries, controls: readonly Control[], name: string | null = null) =>
    judgeOne(pairs, { alpha, limits, controls, carries, late: sides.late?.(name, pairs.metric) ?? PUNCTUAL })
  const controls = requests.flatMap(({ name, isPlain, blocks, metrics }) => {
    // What was changed itself is no measure for others.
    if (!isPlain || !isSteady(ask(metrics[0]!, 'never', []))) return []
    return [makeControl(name, blocks)]
  })
  const judged: Judged[] = requests.map(({ name, blocks, metrics, isPlain, isFrequent }, index) => ({
    request: name,
    judgements: [
      ...metrics.map((pairs) => {
        const isMedian = pairs.metric === 'p50'
        const shift = rare[index]
        if (isMedian && shift) {
          const late = sides.late?.(name, 'p50') ?? PUNCTUAL
          return judgeShift(shift, { alpha, limits, decisive: isFrequent, late })
        }
        const carries = !isPlain || !isFrequent ? 'never' : isMedian ? 'always' : 'if-precise'
        const others = controls.filter((control) => control.name !== name)
        return ask(pairs, carries, others, name)
      }),
      judgeErrors(blocks, limits),
      ...(stalls[index] ? [judgeStalls(stalls[index], alpha)] : []),
    ],
  }))
  if (rest.length > 1) {
    const shift = { ...combine(rest.map(({ shift }) => shift)), typical: null }
    judged.push({
      request: null,
      pooled: rest.map(({ name }) => name),
      judgements: [judgeShift(shift, { alpha, limits, decisive: true })],
    })
  }
  if (whole.length > 0)
    judged.push({ request: null, judgements: whole.map(({ paired, carries }) => ask(paired, carries, [])) })
  return judged
}

const SIDES = ['a', 'b'] as const
const LATENCIES = ['p50', 'p95', 'p99'] as const satisfies readonly LatencyMetric[]
const MIX_LATENCIES = ['p95', 'p99'] as const satisfies readonly LatencyMetric[]

/** Measured seconds of each side. */
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
  readonly typical: number | null
}

/** Null where a side has too few samples for a median, or so many that pairs of slices say more. */
function shiftOf(blocks: readonly Block[]): RareShift | null {
  const [left, right] = [sideOf(blocks, 'a'), sideOf(blocks, 'b')]
  if (Math.min(left.samples, right.samples) > SCARCE) return null
  const [a, b] = [estimateMedian(left), estimateMedian(right)]
  if (a === null || b === null) return null
  return { ...shiftBetween(left, right), typical: Math.exp((a.value + b.value) / 2) }
}

/**
 * How much two sides differ beyond the sampling of their requests (standard deviation of a logarithm), where their
 * slices are not paired: the luck of the starts, and weather that met one more than the other.
 */
const UNPAIRED = 0.022

/** What the lower bound of a change has to be above: a fifth of the tolerance. */
function marginOf(metric: RatioMetric, tolerance: number): number {
  return floorOf(metric, tolerance * 0.4)
}

interface ShiftRule {
  readonly alpha: number
  readonly limits: Limits
  readonly decisive: boolean
  readonly late?: Lateness
}

function judgeShift(shift: RareShift, { alpha, limits, decisive, late = PUNCTUAL }: ShiftRule): Judgement {
  const tolerance = limits.tolerance.p50
  const { difference } = shift
  const reach = (tail: number) => reachOf(shift, UNPAIRED, tail)
  const floor = floorOf('p50', tolerance)
  const margin = marginOf('p50', tolerance)
  const beyond = (estimate: number) => Math.min(estimate - reach(alpha) - margin, estimate - floor)
  // Of several requests there is no median: the change alone is known.
  const typical = shift.typical ?? 1
  const [baseline, current] = [typical * Math.exp(-difference / 2), typical * Math.exp(difference / 2)]
  const minDelta = shift.typical === null ? 0 : limits.minDeltaMs
  const judgement = judgeRatio(
    { metric: 'p50', baseline, current, tolerance, minDelta, decisive, late },
    {
      difference,
      interval: [difference - reach(0.025), difference + reach(0.025)],
      worseBy: beyond(difference),
      betterBy: beyond(-difference),
      detectable: Math.max(floor, margin + reach(alpha)) + reach(0.1),
      reach: reach(UNSEEN),
      remedies: [2, 4, 8].map((count) => ({
        remedy: { more: 'seconds', count },
        reach: reachOf({ ...shift, error: shift.error / Math.sqrt(count) }, UNPAIRED, UNSEEN),
      })),
    },
  )
  return judgement
}

/** Neither better nor worse, not even by less than `minDelta`. */
function isSteady({ verdict, reason, why }: Judgement): boolean {
  return (verdict === 'passed' && reason === null) || why === 'too_noisy' || why === 'maybe_worse'
}

function judgeErrors(blocks: readonly Block[], { tolerance }: Limits): Judgement {
  const [a, b] = (['a', 'b'] as const).map((side) => sumFailures(blocks.flatMap((block) => block[side])))
  return judgeFailures(a!, b!, tolerance.errorRate)
}

function sumFailures(slices: Series): Failures {
  const sum = (key: 'requests' | 'failed') => slices.reduce((all, slice) => all + slice[key], 0)
  const none = { requests: 0, failed: 0 }
  const worst = slices.reduce((most, each) => (each.failed > most.failed ? each : most), none)
  return { requests: sum('requests'), failed: sum('failed'), worst }
}

function differencesOf({ blocks }: Paired): number[][] {
  return blocks.map((pairs) => pairs.map(({ difference }) => difference))
}

interface PairQuestion {
  readonly alpha: number
  readonly limits: Limits
  readonly carries: Carries
  readonly late: Lateness
  /** The other requests, as far as they were not changed themselves. */
  readonly controls: readonly Control[]
}

/** This share of a metric's false alarms is granted to the question whether it moved against the controls. */
const CONTROL_ALPHA = 0.5

function judgeOne(paired: Paired, { alpha, limits, controls, carries, late }: PairQuestion): Judgement {
  const { metric, typical } = paired
  const tolerance = limits.tolerance[metric]
  const blocks = usableBlocks(differencesOf(paired))
  if (blocks.length === 0 || typical === null) {
    const few = tooFew(`needs ${PAIRS_MIN} pairs of slices`, paired.blocks.flat().length)
    return { metric, baseline: null, current: null, tolerance, decisive: carries === 'always', ...few }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const rule = {
    metric,
    floor: floorOf(metric, tolerance),
    margin: marginOf(metric, tolerance),
  }
  const relative = metric === 'p50' || metric === 'p95' ? lessControls(paired, controls) : null
  const share = relative === null ? 1 : 1 - CONTROL_ALPHA
  const own = judgePairs(blocks, { ...rule, alpha: share * alpha, startLuck: START_LUCK })
  const against =
    relative === null
      ? null
      : judgePairs(usableBlocks(relative), {
          ...rule,
          alpha: CONTROL_ALPHA * alpha,
          startLuck: UNCOMMON_LUCK,
        })
  // Both ways of looking have to agree on the direction: when only the others got faster, nothing got slower here.
  const worseBy = Math.max(
    own.worseBy,
    against === null ? -1 : Math.min(against.worseBy, own.difference - rule.floor),
  )
  const betterBy = Math.max(
    own.betterBy,
    against === null ? -1 : Math.min(against.betterBy, -own.difference - rule.floor),
  )
  // Not each side's own typical value: what the pairs say of the change would contradict these at times.
  const half = (metric === 'throughput' ? -own.difference : own.difference) / 2
  const [baseline, current] = [typical * Math.exp(-half), typical * Math.exp(half)]
  const question = { metric, baseline, current, tolerance, minDelta }
  const decisive = carriesWeight(carries, own, question)
  const judgement = judgeRatio({ ...question, decisive, late }, { ...own, worseBy, betterBy })
  const isByControls = Math.max(worseBy, betterBy) > 0 && Math.max(own.worseBy, own.betterBy) <= 0
  if (!isByControls || judgement.reason !== null) return judgement
  return { ...judgement, reason: describeAgainst(against!), why: 'against_others' }
}
