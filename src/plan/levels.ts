/**
 * A level that is decided while the load runs: virtual users (closed model) or arrivals per second (open model), constant
 * between changes. Every thread is told the same changes in the same order, so all of them number arrivals alike.
 */
import type { Ms } from '../base/clock.js'

/** A level over time, as a load model needs it. */
export interface Curve {
  readonly durationMs: Ms
  /** When arrival `n` (0, 1, 2, …) is due, in ms after the start; `Infinity` if it isn't. */
  due(n: number): Ms
  /** The number of active virtual users at `t`. */
  users(t: Ms): number
  /** The first moment after `t` at which {@link users} may change; `Infinity` if there is none. */
  nextChange(t: Ms): Ms
}

/** A constant level from some moment on. */
interface Piece {
  readonly startMs: Ms
  readonly level: number
  /** The arrivals before it. */
  readonly before: number
}

/** A level that is 0 until it is changed. */
export class Levels implements Curve {
  readonly durationMs: Ms
  /** In order of time, without gaps. */
  private readonly pieces: Piece[] = [{ startMs: 0, level: 0, before: 0 }]

  constructor(durationMs: Ms) {
    this.durationMs = durationMs
  }

  /** From `atMs` on the level is `level`. Replaces the changes that were planned from there on. */
  change(atMs: Ms, level: number): void {
    const startMs = Math.max(0, atMs)
    while (this.pieces.length > 1 && this.pieces.at(-1)!.startMs >= startMs) this.pieces.pop()
    const last = this.pieces.at(-1)!
    const before = last.before + (last.level * (startMs - last.startMs)) / 1000
    this.pieces.push({ startMs, level, before })
  }

  due(n: number): Ms {
    for (let i = this.pieces.length - 1; i >= 0; i--) {
      const { startMs, level, before } = this.pieces[i]!
      // Rounding may leave the area slightly below the intended whole number.
      if (n < before - 1e-9) continue
      const due = level > 0 ? startMs + (Math.max(0, n - before) * 1000) / level : Number.POSITIVE_INFINITY
      return due < this.durationMs ? due : Number.POSITIVE_INFINITY
    }
    return 0
  }

  users(t: Ms): number {
    return t < 0 || t >= this.durationMs
      ? 0
      : Math.ceil(this.pieces.findLast(({ startMs }) => startMs <= t)!.level)
  }

  nextChange(t: Ms): Ms {
    return this.pieces.find(({ startMs }) => startMs > t)?.startMs ?? Number.POSITIVE_INFINITY
  }
}
