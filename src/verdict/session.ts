/**
 * The two sides of an `ab` session against each other: pairs of slices instead of jobs. Where both were started again
 * within the session, each side has a run for each start.
 */

import { FALSE_ALARMS, floorOf, type Judged, judgeFailures, type Limits, tooFew } from './baseline-rule.js'
import { type Control, lessControls, makeControl } from './controls.js'
import { splitRuns } from './job.js'
import { type Finding, type Judgement, judgeRatio } from './judge.js'
import type { Failures } from './judges/failures.js'
import { judgePairs, PAIRS_MIN, START_LUCK, UNCOMMON_LUCK, usableBlocks } from './judges/pairs.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import { type Block, type Paired, pairLatencies, pairThroughputs } from './pairing.js'
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
}

interface SidesOfRequest {
  readonly name: string
  readonly kind: MeasuredRequest['kind']
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
    requests: options.names.map((name) => ({
      name,
      kind: a.requests.find((request) => request.name === name)?.kind ?? 'request',
      blocks: blocks((run) => requestSlices(run, name)),
    })),
    whole: options.withThroughput ? blocks(wholeSlices) : null,
  }
}

/** Judges b against a. `looks`: how often the session was looked at, which the false alarms are shared out to. */
export function judgeSides(
  sides: Sides,
  { limits, looks }: { readonly limits: Limits; readonly looks: number },
): Judged[] {
  const paired = sides.requests.map(({ name, blocks }) => ({
    name,
    blocks,
    metrics: (['p50', 'p95', 'p99'] as const).map((metric) => pairLatencies(blocks, metric)),
  }))
  const whole = sides.whole === null ? null : pairThroughputs(sides.whole)
  const all = [...paired.flatMap(({ metrics }) => metrics), ...(whole === null ? [] : [whole])]
  const stalls = sides.requests.map(({ kind, blocks }) =>
    // A journey stalls with its steps.
    kind === 'journey' ? null : pairStalls(blocks, limits),
  )
  const ratios = all.filter((pairs) => usableBlocks(differencesOf(pairs)).length > 0).length
  const budget = FALSE_ALARMS / looks
  // Where hardly anything stalled there can be no false alarm of it, and nothing has to be kept for it (Tarone 1990).
  const able = stalls.filter((finding) => finding !== null && finding.least < budget / Math.max(1, ratios))
  const alpha = budget / Math.max(1, ratios + able.length)
  const ask = (pairs: Paired, controls: readonly Control[]) => judgeOne(pairs, { alpha, limits, controls })
  const controls = sides.requests.flatMap(({ name, kind, blocks }, index) => {
    // A journey moves with its steps, and what was changed itself is no measure for others.
    if (kind === 'journey' || !isSteady(ask(paired[index]!.metrics[0]!, []))) return []
    return [makeControl(name, blocks)]
  })
  const judged: Judged[] = paired.map(({ name, blocks, metrics }, index) => ({
    request: name,
    judgements: [
      ...metrics.map((pairs) =>
        ask(
          pairs,
          controls.filter((control) => control.name !== name),
        ),
      ),
      judgeErrors(blocks, limits),
      ...(stalls[index] ? [judgeStalls(stalls[index], alpha)] : []),
    ],
  }))
  return whole === null ? judged : [...judged, { request: null, judgements: [ask(whole, [])] }]
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
  /** The other requests, as far as they were not changed themselves. */
  readonly controls: readonly Control[]
}

/** This share of a metric's false alarms is granted to the question whether it moved against the controls. */
const CONTROL_ALPHA = 0.5

function judgeOne(paired: Paired, { alpha, limits, controls }: PairQuestion): Judgement {
  const { metric, typical } = paired
  const tolerance = limits.tolerance[metric]
  const blocks = usableBlocks(differencesOf(paired))
  if (blocks.length === 0 || typical === null) {
    const few = tooFew(`needs ${PAIRS_MIN} pairs of slices`, paired.blocks.flat().length)
    return { metric, baseline: null, current: null, tolerance, ...few }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const rule = {
    metric,
    floor: floorOf(metric, tolerance),
    margin: floorOf(metric, tolerance * 0.4),
    guard: Math.log1p(minDelta / typical),
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
  const isWorse = own.isWorse || (against?.isWorse === true && own.difference > rule.floor)
  const isBetter = own.isBetter || (against?.isBetter === true && -own.difference > rule.floor)
  // Not each side's own typical value: what the pairs say of the change would contradict these at times.
  const half = (metric === 'throughput' ? -own.difference : own.difference) / 2
  const [baseline, current] = [typical * Math.exp(-half), typical * Math.exp(half)]
  const question = { metric, baseline, current, tolerance, minDelta, blindTolerances: 1 }
  const judgement = judgeRatio(question, { ...own, isWorse, isBetter })
  const isByControls = (isWorse || isBetter) && !own.isWorse && !own.isBetter
  if (!isByControls || judgement.reason !== null) return judgement
  return { ...judgement, reason: describeAgainst(against!), why: 'against_others' }
}

function describeAgainst({ difference, interval }: Finding): string {
  const percent = (log: number) => `${log < 0 ? '-' : '+'}${Math.abs(Math.expm1(log) * 100).toFixed(1)}%`
  return `held against the other requests it changed by ${percent(difference)} (${percent(interval[0])} to ${percent(interval[1])})`
}
