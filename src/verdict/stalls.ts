/**
 * Stalls: windows in which a request was far slower than usual, or not answered at all.
 */
import type { Why } from '../stats/comparison.js'
import { median } from '../stats/math.js'
import { type Judgement, PASS_TOLERANCES } from './judge.js'
import { findStalls, type StallFinding, type StallPair } from './judges/stalls.js'
import type { Limits } from './line.js'
import type { Block } from './pairing.js'
import { makeJoined, QUANTILES, readQuantile } from './quantile.js'
import type { Series } from './series.js'

/** A window stalled if its p99 is more than this many times the usual one; more if the tolerance allows more. */
const TIMES = 3
/** A window consists of as many slices as usually hold this many successful requests. */
const SAMPLES_EACH = 100
/** Fewer windows say nothing about stalls. */
const WINDOWS_MIN = 8

/** The share of windows by which stalls may increase without being told from chance. Half of it is never a regression. */
const TOLERANCE = 0.1
/** Fewer stalls more than on the other side don't matter. */
const EVENTS_MIN = 2

/** Compares the stalls of one request in a session; null if there are too few windows. */
export function pairStalls(blocks: readonly Block[], limits: Limits): StallFinding | null {
  const slices = blocks.flatMap(({ a, b }) =>
    Array.from({ length: Math.min(a.length, b.length) }, (_, index) =>
      Math.min(...[a[index]!, b[index]!].map(samplesOf)),
    ),
  )
  const each = slicesEach(slices)
  if (each === null) return null
  const tops = blocks.flatMap((block) => {
    const [a, b] = [readTops(block.a, each), readTops(block.b, each)]
    return a.slice(0, b.length).map((top, index) => ({ a: top, b: b[index]! }))
  })
  const known = tops.filter(({ a, b }) => a !== null && b !== null) as { a: number; b: number }[]
  if (known.length < WINDOWS_MIN) return null
  // The faster side's, so that it doesn't matter which side is called a.
  const usual = Math.min(median(known.map(({ a }) => a)), median(known.map(({ b }) => b)))
  const isStalled = stalledBeyond(usual, limits)
  return findStalls(known.map(({ a, b }): StallPair => ({ a: isStalled(a), b: isStalled(b) })))
}

/** Judges the stalls of a request. `alpha`: the probability of a false alarm that is granted to this line. */
export function judgeStalls(finding: StallFinding, alpha: number): Judgement {
  const { pairs, stalled, difference, interval, lasting, worse, better } = finding
  const judged = (
    verdict: Judgement['verdict'],
    reason: string | null = null,
    why: Why | null = null,
  ): Judgement => ({
    metric: 'stalls',
    baseline: stalled.a / pairs,
    current: stalled.b / pairs,
    interval,
    detectable: null,
    tolerance: TOLERANCE,
    decisive: true,
    verdict,
    reason,
    why,
  })
  if (worse < alpha && difference > TOLERANCE / 2) return judged('regressed')
  if (better < alpha && -difference > TOLERANCE / 2) return judged('improved')
  const counts = `${stalled.b} of ${pairs} windows stalled, and ${stalled.a} of the other side's`
  // As of every line: a change of twice the tolerance has to be ruled out, except by a single event.
  const isOpen = lasting > TOLERANCE || interval[1] > PASS_TOLERANCES * TOLERANCE
  if (isOpen && Math.round(lasting * pairs) >= EVENTS_MIN)
    return judged('inconclusive', `too few to tell from chance: ${counts}`, 'too_noisy')
  return difference * pairs >= EVENTS_MIN ? judged('passed', `bursty: ${counts}`, 'bursty') : judged('passed')
}

/** Counts the windows of a series, and those that stalled compared with its usual ones; null if there are too few. */
export function countStalls(
  series: Series,
  limits: Limits,
): { readonly windows: number; readonly stalled: number } | null {
  const each = slicesEach(series.map(samplesOf))
  if (each === null) return null
  const tops = readTops(series, each).filter((top) => top !== null)
  if (tops.length < WINDOWS_MIN) return null
  return { windows: tops.length, stalled: tops.filter(stalledBeyond(median(tops), limits)).length }
}

function stalledBeyond(usual: number, { tolerance, minDeltaMs }: Limits): (top: number) => boolean {
  const limit = Math.max(usual * Math.max(TIMES, 1 + tolerance.p99), usual + 1000 * minDeltaMs)
  return (top) => top > limit
}

function samplesOf({ requests, failed }: Series[number]): number {
  return requests - failed
}

/** How many slices make a window; null if most slices have no successful request. */
function slicesEach(samples: readonly number[]): number | null {
  const usual = samples.length === 0 ? 0 : median(samples)
  return usual === 0 ? null : Math.ceil(SAMPLES_EACH / usual)
}

/**
 * The p99 of each window, in microseconds: infinite if nothing was answered at all, null if everything failed, which is a
 * matter of the error rate.
 */
function readTops(series: Series, each: number): (number | null)[] {
  return Array.from({ length: Math.floor(series.length / each) }, (_, index) => {
    const window = makeJoined(series.slice(index * each, (index + 1) * each))
    if (window.samples > 0) return readQuantile(window, QUANTILES.p99)
    return window.parts.every(({ requests }) => requests === 0) ? Number.POSITIVE_INFINITY : null
  })
}
