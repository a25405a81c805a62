/**
 * A service with a queue, in virtual time: requests wait for one of its servers, first come, first served.
 */
import type { Random } from '../../../src/base/rng.js'

/** What a service is. */
export interface ServiceModel {
  readonly servers: number
  /** How long a request takes a server, on average. */
  readonly seconds: number
  /** Whether every request takes just as long; otherwise exponentially distributed. */
  readonly isFixed: boolean
}

/** A service that is being used. */
export class Queue {
  /** When each server is free. */
  private readonly free: Float64Array
  /** Of the capacity: slower machines have less than 1. */
  speed = 1

  constructor(
    private readonly model: ServiceModel,
    private readonly random: Random,
  ) {
    this.free = new Float64Array(model.servers)
  }

  /** Takes a request at this moment, no earlier than the one before. Returns when it is answered. */
  serve(at: number): number {
    const { free, model } = this
    let first = 0
    for (let i = 1; i < free.length; i++) if (free[i]! < free[first]!) first = i
    const seconds = model.isFixed ? model.seconds : model.seconds * exponential(this.random)
    const end = Math.max(at, free[first]!) + seconds / this.speed
    free[first] = end
    return end
  }

  /** When the last request is answered. */
  get idleAt(): number {
    return this.free.reduce((latest, end) => Math.max(latest, end), 0)
  }
}

/** A number from the exponential distribution with mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.float())
}
