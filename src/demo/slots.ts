/**
 * A service that carries a fixed load: a few slots that work for a fixed time each, and a queue without end before them.
 * Pure: the caller provides the time.
 */
import type { Ms } from '../base/clock.js'

/** The time in a slot at the usual latencies. Small capacities take longer, because they have only one slot. */
const USUAL_MS: Ms = 20

/** The slots of a service. */
export class Slots {
  /** How long each request is in its slot. */
  readonly workMs: Ms
  /** When each slot is free. */
  private readonly freeAt: Float64Array

  /** `perSecond`: how many requests are carried, above 0. `slow` multiplies the time in a slot, so it divides that. */
  constructor(perSecond: number, slow = 1) {
    const count = Math.max(1, Math.round((perSecond * USUAL_MS) / 1000))
    this.workMs = (count / perSecond) * 1000 * slow
    this.freeAt = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  }

  /**
   * Puts a request that arrives at `atMs` in the queue and returns when it is done. Requests are served in order, also
   * those whose client has gone: nobody tells a queue.
   */
  take(atMs: Ms): Ms {
    let first = 0
    for (let i = 1; i < this.freeAt.length; i++) if (this.freeAt[i]! < this.freeAt[first]!) first = i
    const doneAt = Math.max(atMs, this.freeAt[first]!) + this.workMs
    this.freeAt[first] = doneAt
    return doneAt
  }
}
