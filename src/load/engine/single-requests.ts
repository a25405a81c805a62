/**
 * Iterations that are single requests: each is over with its response.
 */
import type { Ms } from '../../base/clock.js'
import { DataExhausted } from '../../plan/feeder-sources.js'
import type { Iterations } from '../../plan/iteration.js'
import type { Outgoing } from '../../plan/request.js'
import { ValueError } from '../../plan/values.js'
import type { IterationRunner } from './iteration-runner.js'
import type { VirtualUser } from './virtual-user.js'

/** The single requests of one worker's load. */
export class SingleRequests implements IterationRunner {
  private readonly iterations: Iterations
  private readonly giveUp: (reason: string) => void

  /** `giveUp` stops the load because nothing more can be sent. */
  constructor(iterations: Iterations, giveUp: (reason: string) => void) {
    this.iterations = iterations
    this.giveUp = giveUp
  }

  begin(user: VirtualUser, n: number, due: Ms, now: Ms): boolean {
    user.connection.begin?.()
    let outgoing: Outgoing
    try {
      outgoing = this.iterations.prepare(n, user.isWarmup, user.number)
    } catch (error) {
      if (!(error instanceof DataExhausted || error instanceof ValueError)) throw error
      this.giveUp(error.message)
      return false
    }
    user.thinkMs = this.iterations.thinkTime()
    user.send(outgoing, due, now)
    return true
  }

  answered(): boolean {
    return false
  }

  rested(): boolean {
    throw new Error('a single request has no pauses')
  }

  abandon(): void {}

  has(): boolean {
    return false
  }

  contextOf(): null {
    return null
  }
}
