/**
 * Iterations of several steps: decides what follows each response and each pause.
 */
import type { Ms } from '../../base/clock.js'
import { DataExhausted } from '../../plan/feeder-sources.js'
import type { Iterations } from '../../plan/iteration.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { NextStep } from '../../plan/step-cursor.js'
import type { JourneyRecord, SampleRecorder } from '../measure/sample-recorder.js'
import type { Failure } from '../response/failure.js'
import type { IterationRunner } from './iteration-runner.js'
import { JourneyState } from './journey-state.js'
import type { VirtualUser } from './virtual-user.js'

/** The journeys of one worker's load. */
export class Journeys implements IterationRunner {
  private readonly iterations: Iterations
  private readonly samples: SampleRecorder
  private readonly giveUp: (reason: string) => void

  /** `giveUp` stops the load because the data ran out. */
  constructor(iterations: Iterations, samples: SampleRecorder, giveUp: (reason: string) => void) {
    this.iterations = iterations
    this.samples = samples
    this.giveUp = giveUp
  }

  begin(user: VirtualUser, n: number, due: Ms, now: Ms): boolean {
    const { iterations } = this
    user.journey ??= new JourneyState(iterations.vuContext(user.number), !iterations.hasFirst)
    const { journey } = user
    journey.first = journey.isPrepared ? null : iterations.beginFirst(user.number)
    journey.iteration = iterations.begin(n, user.isWarmup, journey.context)
    journey.due = due
    journey.pausedMs = journey.sent = 0
    user.thinkMs = journey.iteration.thinkMs
    // `beforeEach` is no iteration: its cookies are kept.
    if (journey.first === null) user.connection.begin?.()
    return this.goOn(user, due, now)
  }

  has({ journey }: VirtualUser): boolean {
    return journey !== null && journey.iteration !== null
  }

  contextOf({ journey }: VirtualUser): IterationContext | null {
    if (journey === null) return null
    return (journey.first ?? journey.iteration?.walk)?.draws ?? null
  }

  answered(user: VirtualUser, now: Ms, failure: Failure | null): boolean {
    if (failure === null) return this.goOn(user, now, now)
    this.end(user, now, failure)
    return false
  }

  rested(user: VirtualUser, due: Ms, now: Ms): boolean {
    return this.goOn(user, Math.min(due, now), now)
  }

  abandon(user: VirtualUser, now: Ms): void {
    const journey = journeyOf(user, now)
    if (user.journey !== null) user.journey.iteration = null
    if (journey !== null) this.samples.recordUnfinishedJourney(journey)
  }

  /** Sends the next request or pauses. Returns false if the journey is over. */
  private goOn(user: VirtualUser, due: Ms, now: Ms): boolean {
    const state = user.journey!
    let move: NextStep
    try {
      move = this.nextMove(user, state, now)
    } catch (error) {
      if (!(error instanceof DataExhausted)) throw error
      state.iteration = null
      this.giveUp(error.message)
      return false
    }
    switch (move.type) {
      case 'send':
        // Subtle: the first request is due when the iteration is. Requests of `beforeEach` have no due time of
        // their own.
        if (state.first === null) state.sent++
        user.send(move.outgoing, due, now)
        return true
      case 'pause':
        state.pausedMs += move.pauseMs
        user.rest(now + move.pauseMs)
        return true
      case 'stuck': {
        const { reason, outgoing } = move
        const failure: Failure = { kind: 'capture', message: reason }
        this.samples.recordUnsent(user, outgoing.index, failure, now)
        this.end(user, now, failure)
        return false
      }
      case 'end':
        this.end(user, now, null)
        return false
    }
  }

  private nextMove(user: VirtualUser, state: JourneyState, now: Ms): NextStep {
    const { first, context } = state
    const { walk } = state.iteration!
    if (first !== null) {
      const move = first.next()
      if (move.type !== 'end') return move
      context.own = first.draws
      walk.draws.know(first.draws)
      state.first = null
      state.isPrepared = true
      user.connection.begin?.()
      state.due = now
      state.pausedMs = 0
    }
    return walk.next()
  }

  private end(user: VirtualUser, now: Ms, failure: Failure | null): void {
    const journey = journeyOf(user, now)
    const state = user.journey!
    // A journey without a request would be the fastest of all.
    const didNothing = state.sent === 0 && failure === null
    state.iteration = null
    if (journey !== null && !didNothing) this.samples.recordJourney(journey, failure)
  }
}

/** Null for a single request, and during `beforeEach`. */
function journeyOf({ journey, isWarmup }: VirtualUser, ended: Ms): JourneyRecord | null {
  if (journey === null || journey.iteration === null || journey.first !== null) return null
  const { iteration, due, pausedMs } = journey
  if (iteration.journey === null) return null
  return { series: iteration.journey, due, ended, pausedMs, isWarmup }
}
