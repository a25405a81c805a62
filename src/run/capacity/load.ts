/**
 * The load of a search for a capacity: that of the scenario, but its level is decided on the way.
 */
import type { Ms } from '../../base/clock.js'
import { type UserError, userError } from '../../base/errors.js'
import { formatCount, formatDuration, formatShare } from '../../base/units.js'
import { openRows } from '../../plan/rows.js'
import { usesFeeder } from '../../scenario/data/feeders.js'
import { isOfTrial } from '../../scenario/model/capacity.js'
import type { Step } from '../../scenario/model/journey.js'
import { LOAD_DEFAULTS, type Load } from '../../scenario/model/load-types.js'
import type { CapacityOptions, Scenario, Threshold } from '../../scenario/model/scenario.js'

/** The most virtual users on this machine if the scenario sets no limit. */
export const VUS_MAX = 1000

/** What is known of a load before it is steered. */
export interface SteeredPart {
  readonly of: CapacityOptions['of']
  /** The highest level; 0 for arrivals without a limit. */
  readonly most: number
  readonly durationMs: Ms
}

/** A load that may be anything up to `most` for `durationMs`: what it keeps is how arrivals and users behave. */
export function steeredLoad({ load }: Pick<Scenario, 'load'>, { of, most, durationMs }: SteeredPart): Load {
  const common = {
    warmupMs: 0,
    gracefulStopMs: load.gracefulStopMs,
    iterations: null,
    start: most,
    stages: [{ durationMs, target: most }],
  }
  if (of === 'rate') {
    const { arrivals, maxVus } = load.model === 'open' ? load : LOAD_DEFAULTS
    return { ...common, model: 'open', arrivals, maxVus }
  }
  const { thinkTimeMs, pacingMs } = load.model === 'closed' ? load : { thinkTimeMs: LOAD_DEFAULTS.thinkTime }
  return { ...common, model: 'closed', thinkTimeMs, ...(pacingMs && { pacingMs }) }
}

/** A load of constant users, for a first look at how fast the service is. */
export function closedLoad(vus: number, durationMs: Ms): Load {
  return {
    model: 'closed',
    warmupMs: 0,
    gracefulStopMs: LOAD_DEFAULTS.gracefulStop,
    iterations: null,
    start: vus,
    stages: [{ durationMs, target: vus }],
    thinkTimeMs: LOAD_DEFAULTS.thinkTime,
  }
}

/** Half a second after the longest journey has begun, as many end as begin. */
const SPREAD_MS: Ms = 500

/** How long a load has to be sent before it is a steady one: the setting, or longer if journeys have long pauses. */
export function settleMsOf({ requests }: Pick<Scenario, 'requests'>, { settleMs }: CapacityOptions): Ms {
  const pauses = requests.map((entry) => ('steps' in entry ? longestPauses(entry.steps) : 0))
  const longest = Math.max(...pauses)
  return longest === 0 ? settleMs : Math.max(settleMs, longest + SPREAD_MS)
}

function longestPauses(steps: readonly Step[]): Ms {
  return steps.reduce((sum, step) => {
    const own =
      step.type === 'pause' ? step.pauseMs[1] : step.type === 'group' ? longestPauses(step.steps) : 0
    return sum + own * (step.repeat?.times[1] ?? 1)
  }, 0)
}

/** The limit on errors if the scenario has none: a service that answers errors carries nothing. */
const ERROR_LIMIT: Threshold = {
  expression: 'error_rate < 1%',
  request: null,
  metric: 'error_rate',
  operator: '<',
  limit: 0.01,
  abort: null,
  line: 1,
}

/**
 * The limits that a trial is judged by: those of the search, or the thresholds that say something of a load. One on errors is
 * added if there is none.
 */
export function sloOf(
  { thresholds }: Pick<Scenario, 'thresholds'>,
  { slo }: CapacityOptions,
): readonly Threshold[] {
  const limits = slo ?? thresholds.filter(({ metric }) => isOfTrial(metric))
  const limitsErrors = limits.some(({ metric, request }) => metric === 'error_rate' && request === null)
  return limitsErrors ? limits : [...limits, ERROR_LIMIT]
}

/** Returns a warning if a load is given up after a single trial that misses; null otherwise. */
export function warnOfHaste({ trialMs, sumMs, exceed }: CapacityOptions): string | null {
  if (trialMs <= sumMs * exceed) return null
  const [trial, sum] = [formatDuration(trialMs), formatDuration(sumMs)]
  const enough = formatDuration(Math.ceil(trialMs / exceed / 1000) * 1000)
  return `a single trial that misses decides, as ${trial} is more than ${formatShare(exceed)} of ${sum}: write sum: ${enough} or more under capacity, or a shorter trial`
}

/** Throws a UserError if rows that are used only once could run out before the search ends. */
export function checkRows(scenario: Scenario, most: number | null, seconds: number): void {
  const problem = findShortage(scenario, most === null ? Number.POSITIVE_INFINITY : Math.ceil(most * seconds))
  if (problem !== null) throw problem
}

function findShortage({ data, beforeEach, load, requests }: Scenario, iterations: number): UserError | null {
  for (const [name, feeder] of Object.entries(data)) {
    const stops = feeder.pick === 'unique' ? feeder.onEnd !== 'recycle' : feeder.onEnd === 'stop'
    if (feeder.pick === undefined || !stops) continue
    const isOfUser = usesFeeder(beforeEach, name)
    if (!isOfUser && !usesFeeder(requests, name)) continue
    const users = load.model === 'open' ? load.maxVus : LOAD_DEFAULTS.maxVus
    const needed = isOfUser ? users : iterations
    const { size } = openRows(feeder)
    if (needed <= size) continue
    const most = needed === Number.POSITIVE_INFINITY ? 'any number' : `up to ${formatCount(needed)}`
    return userError(
      `data.${name} has ${formatCount(size)} rows that are used only once, but a search for the capacity may need ${most}`,
      'write onEnd: recycle, or lower capacity.max or capacity.budget',
    )
  }
  return null
}
