/**
 * Whether requests fail more often than before: not by chance (Fisher's exact test), by more than the tolerance, and
 * still so without the worst window. One reset connection fails a dozen requests at once, and that is one event, not
 * a rate.
 */
import { fisherTail } from '../../stats/math.js'

/** How many requests of one name a side had, and how many of them failed. */
export interface Failures {
  readonly requests: number
  readonly failed: number
  /** The window with the most failures. */
  readonly worst: { readonly requests: number; readonly failed: number }
}

/** `burst`: it would be a rise, but for one window. */
export type Rise = 'lasting' | 'burst' | 'none'

/** A rise this unlikely to be chance. */
const ALPHA = 0.001

/** How the failures of `candidate` compare with those of `reference`. */
export function findRise(reference: Failures, candidate: Failures, tolerance: number): Rise {
  if (!isRise(reference, candidate, tolerance)) return 'none'
  const { worst } = candidate
  const rest = {
    requests: candidate.requests - worst.requests,
    failed: candidate.failed - worst.failed,
  }
  return isRise(reference, rest, tolerance) ? 'lasting' : 'burst'
}

/** The share that failed; 0 without requests. */
export function rateOf({ requests, failed }: Pick<Failures, 'requests' | 'failed'>): number {
  return requests === 0 ? 0 : failed / requests
}

/** Whether so few requests could hide a rise of a few tolerances even if none of them failed (the rule of three). */
export function isBlind(reference: Failures, candidate: Failures, tolerance: number): boolean {
  return Math.min(reference.requests, candidate.requests) < Math.min(1000, 3 / (BLIND_TOLERANCES * tolerance))
}

const BLIND_TOLERANCES = 3

function isRise(
  before: Pick<Failures, 'requests' | 'failed'>,
  after: Pick<Failures, 'requests' | 'failed'>,
  tolerance: number,
): boolean {
  if (rateOf(after) - rateOf(before) <= tolerance) return false
  return fisherTail(after.failed, after.requests, before.failed, before.requests) < ALPHA
}
