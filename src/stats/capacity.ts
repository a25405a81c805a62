/**
 * What a search for a capacity found, as result files hold it.
 */

/** The metrics of a search, as comparisons call them: in arrivals per second, and in virtual users. */
export type CapacityMetric = 'capacity' | 'capacity_vus'

/** Returns the metric of a search. */
export function capacityMetric(of: CapacityFigures['of']): CapacityMetric {
  return of === 'rate' ? 'capacity' : 'capacity_vus'
}

/** Whether a metric is that of a search; more is better then. */
export function isCapacity(metric: string): metric is CapacityMetric {
  return metric === 'capacity' || metric === 'capacity_vus'
}

/** The largest load that a service carries within its limits, and how it was found. */
export interface CapacityFigures {
  /** The name of the scenario; the result has one of its own. */
  readonly scenario: string
  /** `rate`: loads are arrivals per second; `vus`: virtual users. */
  readonly of: 'rate' | 'vus'
  /** The limits that a trial has to keep, as written. */
  readonly slo: readonly string[]
  /** The largest load that is carried; null if none is known. */
  readonly lower: number | null
  /** The smallest load that isn't carried; null if none is known. */
  readonly upper: number | null
  /** Successful iterations per second at the lower bound, on average; null without one. */
  readonly carried: number | null
  readonly end: CapacityEnd
  /** What the trials at the smallest load that isn't carried missed; null if none missed. */
  readonly limitedBy: Miss | null
  /** The most that could be tried; null: no limit. */
  readonly max: number | null
  /** How close the bounds were to come, as a share of the lower one. */
  readonly width: number
  /** Everything, in seconds: trials, settling and recovery. */
  readonly spentSeconds: number
  /** The load that had to be carried, and whether it is; absent if the search was not asked about one. */
  readonly check?: CapacityCheckMark
  readonly trials: readonly CapacityTrial[]
  /** In the result of side b of an `ab` session: what was found of side a. Absent otherwise. */
  readonly against?: CapacityFigures
}

/**
 * Why a search ended. `decided`: both bounds are known, and close enough. `max_carried`: the service carries all that may be
 * tried. `from_missed`: it doesn't carry the first load. `generator`: perfctl was the limit. `budget`: the time was used
 * up. `stopped`: it was interrupted, or the service or perfctl failed.
 */
export type CapacityEnd = 'decided' | 'max_carried' | 'from_missed' | 'generator' | 'budget' | 'stopped'

/** A load that had to be carried. */
export interface CapacityCheckMark {
  readonly load: number
  /**
   * `baseline`: that of the baseline, less the tolerance. `require`: the one that was asked for. `ab`: in a session, that of
   * side a, less the tolerance; of side a itself, what it carried, checked once more beside b.
   */
  readonly by: 'baseline' | 'require' | 'ab'
  /** Null if that is open. */
  readonly isCarried: boolean | null
}

/** A load, sent for some seconds. */
export interface CapacityTrial {
  readonly offered: number
  /** Successful iterations per second. */
  readonly carried: number
  /** When it began, in seconds since the search began, and how long it was measured. */
  readonly start: number
  readonly seconds: number
  /** Empty if it met everything. */
  readonly missed: readonly Miss[]
  /** In ms; null without successful requests. */
  readonly p95: number | null
  readonly errorRate: number
  /** Iterations in progress, on average; null if it isn't known. */
  readonly concurrency: number | null
  /** What the processes of the service used: cores on average, and the most memory in bytes. Absent if that isn't known. */
  readonly cpuCores?: number
  readonly memory?: number
  readonly met: boolean
  /** It missed, but perfctl was the limit: it says nothing of the service. Absent otherwise. */
  readonly unsure?: true
  /** After it, the service did not become as fast again as before, within the time it was given. Absent otherwise. */
  readonly unrecovered?: true
}

/** What a trial missed. */
export interface Miss {
  /**
   * `threshold`: a limit. `unfinished`: nothing that was sent was completed. `carried`: more arrived than was completed.
   * `backlog`: the number of unfinished iterations grew. `dropped`: arrivals found no free virtual user.
   */
  readonly why: 'threshold' | 'unfinished' | 'carried' | 'backlog' | 'dropped'
  /** The limit, as written; only for thresholds. */
  readonly expression?: string
  /** The metric's id; only for thresholds. */
  readonly metric?: string
  /** The request that was furthest beyond it; absent if there is only one, or if it isn't known. */
  readonly request?: string
  /** The most frequent status of the failed requests, if the limit is of errors and they had one. */
  readonly status?: number
}

/** Returns the errors of a trial as a share of what was completed; null if nothing was. */
export function errorRateOf({
  errorRate,
  missed,
}: Pick<CapacityTrial, 'errorRate' | 'missed'>): number | null {
  return missed.some(({ why }) => why === 'unfinished') ? null : errorRate
}
