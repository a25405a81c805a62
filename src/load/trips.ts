/**
 * Virtual users on their way through iterations of several steps: what comes after each answer and each pause. Plans
 * whose iterations are single requests do without it.
 */
import type { Ms } from '../base/clock.js'
import type { Draws } from '../plan/draws.js'
import type { Iterations, Trip } from '../plan/iteration.js'
import { DataEnd } from '../plan/sources.js'
import type { Move, Walk } from '../plan/walk.js'
import type { Failure } from './outcome.js'
import type { VirtualUser } from './user.js'

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

/** The state of one user's iteration. */
class Progress {
  pausedMs: Ms = 0
  /** Requests of the iteration itself. */
  sent = 0
  /** What the user does before its first iteration is still going on. */
  first: Walk | null

  constructor(
    readonly trip: Trip,
    first: Walk | null,
    public due: Ms,
  ) {
    this.first = first
  }

  get walk(): Walk {
    return this.first ?? this.trip.walk
  }
}

const NOTHING: ReadonlyMap<string, unknown> = new Map()

/** All trips of one part. */
export class Trips {
  private readonly iterations: Iterations
  private readonly crew: TripCrew
  private readonly under = new Map<VirtualUser, Progress>()
  /** What each user captured before its first iteration; a user who isn't in it has that before itself. */
  private readonly memories = new Map<VirtualUser, ReadonlyMap<string, unknown>>()
  /** What data each user took then: it keeps that, too. */
  private readonly owned = new Map<VirtualUser, Draws>()

  constructor(iterations: Iterations, crew: TripCrew) {
    this.iterations = iterations
    this.crew = crew
  }

  /** Begins iteration `n`; true unless it was over at once. */
  begin(user: VirtualUser, n: number, times: { due: Ms; now: Ms }): boolean {
    const { iterations, memories } = this
    const vu = user.number
    const memory = memories.get(user)
    const first = iterations.hasFirst && memory === undefined ? iterations.beginFirst(vu) : null
    const trip = iterations.begin(n, user.isWarmup, { vu, memory: memory ?? NOTHING })
    user.thinkMs = trip.thinkMs
    const own = this.owned.get(user)
    if (own !== undefined) trip.walk.draws.adopt(own)
    this.under.set(user, new Progress(trip, first, times.due))
    // What the user does first is no iteration: the cookies it brings are kept.
    if (first === null) user.connection.begin?.()
    return this.goOn(user, times.due, times.now)
  }

  /** Whether `user` is on a trip. */
  has(user: VirtualUser): boolean {
    return this.under.has(user)
  }

  /** What `user`'s iteration knows: captured values go there. */
  drawsOf(user: VirtualUser) {
    return this.under.get(user)?.walk.draws ?? null
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
    const progress = this.under.get(user)
    this.under.delete(user)
    return progress === undefined ? null : journeyOf(progress, user, now)
  }

  /** Sends or rests; false when the trip is over. */
  private goOn(user: VirtualUser, due: Ms, now: Ms): boolean {
    const progress = this.under.get(user)!
    let move: Move
    try {
      move = this.nextMove(user, progress, now)
    } catch (error) {
      if (!(error instanceof DataEnd)) throw error
      this.under.delete(user)
      this.crew.giveUp(error.message)
      return false
    }
    switch (move.type) {
      case 'send':
        // Subtle: the iteration's first request is due when the iteration is; what the user did first has no due of its own.
        if (progress.first === null) progress.sent++
        user.send(move.outgoing, due, now)
        return true
      case 'pause':
        progress.pausedMs += move.pauseMs
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

  private nextMove(user: VirtualUser, progress: Progress, now: Ms): Move {
    if (progress.first !== null) {
      const move = progress.first.next()
      if (move.type !== 'end') return move
      const { variables } = progress.first.draws
      this.memories.set(user, variables)
      const { draws } = progress.trip.walk
      for (const [name, value] of variables) draws.variables.set(name, value)
      draws.adopt(progress.first.draws)
      this.owned.set(user, progress.first.draws)
      progress.first = null
      user.connection.begin?.()
      progress.due = now
      progress.pausedMs = 0
    }
    return progress.trip.walk.next()
  }

  private end(user: VirtualUser, now: Ms, failure: Failure | null): void {
    const progress = this.under.get(user)!
    this.under.delete(user)
    const journey = journeyOf(progress, user, now)
    // One that found nothing to do would be the fastest of all.
    const didNothing = progress.sent === 0 && failure === null
    if (journey !== null && !didNothing) this.crew.recordJourney(journey, failure)
  }
}

/** Null when what is under way is a single request, or not yet the iteration itself. */
function journeyOf(progress: Progress, { isWarmup }: VirtualUser, ended: Ms): Journey | null {
  const { trip, first, due, pausedMs } = progress
  if (trip.journey === null || first !== null) return null
  return { series: trip.journey, due, ended, pausedMs, isWarmup }
}
