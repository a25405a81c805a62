/**
 * Weighted choice in constant time: Walker's alias method in Vose's numerically stable form
 * (https://www.keithschwarz.com/darts-dice-coins/).
 */
export class Mix {
  private readonly keep: Float64Array
  private readonly alias: Uint32Array

  /** `weights`: positive numbers on any scale. */
  constructor(weights: readonly number[]) {
    const size = weights.length
    const sum = weights.reduce((a, b) => a + b, 0)
    const scaled = weights.map((weight) => (weight * size) / sum)
    this.keep = new Float64Array(size).fill(1)
    this.alias = Uint32Array.from(weights.keys())
    const small = [...scaled.keys()].filter((i) => scaled[i]! < 1)
    const large = [...scaled.keys()].filter((i) => scaled[i]! >= 1)
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop()!
      const rich = large.at(-1)!
      this.keep[poor] = scaled[poor]!
      this.alias[poor] = rich
      scaled[rich] = scaled[rich]! - (1 - scaled[poor]!)
      if (scaled[rich] < 1) small.push(large.pop()!)
    }
  }

  /** The index for the random number `uniform` in [0, 1). */
  pick(uniform: number): number {
    const scaled = uniform * this.keep.length
    const slot = Math.floor(scaled)
    return scaled - slot < this.keep[slot]! ? slot : this.alias[slot]!
  }
}
