/**
 * The loads that a search may try: from the first to the most, rounded, and how far they are apart.
 */

/** Which loads a search may try, and how closely. */
export interface LoadRange {
  /** The first load, and the least that is of interest, in arrivals per second or virtual users; null: 1. */
  readonly from: number | null
  /** The most; null: no limit. */
  readonly max: number | null
  /** How close the bounds come, as a share of the lower one. */
  readonly width: number
  /** Whether loads are whole numbers, as those of virtual users are. */
  readonly isWhole: boolean
}

/** Steps between loads, in logarithms. */
export class LoadScale {
  readonly from: number
  readonly max: number
  /** A step by a width, a logarithm. If rounding makes it longer than that, one more load between the two is tried. */
  readonly step: number
  private readonly digits: number

  constructor(private readonly goal: LoadRange) {
    this.from = goal.from ?? 1
    this.max = goal.max ?? Number.POSITIVE_INFINITY
    this.step = 0.99 * Math.log1p(goal.width)
    this.digits = Math.ceil(1 + Math.log10(4 / goal.width))
  }

  /** The load that is `stride` above another one, at most `max`. */
  above(load: number, stride: number): number {
    const next = this.round(load * Math.exp(stride))
    return Math.min(this.max, this.goal.isWhole ? Math.max(next, load + 1) : next)
  }

  /** The load that is `stride` below another one, at least `from`. */
  below(load: number, stride: number): number {
    const next = this.round(load * Math.exp(-stride))
    return Math.max(this.from, this.goal.isWhole ? Math.min(next, load - 1) : next)
  }

  /** The load in the middle of two; null if they are close enough or there is none. */
  between(low: number, high: number): number | null {
    if (high <= low * (1 + this.goal.width)) return null
    const middle = this.round(Math.sqrt(low * high))
    if (middle > low && middle < high) return middle
    // Of two users and four, the middle is three, not two.
    return this.goal.isWhole && high - low > 1 ? low + 1 : null
  }

  /** Rounds to as many digits as the width is worth. */
  private round(load: number): number {
    return this.goal.isWhole ? Math.round(load) : Number(load.toPrecision(this.digits))
  }
}
