/**
 * The slots of a histogram, laid out as HdrHistogram does for values from 1 µs to 1 h with 3 significant digits.
 */

/** The highest trackable latency in µs; longer ones count as this. */
export const HIGHEST = 3_600_000_000
/** Of values, as HdrHistogram's header has it. */
export const SIGNIFICANT_DIGITS = 3

/** Buckets double in width; all but the first use the upper half of their sub-buckets. 2048 ≥ 2·10³. */
const SUB_BUCKETS = 2048
const HALF = SUB_BUCKETS / 2
const HALF_BITS = 10

/** The number of slots. */
export const SLOTS = slotOf(HIGHEST) + 1

/** Powers of two as a table: `**` is many times slower, and every bucket needs one. */
const POWERS = Array.from({ length: 32 }, (_, exponent) => 2 ** exponent)

/** Converts a latency to whole microseconds, clamped to 0 … 1 hour. */
export function toMicros(ms: number): number {
  return clampMicros(ms * 1000)
}

/** Rounds microseconds and clamps them to 0 … 1 hour. */
export function clampMicros(us: number): number {
  return us >= HIGHEST ? HIGHEST : us > 0 ? (us + 0.5) >>> 0 : 0
}

/** Returns the slot of a value of 0 … 2^32 − 1: linear up to 2048, then 1024 slots per doubling. */
export function slotOf(us: number): number {
  if (us < SUB_BUCKETS) return us
  const shift = 31 - HALF_BITS - Math.clz32(us)
  return (shift << HALF_BITS) + (us >>> shift)
}

/** The lowest value of a slot. */
export function lowestAt(slot: number): number {
  if (slot < SUB_BUCKETS) return slot
  const shift = (slot >> HALF_BITS) - 1
  return ((slot & (HALF - 1)) + HALF) * POWERS[shift]!
}

/** The highest value of a slot. */
export function highestAt(slot: number): number {
  return lowestAt(slot) + widthAt(slot) - 1
}

/** The middle of a slot: the library's `medianEquivalentValue`. */
export function middleAt(slot: number): number {
  return lowestAt(slot) + Math.floor(widthAt(slot) / 2)
}

function widthAt(slot: number): number {
  return slot < SUB_BUCKETS ? 1 : POWERS[(slot >> HALF_BITS) - 1]!
}

/** Returns the rank, from 1, of a percentile (0 … 100) among `total` values. */
export function rankOf(percentile: number, total: number): number {
  const exact = (Math.min(percentile, 100) / 100) * total
  // Subtle: the product may be an ulp above the intended integer.
  return Math.max(Math.ceil(exact - exact * Number.EPSILON), 1)
}
