/**
 * The two sides of an `ab` session against each other: pairs of slices instead of jobs. Where both were started again
 * within the session, each side has a run for each start.
 */
import { type Job, splitRuns } from './job.js'
import { type Judgement, judgeRatio } from './judge.js'
import { judgePairs, PAIRS_MIN, START_LUCK, usableBlocks } from './judges/pairs.js'
import type { Measurement } from './measurement.js'
import { type Block, type Paired, pairLatencies, pairThroughputs } from './pairing.js'
import { requestSlices, type Series, wholeSlices } from './series.js'
import { FALSE_ALARMS, failuresOf, floorOf, type Judged, judgeFailures, type Limits } from './stored.js'

/** The slices of both sides, a block for each start of them. */
export interface Sides {
  readonly requests: readonly { readonly name: string; readonly blocks: readonly Block[] }[]
  /** Of all requests; null for an arrival rate, whose throughput is what was asked for. */
  readonly whole: readonly Block[] | null
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
    requests: options.names.map((name) => ({ name, blocks: blocks((run) => requestSlices(run, name)) })),
    whole: options.withThroughput ? blocks(wholeSlices) : null,
  }
}

/** Judges b against a. `looks`: how often the session was looked at, which the false alarms are shared out to. */
export function judgeSides(
  sides: Sides,
  jobs: { readonly a: Job; readonly b: Job },
  { limits, looks }: { readonly limits: Limits; readonly looks: number },
): Judged[] {
  const paired = sides.requests.map(({ name, blocks }) => ({
    name,
    metrics: (['p50', 'p95', 'p99'] as const).map((metric) => pairLatencies(blocks, metric)),
  }))
  const whole = sides.whole === null ? null : pairThroughputs(sides.whole)
  const all = [...paired.flatMap(({ metrics }) => metrics), ...(whole === null ? [] : [whole])]
  const judgeable = all.filter((pairs) => usableBlocks(differencesOf(pairs)).length > 0).length
  const alpha = FALSE_ALARMS / (Math.max(1, judgeable) * looks)
  const judged: Judged[] = paired.map(({ name, metrics }) => ({
    request: name,
    judgements: [
      ...metrics.map((pairs) => judgeOne(pairs, alpha, limits)),
      judgeFailures(failuresOf([jobs.a], name), failuresOf([jobs.b], name), limits.tolerance.errorRate),
    ],
  }))
  return whole === null
    ? judged
    : [...judged, { request: null, judgements: [judgeOne(whole, alpha, limits)] }]
}

function differencesOf({ blocks }: Paired): number[][] {
  return blocks.map((pairs) => pairs.map(({ difference }) => difference))
}

function judgeOne(paired: Paired, alpha: number, limits: Limits): Judgement {
  const { metric, baseline, current } = paired
  const tolerance = limits.tolerance[metric]
  const blocks = usableBlocks(differencesOf(paired))
  if (blocks.length === 0 || baseline === null || current === null) {
    const reason = `needs ${PAIRS_MIN} pairs of slices, had ${paired.blocks.flat().length}`
    const unknown = { interval: null, detectable: null, verdict: 'inconclusive', lack: 'samples' } as const
    return { metric, baseline: null, current: null, tolerance, reason, ...unknown }
  }
  const minDelta = metric === 'throughput' ? 0 : limits.minDeltaMs
  const finding = judgePairs(blocks, {
    metric,
    alpha,
    floor: floorOf(metric, tolerance),
    margin: floorOf(metric, tolerance * 0.4),
    guard: Math.log1p(minDelta / baseline),
    startLuck: START_LUCK,
  })
  return judgeRatio({ metric, baseline, current, tolerance, minDelta, blindTolerances: 1 }, finding)
}
