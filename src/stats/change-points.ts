/**
 * Finds where a series of values changed for good, with E-divisive (Matteson and James, "A nonparametric approach for
 * multiple change point analysis of multivariate data", 2014), the method of MongoDB's performance CI (Daly et al.
 * 2020) and of Apache Otava.
 *
 * The energy statistic measures how differently two samples are distributed, whatever their distribution:
 *
 *     Q = nm/(n+m) · ( 2·mean|x−y| − mean|x−x'| − mean|y−y'| )
 *
 * The split of a segment with the largest Q is its most likely change point. A permutation test decides whether it is
 * one: the values of each segment are shuffled and the largest Q is searched again. The search continues in the
 * resulting segments until the best split may be chance.
 */
import { Random } from '../base/rng.js'

/** A change point, at the first value of the new level. */
export interface ChangePoint {
  readonly index: number
  /** The share of shuffles with at least as large a Q. */
  readonly pValue: number
}

/** Significance settings. */
export interface ChangeOptions {
  /** A change counts if its p-value is at most this. */
  readonly level: number
  /** The number of shuffles; p-values are at least 1 / (draws + 1). */
  readonly draws: number
  readonly seed?: number
}

/** The minimum length of a level, so that two outliers aren't one. */
export const LEVEL_MIN = 3

/** Returns all change points in order. The result is deterministic. */
export function findChangePoints(values: readonly number[], options: ChangeOptions): ChangePoint[] {
  const random = new Random(options.seed ?? 1)
  const points: ChangePoint[] = []
  let segments = [new Segment(values, 0)]
  for (;;) {
    const best = segments.reduce((most, each) => (each.best.energy > most.best.energy ? each : most))
    const pValue = testBest(segments, random, options)
    if (pValue > options.level || best.best.split === 0) return points.sort((a, b) => a.index - b.index)
    const index = best.start + best.best.split
    points.push({ index, pValue })
    segments = segments.flatMap((each) => (each === best ? each.split(values) : [each]))
  }
}

/** Returns the p-value of the most likely change point; approximate above `level`. 1 if the series is too short. */
export function testFirstChange(values: readonly number[], options: ChangeOptions): number {
  return testBest([new Segment(values, 0)], new Random(options.seed ?? 1), options)
}

/**
 * Stops early once more shuffles than `level` allows have reached the energy, because the rest can't change the outcome
 * (Besag and Clifford 1991).
 */
function testBest(segments: readonly Segment[], random: Random, { level, draws }: ChangeOptions): number {
  const energy = Math.max(...segments.map(({ best }) => best.energy))
  if (energy <= 0) return 1
  const most = Math.floor(level * (draws + 1)) - 1
  let reached = 0
  for (let draw = 1; draw <= draws; draw++) {
    const shuffled = segments.reduce((max, segment) => Math.max(max, segment.shuffledEnergy(random)), 0)
    // Subtle: summing in another order changes the last bits, and ties count as reached.
    if (shuffled >= energy * (1 - 1e-9)) reached++
    if (reached > most) return (reached + 1) / (draw + 1)
  }
  return (reached + 1) / (draws + 1)
}

interface Split {
  /** The number of values before the split. */
  readonly split: number
  readonly energy: number
}

/** A part of the series without a known change point. */
class Segment {
  readonly start: number
  readonly best: Split
  private readonly sorted: Float64Array
  /** The rank of each value in time order, and a copy to shuffle. */
  private readonly ranks: Uint32Array
  private readonly shuffled: Uint32Array
  /** By rank: the sum of the distances to all values of the segment. */
  private readonly distances: Float64Array
  private readonly sums: RankSums

  constructor(values: readonly number[], start: number) {
    const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!)
    this.start = start
    this.sorted = Float64Array.from(order, (index) => values[index]!)
    this.ranks = new Uint32Array(values.length)
    for (const [rank, index] of order.entries()) this.ranks[index] = rank
    this.shuffled = this.ranks.slice()
    this.distances = sumDistances(this.sorted)
    this.sums = new RankSums(values.length)
    this.best = this.findBest(this.ranks)
  }

  /** Splits at the best split. `values` is the whole series. */
  split(values: readonly number[]): [Segment, Segment] {
    const middle = this.start + this.best.split
    return [
      new Segment(values.slice(this.start, middle), this.start),
      new Segment(values.slice(middle, this.start + this.ranks.length), middle),
    ]
  }

  /** Returns the largest energy after a shuffle. */
  shuffledEnergy(random: Random): number {
    const { shuffled } = this
    if (shuffled.length < 2 * LEVEL_MIN) return 0
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random.float() * (i + 1))
      const value = shuffled[i]!
      shuffled[i] = shuffled[j]!
      shuffled[j] = value
    }
    return this.findBest(shuffled).energy
  }

  /**
   * Moves values from the right side to the left, one by one. The distances of a moved value to the left side change
   * from between to within; those to the right side change the other way.
   */
  private findBest(ranks: Uint32Array): Split {
    const { sorted, distances, sums } = this
    const count = ranks.length
    let best: Split = { split: 0, energy: 0 }
    let between = 0
    let left = 0
    let right = distances.reduce((sum, each) => sum + each, 0) / 2
    sums.clear()
    for (let n = 1; n <= count - LEVEL_MIN; n++) {
      const rank = ranks[n - 1]!
      const toLeft = sums.distanceTo(rank, sorted[rank]!)
      const toRight = distances[rank]! - toLeft
      sums.add(rank, sorted[rank]!)
      left += toLeft
      right -= toRight
      between += toRight - toLeft
      if (n < LEVEL_MIN) continue
      const m = count - n
      const differ = (2 * between) / (n * m) - (2 * left) / (n * (n - 1)) - (2 * right) / (m * (m - 1))
      const energy = ((n * m) / count) * differ
      if (energy > best.energy) best = { split: n, energy }
    }
    return best
  }
}

/** Returns the sum of distances to all values, for each value of an ascending series. */
function sumDistances(sorted: Float64Array): Float64Array {
  const total = sorted.reduce((sum, value) => sum + value, 0)
  let below = 0
  return sorted.map((value, i) => {
    const above = total - below - value
    const distance = value * i - below + above - value * (sorted.length - 1 - i)
    below += value
    return distance
  })
}

/** Counts and sums by rank in Fenwick trees, which answer prefix queries in log n steps. */
class RankSums {
  private readonly counts: Uint32Array
  private readonly sums: Float64Array
  private count = 0
  private sum = 0

  constructor(ranks: number) {
    this.counts = new Uint32Array(ranks + 1)
    this.sums = new Float64Array(ranks + 1)
  }

  clear(): void {
    this.counts.fill(0)
    this.sums.fill(0)
    this.count = this.sum = 0
  }

  add(rank: number, value: number): void {
    for (let i = rank + 1; i < this.counts.length; i += i & -i) {
      this.counts[i]!++
      this.sums[i]! += value
    }
    this.count++
    this.sum += value
  }

  /** Returns the sum of the distances from `value`, which has rank `rank`, to all added values. */
  distanceTo(rank: number, value: number): number {
    let count = 0
    let sum = 0
    for (let i = rank; i > 0; i -= i & -i) {
      count += this.counts[i]!
      sum += this.sums[i]!
    }
    return value * (2 * count - this.count) + this.sum - 2 * sum
  }
}
