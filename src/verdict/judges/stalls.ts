/**
 * Whether a side of a session stands still more often than the other: pauses that come back, as of garbage collection
 * or a lock. Pairs of slices see what a side is like most of the time; what hits one second in five, they don't.
 *
 *     usual    = the median of all slices' p99, of both sides
 *     stalled  ⇔ a slice's p99 is above three times that, or hardly anything was answered in it
 *     burst    = stalled slices of one side without another between them: one event, however long
 *     worse    ⇔ more bursts, not by chance (Fisher's exact test), and the p99 of all slices together but for the
 *                longest burst is worse by more than the tolerance
 */
import { fisherTail, median } from '../../stats/math.js'
import type { Block } from '../pairing.js'
import { makeJoined, readQuantile } from '../quantile.js'
import type { Series, Slice } from '../series.js'

/** How often one side of a session stood still. */
export interface Stalls {
  readonly slices: number
  readonly stalled: number
  /** Those of them in which hardly anything was answered. */
  readonly silent: number
  readonly bursts: number
  /** The p99 of all slices together; without the longest burst; and without any; in ms. */
  readonly p99Ms: number
  readonly p99MsOften: number
  readonly p99MsCalm: number
}

/** Both sides. */
export interface StallsOfSides {
  readonly a: Stalls
  readonly b: Stalls
}

/** A slice of fewer requests, typically, says too little about its p99. */
const SAMPLES = 20
const TIMES_USUAL = 3
/** A slice with less than this share of the usual requests: the service gave no answers. */
const SILENT = 0.25

/** How often each side stood still with one request; null when the request is too rare to tell. */
export function findStalls(blocks: readonly Block[], minDeltaMs: number): StallsOfSides | null {
  const [a, b] = [blocks.map((block) => block.a), blocks.map((block) => block.b)]
  const counts = [countUsual(a.flat()), countUsual(b.flat())] as const
  if (!counts.every((count) => count >= SAMPLES)) return null
  const usualMs = median([...a, ...b].flat().filter(hasAnswers).map(p99MsOf))
  const limitMs = Math.max(TIMES_USUAL * usualMs, usualMs + minDeltaMs)
  const isSlow = (slice: Slice) => hasAnswers(slice) && p99MsOf(slice) > limitMs
  const count = (side: readonly Series[], usual: number) =>
    countStalls(side, { isSlow, isSilent: (slice) => samplesOf(slice) < SILENT * usual })
  return { a: count(a, counts[0]), b: count(b, counts[1]) }
}

/** The rule of above: -1 when `a` is the worse side, 1 when `b` is. */
export function compareStalls(
  { a, b }: StallsOfSides,
  {
    alpha,
    tolerance,
    minDeltaMs,
  }: { readonly alpha: number; readonly tolerance: number; readonly minDeltaMs: number },
): -1 | 0 | 1 {
  const isWorse = (one: Stalls, other: Stalls) =>
    one.p99MsOften > other.p99MsOften * (1 + tolerance) &&
    one.p99MsOften > other.p99MsOften + minDeltaMs &&
    fisherTail(one.bursts, one.slices, other.bursts, other.slices) < alpha
  return isWorse(b, a) ? 1 : isWorse(a, b) ? -1 : 0
}

interface Signs {
  readonly isSlow: (slice: Slice) => boolean
  readonly isSilent: (slice: Slice) => boolean
}

function countStalls(blocks: readonly Series[], { isSlow, isSilent }: Signs): Stalls {
  const isStalled = (slice: Slice) => isSilent(slice) || isSlow(slice)
  const all = blocks.flat()
  const bursts = blocks.flatMap((slices) => findBursts(slices, isStalled))
  const longest = new Set(bursts.reduce((most, burst) => (burst.length > most.length ? burst : most), []))
  return {
    slices: all.length,
    stalled: bursts.flat().length,
    silent: all.filter(isSilent).length,
    bursts: bursts.length,
    p99Ms: pooledMs(all),
    p99MsOften: pooledMs(all.filter((slice) => !longest.has(slice))),
    p99MsCalm: pooledMs(all.filter((slice) => !isStalled(slice))),
  }
}

function findBursts(slices: Series, isStalled: (slice: Slice) => boolean): Slice[][] {
  const bursts: Slice[][] = []
  let wasStalled = false
  for (const slice of slices) {
    const stalled = isStalled(slice)
    if (stalled && wasStalled) bursts.at(-1)!.push(slice)
    else if (stalled) bursts.push([slice])
    wasStalled = stalled
  }
  return bursts
}

function countUsual(slices: Series): number {
  return slices.length === 0 ? 0 : median(slices.map(samplesOf))
}

function samplesOf({ requests, failed }: Slice): number {
  return requests - failed
}

function hasAnswers(slice: Slice): boolean {
  return samplesOf(slice) > 0
}

function p99MsOf(slice: Slice): number {
  return pooledMs([slice])
}

function pooledMs(slices: Series): number {
  const joined = makeJoined(slices)
  return joined.samples === 0 ? 0 : readQuantile(joined, 0.99) / 1000
}
