/**
 * Whether more requests fail than before: more than chance explains (Fisher's exact test), by more than the tolerance,
 * and still so without the worst window. One reset connection fails a dozen requests at once; that is one event, not a
 * rate.
 */
import { fisherTail } from '../../stats/math.js'

interface Counts {
  readonly requests: number
  readonly failed: number
}

/** How many requests of one name a side had, and how many of them failed. */
export interface Failures extends Counts {
  /** The window with the most failures. */
  readonly worst: Counts
}

/** `burst`: it would be a rise, but for one window. */
export type Rise = 'lasting' | 'burst' | 'none'

/** A rise is real if chance alone has a smaller probability than this. */
const ALPHA = 0.001

/** Adds up failures, such as those of several runs. */
export function sumFailures(parts: readonly Failures[]): Failures {
  const sum = (key: keyof Counts) => parts.reduce((all, each) => all + each[key], 0)
  const nothing: Counts = { requests: 0, failed: 0 }
  const worst = parts.reduce((most, each) => (each.worst.failed > most.failed ? each.worst : most), nothing)
  return { requests: sum('requests'), failed: sum('failed'), worst }
}

/** Returns whether more of the candidate's requests fail than of the reference's; `tolerance` is a share. */
export function findRise(reference: Failures, candidate: Failures, tolerance: number): Rise {
  if (!isRise(reference, candidate, tolerance)) return 'none'
  const { worst } = candidate
  const rest = {
    requests: candidate.requests - worst.requests,
    failed: candidate.failed - worst.failed,
  }
  return isRise(reference, rest, tolerance) ? 'lasting' : 'burst'
}

/** Returns the share that failed; 0 without requests. */
export function rateOf({ requests, failed }: Counts): number {
  return requests === 0 ? 0 : failed / requests
}

/** Whether so few requests could hide a rise of a few tolerances even if none of them failed (the rule of three). */
export function isBlind(reference: Failures, candidate: Failures, tolerance: number): boolean {
  return Math.min(reference.requests, candidate.requests) < Math.min(1000, 3 / (BLIND_TOLERANCES * tolerance))
}

const BLIND_TOLERANCES = 3

function isRise(before: Counts, after: Counts, tolerance: number): boolean {
  if (rateOf(after) - rateOf(before) <= tolerance) return false
  return fisherTail(after.failed, after.requests, before.failed, before.requests) < ALPHA
}
