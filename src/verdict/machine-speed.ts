/**
 * Whether a job ran on a machine of another speed than the accepted ones, by the yardstick in their environments. A machine
 * of the same name may be another one, or be slowed down by its neighbors.
 */
import { median } from '../stats/math.js'
import type { Job } from './job-figures.js'

/** Yardsticks of the same machine differ by less than this (logarithm), even if it has other work. */
const ALIKE = 0.2

/** The jobs that a candidate is judged by. */
export interface SpeedBasis {
  /** The accepted jobs whose machines were as fast; all if none was, or if it is unknown. */
  readonly jobs: readonly Job[]
  /**
   * The speed of the candidate's machine relative to those of the jobs: 0.8 is slower by a fifth. Null if it was as fast,
   * or if it is unknown.
   */
  readonly speed: number | null
}

/** Selects from the accepted `jobs` those that the candidate is judged by. */
export function basisOf(jobs: readonly Job[], { environment: { yardstick } }: Job): SpeedBasis {
  const known = jobs.flatMap(({ environment }) => environment.yardstick || [])
  if (!yardstick || known.length === 0) return { jobs, speed: null }
  const isAlike = ({ environment: { yardstick: other } }: Job) =>
    other ? Math.abs(Math.log(yardstick / other)) <= ALIKE : false
  const alike = jobs.filter(isAlike)
  return alike.length > 0 ? { jobs: alike, speed: null } : { jobs, speed: yardstick / median(known) }
}
