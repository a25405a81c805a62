/**
 * Memory that grows from minimum to minimum.
 */
import { findingOf } from '../../stats/findings.js'
import { median } from '../../stats/math.js'
import { hasReading, type ProcessSecond } from '../../stats/target.js'
import type { Rule } from './run-view.js'

/** Shorter runs show how a service warms up, not whether it leaks. */
const SECONDS_MIN = 300
/** Growth that matters: bytes per minute, and as a share of the memory in an hour. */
const PER_MINUTE_MIN = 500_000
const HOURLY_SHARE = 0.2
/** The growth of each part of the second half, at least, as a share of that of the part that grows most. */
const STEADY = 0.4
const PARTS = 3
const SLOT_SECONDS = 10

/** Finds memory that grows steadily through the second half of a run: neither a step nor a cache that is full at last. */
export const findMemoryGrowth: Rule = ({ run: { target } }) => {
  const perMinute = target?.memory?.growthPerMinute ?? null
  const points = target?.timeline.filter(hasReading) ?? []
  const [first, last] = [points[0], points.at(-1)]
  if (perMinute === null || first === undefined || last === undefined) return []
  if (last.second - first.second + 1 < SECONDS_MIN) return []
  const half = points.filter(({ second }) => second >= (first.second + last.second) / 2)
  const size = median(half.map(({ memory }) => memory))
  if (perMinute < Math.max(PER_MINUTE_MIN, (HOURLY_SHARE / 60) * size)) return []
  const lows = lowsOf(half)
  const step = (lows.length - 1) / PARTS
  const ends = Array.from({ length: PARTS + 1 }, (_, index) => lows[Math.round(index * step)]!)
  const growths = ends
    .slice(1)
    .map((end, index) => (60 * (end.memory - ends[index]!.memory)) / (end.second - ends[index]!.second))
  if (Math.min(...growths) < STEADY * Math.max(...growths)) return []
  return [findingOf('memory_growth', { perMinute, first: first.memory, last: last.memory })]
}

type Low = Pick<ProcessSecond, 'second' | 'memory'>

/** The lowest figure of every 10 s. */
function lowsOf(points: readonly Low[]): Low[] {
  const lows = new Map<number, Low>()
  for (const point of points) {
    const slot = Math.floor(point.second / SLOT_SECONDS)
    const known = lows.get(slot)
    if (known === undefined || point.memory < known.memory) lows.set(slot, point)
  }
  return [...lows.values()]
}
