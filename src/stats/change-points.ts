/**
 * Where a series of figures changed for good: E-divisive (Matteson and James, "A nonparametric approach for multiple
 * change point analysis of multivariate data", 2014), the method of MongoDB's performance CI (Daly et al. 2020) and of
 * Apache Otava.
 *
 * The energy statistic says how differently two samples are distributed, whatever their distribution:
 *
 *     Q = nm/(n+m) · ( 2·mean|x−y| − mean|x−x'| − mean|y−y'| )
 *
 * The split of a segment with the largest Q is its likeliest change point. Whether it is one, the data say themselves:
 * the values of each segment are shuffled, which takes any order out of them, and the largest Q is looked for again. Of
 * the segments that result the next change is looked for, until the best one could be chance.
 */
import { Random } from '../base/rng.js'

/** The first value of a new level. */
export interface ChangePoint {
  readonly index: number
  /** How often shuffled values show as much. */
  readonly pValue: number
}

/** How sure a change has to be. */
export interface ChangeOptions {
  /** A change is one when its p-value is at most this. */
  readonly level: number
  /** How often values are shuffled; a p-value can't be smaller than 1 / (draws + 1). */
  readonly draws: number
  readonly seed?: number
}

/** The fewest values of a level: two outliers are not a new level. */
export const LEVEL_MIN = 3

/** All change points in their order. Equal series give equal points. */
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

/** The p-value of the likeliest change point; above `level` it is rough. 1 for a series too short to have any. */
export function testFirstChange(values: readonly number[], options: ChangeOptions): number {
  return testBest([new Segment(values, 0)], new Random(options.seed ?? 1), options)
}

/**
 * Shuffles until it is sure: once more shuffles than `level` allows have shown as much, the rest can't change that
 * (Besag and Clifford 1991).
 */
function testBest(segments: readonly Segment[], random: Random, { level, draws }: ChangeOptions): number {
  const energy = Math.max(...segments.map(({ best }) => best.energy))
  if (energy <= 0) return 1
  const most = Math.floor(level * (draws + 1)) - 1
  let reached = 0
  for (let draw = 1; draw <= draws; draw++) {
    const shuffled = segments.reduce((max, segment) => Math.max(max, segment.shuffledEnergy(random)), 0)
    // Subtle: sums in another order differ in their last bits, and a tie counts as reached.
    if (shuffled >= energy * (1 - 1e-9)) reached++
    if (reached > most) return (reached + 1) / (draw + 1)
  }
  return (reached + 1) / (draws + 1)
}

interface Split {
  /** How many values come before it. */
  readonly split: number
  readonly energy: number
}

/** A stretch of the series in which no change is known yet. */
class Segment {
  readonly start: number
  readonly best: Split
  private readonly sorted: Float64Array
  /** The rank of each value, in the order of time, and a copy to shuffle. */
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

  /** Both sides of the best split; `values` are those of the whole series. */
  split(values: readonly number[]): [Segment, Segment] {
    const middle = this.start + this.best.split
    return [
      new Segment(values.slice(this.start, middle), this.start),
      new Segment(values.slice(middle, this.start + this.ranks.length), middle),
    ]
  }

  /** The largest energy of the values in a random order. */
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
   * Values go from the right side to the left one by one. One that goes takes its distances along: those to the left
   * side from between the sides to within the left one, those to the right side the other way.
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

/** For each value of a rising row the sum of its distances to all of them. */
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

/** Counts and sums of values by rank, in Fenwick trees: what lies below a rank is known in log n steps. */
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

  /** The sum of the distances from `value`, which has that rank, to all values that were added. */
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
