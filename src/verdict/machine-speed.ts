/**
 * Whether a job ran on a machine of another speed than the accepted ones, by the yardstick that each run carries: a
 * machine under the same name may be another one, or be slowed down by its neighbors.
 */
import { median } from '../stats/math.js'
import type { Job } from './job-figures.js'

/** Yardsticks of the same machine differ by less (logarithm), also when it has other work. */
const ALIKE = 0.15

/** What a candidate is judged by. */
export interface SpeedBasis {
  /** The accepted jobs whose machines were as fast; all where none was. */
  readonly jobs: readonly Job[]
  /**
   * How fast the candidate's machine was, relative to those of the jobs: 0.8 is slower by a fifth. Null where it was as
   * fast, or where nobody knows.
   */
  readonly speed: number | null
}

/** The jobs that `candidate` is judged by, from the accepted `jobs`. */
export function basisOf(jobs: readonly Job[], { environment: { yardstick } }: Job): SpeedBasis {
  const known = jobs.flatMap(({ environment }) => environment.yardstick ?? [])
  if (yardstick === undefined || known.length === 0) return { jobs, speed: null }
  const isAlike = ({ environment: { yardstick: other } }: Job) =>
    other !== undefined && Math.abs(Math.log(yardstick / other)) <= ALIKE
  const alike = jobs.filter(isAlike)
  return alike.length > 0 ? { jobs: alike, speed: null } : { jobs, speed: yardstick / median(known) }
}
