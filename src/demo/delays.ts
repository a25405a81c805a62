/**
 * Waiting for fractions of a millisecond with timers that only know whole ones.
 */
import { type Ms, now } from '../base/clock.js'
import type { Random } from '../base/rng.js'

/** How fast the lateness is learned: a change is followed within some hundred waits. */
const LEARNING_RATE = 0.01

/**
 * Delays whose mean is right, though each single one is up to a millisecond off: 7.3 ms are 7 ms or 8 ms, at random
 * in the proportion 7 to 3. Timers are also late or early as a rule (the event loop's idea of the time is rounded
 * down); this is measured and made up for, up to one ms. More than that is real lateness and stays visible.
 */
export class Delays {
  private readonly random: Random
  private latenessMs: Ms = 0

  constructor(random: Random) {
    this.random = random
  }

  /** Resolves after `ms`, at the next turn of the event loop when that's less than a timer can do. */
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
    // The waits are aimed at `due − lateness`, so what is still seen is what is still missing: an integrator.
    this.latenessMs = Math.max(-1, Math.min(1, this.latenessMs + clamped * LEARNING_RATE))
  }
}
