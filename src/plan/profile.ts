/**
 * A level over time: virtual users (closed model) or arrivals per second (open model), linear between the stages'
 * targets. All results have a closed form, so that an hour is as exact as a second.
 */
import type { Ms } from '../base/clock.js'
import type { Load, Stage } from '../scenario/model/load-types.js'

/** One linear piece: the level goes from `from` to `to` between `startMs` and `endMs`. A burst has no duration. */
interface Piece {
  readonly startMs: Ms
  readonly endMs: Ms
  readonly from: number
  readonly to: number
  /** Level change per ms. */
  readonly slope: number
  /** The area under the pieces before, in level · seconds: the arrivals so far. */
  readonly before: number
  readonly area: number
}

/** The level over time and the area under it. */
export class Profile {
  readonly durationMs: Ms
  readonly peak: number
  private readonly pieces: readonly Piece[]
  /** The pieces with a duration. */
  private readonly lines: readonly Piece[]

  /** `start` is the initial level. Each stage is a line to its target. */
  constructor(start: number, stages: readonly Stage[]) {
    const pieces: Piece[] = []
    let level = start
    let peak = 0
    let time = 0
    let before = 0
    for (const { durationMs, target, burst } of stages) {
      if (burst !== undefined) {
        pieces.push({ startMs: time, endMs: time, from: 0, to: 0, slope: 0, before, area: burst })
        before += burst
      }
      if (durationMs > 0) {
        const area = ((level + target) / 2) * (durationMs / 1000)
        const slope = (target - level) / durationMs
        pieces.push({ startMs: time, endMs: time + durationMs, from: level, to: target, slope, before, area })
        before += area
        time += durationMs
        peak = Math.max(peak, level, target)
      }
      level = target
    }
    this.pieces = pieces
    this.lines = pieces.filter(({ startMs, endMs }) => endMs > startMs)
    this.durationMs = time
    this.peak = peak
  }

  /** The level at `t` ms after the start; 0 outside the profile. */
  at(t: Ms): number {
    const piece = this.pieceAt(t)
    return piece === undefined ? 0 : piece.from + piece.slope * (t - piece.startMs)
  }

  /** Arrivals in the first `t` ms: the area under the rate plus bursts. */
  count(t: Ms): number {
    let arrivals = 0
    for (const piece of this.pieces) {
      if (t <= piece.startMs) break
      const elapsed = Math.min(t, piece.endMs) - piece.startMs
      arrivals =
        piece.before +
        (elapsed === 0 ? piece.area : ((piece.from + piece.slope * (elapsed / 2)) * elapsed) / 1000)
    }
    return arrivals
  }

  /**
   * When arrival `n` (0, 1, 2, …; fractions for random arrivals) is due, in ms after the start; `Infinity` past
   * the last one.
   *
   * The inverse of {@link count}: within a piece, the rate r(t) = from + slope·t is linear, so the arrivals so far
   * are an area, and the time of the n-th arrival is the root of a quadratic equation:
   *
   *   rate │      ╱▔▔▔▔▔      area under the line = arrivals so far
   *        │    ╱░░│          k = n − arrivals before this piece
   *        │  ╱░░░░│          x = 2k / (from + √(from² + 2·slope·k))
   *        └───────┴──── t
   *
   * In this form the root is also valid for slope = 0. (grafana/k6 divides its ramping-arrival-rate the same way.)
   */
  due(n: number): Ms {
    for (const piece of this.pieces) {
      const k = n - piece.before
      // Rounding may leave the area slightly below the intended whole number. A billionth of an arrival doesn't count.
      if (k < piece.area - 1e-9) {
        if (piece.endMs === piece.startMs) return piece.startMs
        if (k <= 0) return piece.from === 0 && piece.slope === 0 ? piece.endMs : piece.startMs
        const perMs = piece.from / 1000
        const root = Math.sqrt(Math.max(0, perMs * perMs + (2 * piece.slope * k) / 1000))
        return piece.startMs + (2 * k) / (perMs + root)
      }
    }
    return Number.POSITIVE_INFINITY
  }

  /**
   * The number of active virtual users at `t`. User j (0, 1, …) is active while the level is above j, so that a ramp
   * from 0 has its first user at once and its last just before the top.
   */
  users(t: Ms): number {
    const piece = this.pieceAt(t)
    if (piece === undefined) return 0
    const level = piece.from + piece.slope * (t - piece.startMs)
    if (piece.slope > 0) return Math.min(Math.ceil(piece.to), Math.floor(level + 1e-9) + 1)
    return Math.ceil(level - 1e-9)
  }

  /** The first moment after `t` at which {@link users} may change; `Infinity` after the end. */
  nextChange(t: Ms): Ms {
    const piece = this.pieceAt(t)
    if (piece === undefined) return t < 0 ? 0 : Number.POSITIVE_INFINITY
    if (piece.slope === 0) return piece.endMs
    const level = piece.from + piece.slope * (t - piece.startMs)
    const next = piece.slope > 0 ? Math.floor(level + 1e-9) + 1 : Math.ceil(level - 1e-9) - 1
    const moment = piece.startMs + (next - piece.from) / piece.slope
    return Math.min(moment, piece.endMs)
  }

  /** The number of the stage at `t`, from 1, counting pieces; 0 outside the profile. */
  stageAt(t: Ms): number {
    const piece = this.pieceAt(t)
    return piece === undefined ? 0 : this.lines.indexOf(piece) + 1
  }

  get stages(): number {
    return this.lines.length
  }

  private pieceAt(t: Ms): Piece | undefined {
    return t < 0 ? undefined : this.lines.find((piece) => t < piece.endMs)
  }
}

/** The level before the measured part: ramps up to the load's initial level for half the time, then holds. */
export function warmupProfile({ warmupMs, start, stages }: Load): Profile {
  const target = start > 0 ? start : (stages.find((stage) => stage.target > 0)?.target ?? 0)
  const half = { durationMs: warmupMs / 2, target }
  return new Profile(0, [half, half])
}
