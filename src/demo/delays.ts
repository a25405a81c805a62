/**
 * Delays of fractions of a millisecond, with timers that only have whole ones.
 */
import { type Ms, now } from '../base/clock.js'
import type { Random } from '../base/rng.js'

/** How fast the timer error is learned: within some hundred delays. */
const LEARNING_RATE = 0.01

/**
 * Delays with an accurate mean, although each may be off by up to a millisecond: 7.3 ms is 7 ms or 8 ms, at random with
 * odds of 7 to 3. Timers are also systematically early or late (the event loop rounds its clock down); up to 1 ms of
 * that is measured and compensated. More is real lateness and remains visible.
 */
export class Delays {
  private readonly random: Random
  private latenessMs: Ms = 0

  constructor(random: Random) {
    this.random = random
  }

  /** Resolves after `ms`, or at the next turn of the event loop if that is too short for a timer. */
  wait(ms: Ms): Promise<void> {
    const dueMs = now() + ms
    const whole = Math.floor(ms - this.latenessMs + this.random.float())
    return new Promise((resolve) => {
      const end = () => {
        this.learn(now() - dueMs)
        resolve()
      }
      if (whole < 1) setImmediate(end)
      else setTimeout(end, whole)
    })
  }

  private learn(latenessMs: Ms): void {
    const clamped = Math.max(-1, Math.min(1, latenessMs))
    // Delays aim at `due − lateness`, so the remaining error is what is left to correct: an integrator.
    this.latenessMs = Math.max(-1, Math.min(1, this.latenessMs + clamped * LEARNING_RATE))
  }
}
