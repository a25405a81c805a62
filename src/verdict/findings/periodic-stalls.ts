/**
 * Stalls with equal spaces between them, as a garbage collector or a job on a timer makes them.
 */
import { findingOf } from '../../stats/findings.js'
import { median } from '../../stats/math.js'
import { sumUp } from '../parts.js'
import { requestSeries, type Series } from '../series.js'
import { isOwnFault, plainRequests, type Rule } from './run-view.js'

/** A slice stalled if its longest latency is this many times the usual longest one, and so many ms more. */
const TIMES = 3
const STALL_MS = 30
/** A stall often falls into two slices, so those next to each other are one, and closer ones can't be told apart. */
const PERIOD_MIN = 3
/** So many equal spaces are rare by chance; short ones are more often equal. */
const STALLS_MIN = 5
const SHORT_PERIOD = 4
/** How far a stall may be from its place, as a share of the period, but at least one slice. */
const OFF_MAX = 0.2

/** Finds stalls that come back. */
export const findPeriodicStalls: Rule = ({ run, seconds, isDisturbed }) => {
  const series = plainRequests(run).map(({ name }) => requestSeries(run, name))
  const width = series[0]?.[0]?.seconds ?? 1
  const own = new Set(seconds.filter(isOwnFault).map(({ second }) => Math.floor(second / width)))
  const slices = Math.floor(run.durationSeconds / width)
  const longestOf = (all: Series) =>
    Array.from({ length: slices }, (_, index) => (all[index] === undefined ? 0 : sumUp(all[index]).longest))
  const each = series.map(longestOf)
  const longest = Array.from({ length: slices }, (_, index) => Math.max(0, ...each.map((all) => all[index]!)))
  const typical = usualOf(longest)
  const times = isDisturbed ? 2 : 1
  const isStall = (ms: number, usual: number) => ms > Math.max(times * TIMES * usual, usual + STALL_MS)
  // A slow request that comes now and then is no stall if it always takes as long.
  const stalled = longest.flatMap((ms, index) =>
    isStall(ms, typical) && each.some((all) => all[index] === ms && isStall(ms, usualOf(all))) ? index : [],
  )
  if (stalled.some((index) => own.has(index))) return []
  const starts = stalled.filter((index) => !stalled.includes(index - 1))
  const period = (starts.at(-1)! - starts[0]!) / (starts.length - 1)
  const needed = period < SHORT_PERIOD ? STALLS_MIN + 1 : STALLS_MIN
  if (starts.length < needed || period < PERIOD_MIN) return []
  const off = Math.max(1, OFF_MAX * period)
  if (starts.some((start, index) => Math.abs(start - starts[0]! - index * period) > off)) return []
  return [
    findingOf('periodic_stalls', {
      everySeconds: period * width,
      stalls: starts.length,
      longest: Math.max(...longest),
      usual: typical,
    }),
  ]
}

/** The median of the slices with responses, in ms. */
function usualOf(longest: readonly number[]): number {
  return median(longest.filter((ms) => ms > 0))
}
