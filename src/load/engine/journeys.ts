/**
 * Virtual users on their way through iterations of several steps: what comes after each answer and each pause. Plans
 * whose iterations are single requests do without it.
 */
import type { Ms } from '../../base/clock.js'
import { DataEnd } from '../../plan/feeder-sources.js'
import type { Iterations } from '../../plan/iteration.js'
import type { Draws } from '../../plan/iteration-values.js'
import type { Move } from '../../plan/step-cursor.js'
import type { Failure } from '../response/failure.js'
import { Travel } from './journey-state.js'
import type { VirtualUser } from './virtual-user.js'

/** What trips need of the part they belong to. */
export interface TripCrew {
  /** Counts a journey that came to its end, or failed on the way. */
  recordJourney(journey: Journey, failure: Failure | null): void
  /** Counts a request that could not be sent. */
  recordUnsent(user: VirtualUser, series: number, failure: Failure): void
  /** Nothing more can be sent, for want of data. */
  giveUp(reason: string): void
}

/** A journey as a whole. */
export interface Journey {
  readonly series: number
  /** When it was due. */
  readonly due: Ms
  readonly ended: Ms
  /** Its pauses together. */
  readonly pausedMs: Ms
  readonly isWarmup: boolean
}

/** All trips of one part. */
export class Trips {
  private readonly iterations: Iterations
  private readonly crew: TripCrew

  constructor(iterations: Iterations, crew: TripCrew) {
    this.iterations = iterations
    this.crew = crew
  }

  /** Begins iteration `n`; true unless it was over at once. */
  begin(user: VirtualUser, n: number, times: { due: Ms; now: Ms }): boolean {
    const { iterations } = this
    user.travel ??= new Travel(iterations.traveller(user.number), !iterations.hasFirst)
    const { travel } = user
    travel.first = travel.isPrepared ? null : iterations.beginFirst(user.number)
    travel.trip = iterations.begin(n, user.isWarmup, travel.traveller)
    travel.due = times.due
    travel.pausedMs = travel.sent = 0
    user.thinkMs = travel.trip.thinkMs
    // What the user does first is no iteration: the cookies it brings are kept.
    if (travel.first === null) user.connection.begin?.()
    return this.goOn(user, times.due, times.now)
  }

  /** Whether `user` is on a trip. */
  has({ travel }: VirtualUser): boolean {
    return travel !== null && travel.trip !== null
  }

  /** What `user`'s iteration knows: captured values go there. */
  drawsOf({ travel }: VirtualUser): Draws | null {
    if (travel === null) return null
    return (travel.first ?? travel.trip?.walk)?.draws ?? null
  }

  /** A request of the trip has ended at `now`. True when the trip goes on. */
  answered(user: VirtualUser, now: Ms, failure: Failure | null): boolean {
    if (failure === null) return this.goOn(user, now, now)
    this.end(user, now, failure)
    return false
  }

  /** A pause of the trip is over; it was due to end at `due`. True when the trip goes on. */
  rested(user: VirtualUser, due: Ms, now: Ms): boolean {
    return this.goOn(user, Math.min(due, now), now)
  }

  /** Gives the trip up; the journey it was, if it was one. */
  abandon(user: VirtualUser, now: Ms): Journey | null {
    const journey = journeyOf(user, now)
    if (user.travel !== null) user.travel.trip = null
    return journey
  }

  /** Sends or rests; false when the trip is over. */
  private goOn(user: VirtualUser, due: Ms, now: Ms): boolean {
    const travel = user.travel!
    let move: Move
    try {
      move = this.nextMove(user, travel, now)
    } catch (error) {
      if (!(error instanceof DataEnd)) throw error
      travel.trip = null
      this.crew.giveUp(error.message)
      return false
    }
    switch (move.type) {
      case 'send':
        // Subtle: the iteration's first request is due when the iteration is; what the user did first has no due of its own.
        if (travel.first === null) travel.sent++
        user.send(move.outgoing, due, now)
        return true
      case 'pause':
        travel.pausedMs += move.pauseMs
        user.rest(now + move.pauseMs)
        return true
      case 'stuck': {
        const { reason, outgoing } = move
        const failure: Failure = { kind: 'capture', message: reason }
        this.crew.recordUnsent(user, outgoing.index, failure)
        this.end(user, now, failure)
        return false
      }
      case 'end':
        this.end(user, now, null)
        return false
    }
  }

  private nextMove(user: VirtualUser, travel: Travel, now: Ms): Move {
    const { first, traveller } = travel
    const { walk } = travel.trip!
    if (first !== null) {
      const move = first.next()
      if (move.type !== 'end') return move
      traveller.own = first.draws
      walk.draws.know(first.draws)
      travel.first = null
      travel.isPrepared = true
      user.connection.begin?.()
      travel.due = now
      travel.pausedMs = 0
    }
    return walk.next()
  }

  private end(user: VirtualUser, now: Ms, failure: Failure | null): void {
    const journey = journeyOf(user, now)
    const { travel } = user
    // One that found nothing to do would be the fastest of all.
    const didNothing = travel!.sent === 0 && failure === null
    travel!.trip = null
    if (journey !== null && !didNothing) this.crew.recordJourney(journey, failure)
  }
}

/** Null when what is under way is a single request, or not yet the iteration itself. */
function journeyOf({ travel, isWarmup }: VirtualUser, ended: Ms): Journey | null {
  if (travel === null || travel.trip === null || travel.first !== null) return null
  const { trip, due, pausedMs } = travel
  if (trip.journey === null) return null
  return { series: trip.journey, due, ended, pausedMs, isWarmup }
}
