/**
 * The duration of the simulated work. Pure: the caller provides random numbers and time.
 */
import type { Ms } from '../base/clock.js'
import type { Random } from '../base/rng.js'
import type { Stall } from './options.js'

/** The kinds of work. */
export type Work = 'cached search' | 'search' | 'details' | 'booking'

const MEDIAN_MS: Readonly<Record<Work, Ms>> = { 'cached search': 7, search: 12, details: 6, booking: 12 }

/** The spread: two thirds are within a factor e^±0.2 of the median. */
const SIGMA = 0.2

/**
 * The tail: one in 25 takes 1.5 to 3.5 times as long, so one in 100 at least 3 times. It is wide so that the 99th
 * percentile is well inside; at the edge of a narrow tail, it would vary by half from run to run.
 */
const TAIL = { ratio: 0.04, from: 1.5, to: 3.5 }

/** Draws the latency of some work: lognormal around its median with a tail, multiplied by `slow`. */
export function drawLatency(work: Work, slow: number, random: Random): Ms {
  const tail = random.float() < TAIL.ratio ? TAIL.from + random.float() * (TAIL.to - TAIL.from) : 1
  return MEDIAN_MS[work] * Math.exp(SIGMA * drawNormal(random)) * tail * slow
}

/** Where the time of some work goes. */
export interface WorkTime {
  /** Finding the data, in the database or in the cache. */
  readonly findMs: Ms
  /** Making the response. */
  readonly renderMs: Ms
}

/** The share of the work that is making the response. */
const RENDER_SHARE = 0.2

/** Splits the latency of some work; `slowDb` multiplies what the database takes of it. */
export function splitWork(work: Work, ms: Ms, slowDb: number): WorkTime {
  const renderMs = ms * RENDER_SHARE
  return { findMs: (ms - renderMs) * (work === 'cached search' ? 1 : slowDb), renderMs }
}

/** Returns when a response that is ready at `atMs` (since the start) is sent: at once, or at the end of a stall. */
export function afterStall(atMs: Ms, stall: Stall | null): Ms {
  if (stall === null) return atMs
  const end = (Math.floor(atMs / stall.everyMs) + 1) * stall.everyMs
  return atMs >= end - stall.forMs ? end : atMs
}

/** Draws from the standard normal distribution (Box and Muller, 1958). */
function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()))
  return radius * Math.cos(2 * Math.PI * random.float())
}
