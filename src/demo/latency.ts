/**
 * How long the simulated work takes. Pure: what the random numbers are and what time it is, the caller says.
 */
import type { Ms } from '../base/clock.js'
import type { Random } from '../base/rng.js'
import type { Stall } from './options.js'

/** What a request makes the service do. */
export type Work = 'cached search' | 'search' | 'details' | 'booking'

const MEDIAN_MS: Readonly<Record<Work, Ms>> = { 'cached search': 7, search: 12, details: 6, booking: 12 }

/** The spread of the bulk: two thirds lie within a factor e^±0.2 of the median. */
const SIGMA = 0.2

/**
 * The tail: one in 25 takes 1.5 to 3.5 times as long, hence one in 100 at least 3 times. A wide tail, so that the
 * 99th percentile lies within it; on the edge of a narrow one it would jump up and down by half from run to run.
 */
const TAIL = { ratio: 0.04, from: 1.5, to: 3.5 }

/** The latency of one piece of work: lognormal around its median, with a tail; all of it times `slow`. */
export function drawLatency(work: Work, slow: number, random: Random): Ms {
  const tail = random.float() < TAIL.ratio ? TAIL.from + random.float() * (TAIL.to - TAIL.from) : 1
  return MEDIAN_MS[work] * Math.exp(SIGMA * drawNormal(random)) * tail * slow
}

/** When an answer that is ready at `atMs` (since the service's start) goes out: at once, or when the stall is over. */
export function afterStall(atMs: Ms, stall: Stall | null): Ms {
  if (stall === null) return atMs
  const end = (Math.floor(atMs / stall.everyMs) + 1) * stall.everyMs
  return atMs >= end - stall.forMs ? end : atMs
}

/** A number of the standard normal distribution (Box and Muller, 1958). */
function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()))
  return radius * Math.cos(2 * Math.PI * random.float())
}
