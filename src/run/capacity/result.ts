/**
 * The result of a search for a capacity: the trials at the capacity as the runs of one result, and how it was found.
 */

import { readEnvironment } from '../../base/host.js'
import type { FleetEnd } from '../../load/fleet/threads.js'
import { Collector } from '../../load/measure/collector.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import { capacityHash } from '../../scenario/model/hash.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import type { CapacityCheckMark, CapacityEnd, CapacityFigures, CapacityTrial } from '../../stats/capacity.js'
import { joinRuns } from '../../stats/join.js'
import type { AgentMark, Measured, Result, RunEnvironment, Session } from '../../stats/result.js'
import type { TargetFigures } from '../../stats/target.js'
import { sliceTarget } from '../../stats/target-slice.js'
import { capacityVerdict } from '../../verdict/capacity/capacity-verdict.js'
import { mostOftenMissed } from '../../verdict/capacity/judge-trial.js'
import type { SearchEnd } from '../../verdict/capacity/search.js'
import { compare } from '../../verdict/compare.js'
import { findingsAtLimit } from '../../verdict/findings/at-limit.js'
import { listNeverSucceeded } from '../../verdict/never-succeeded.js'
import type { Stopped } from '../failure.js'
import { assembleMeasured, type ComparisonBasis } from '../result.js'
import { sloOf, steeredLoad } from './load.js'
import type { TrialEnd } from './trials.js'

/** Everything about a search that its result is made from. */
export interface SearchRecord {
  /** The scenario's own name. */
  readonly scenario: string
  readonly plan: Plan
  readonly end: FleetEnd
  /** When the load began. */
  readonly startedAt: Date
  readonly environment: RunEnvironment
  readonly stopped: Stopped
  /** The first load; null if it was never found. */
  readonly from: number | null
  readonly trials: readonly TrialEnd[]
  /** What the search found; null if it never began. */
  readonly answer: {
    readonly lower: number | null
    readonly upper: number | null
    readonly carried: number | null
    readonly end: SearchEnd | null
  } | null
  readonly check?: CapacityCheckMark | undefined
  readonly spentSeconds: number
  /** What the service used and reported since the load began; absent if it isn't observed. */
  readonly target?: TargetFigures | undefined
  readonly ready?: Result['ready'] | undefined
  /** The A/B session that it is a side of; absent otherwise. */
  readonly session?: Session
  /** What was found of the session's other side. */
  readonly against?: CapacityFigures | undefined
  /** The machines that sent the load; absent if this one did. */
  readonly agents?: readonly AgentMark[] | undefined
}

/** What the result of a search is called: it has results and a baseline of its own. */
export function capacityName(name: string): string {
  return `${name}-capacity`
}

/** The scenario of a search as results name it: equal for all searches whose answers can be compared. */
export function asSearched(scenario: Scenario, settings: CapacityOptions): Scenario {
  return {
    ...scenario,
    name: capacityName(scenario.name),
    load: steeredLoad(scenario, { of: settings.of, most: 0, durationMs: 0 }),
    thresholds: sloOf(scenario, settings),
  }
}

/** What results say of the scenario of a search, beside its target. */
export function identifySearch(
  scenario: Scenario,
  settings: CapacityOptions,
): Pick<Result['scenario'], 'hash' | 'load'> {
  return {
    hash: capacityHash(asSearched(scenario, settings), settings),
    load: `up to the capacity, in ${settings.of === 'rate' ? 'arrivals per second' : 'users'}`,
  }
}

/** Makes the result of a search, with its verdict. */
export function assembleCapacity(
  scenario: Scenario,
  settings: CapacityOptions,
  record: SearchRecord,
  basis: CapacityBasis,
): Result {
  const searched = asSearched(scenario, settings)
  const { trials, stopped } = record
  const capacity = describe(searched, settings, record)
  const shown = trials.filter(({ load }) => load === (capacity.lower ?? lowest(trials)))
  const runs = (shown.length > 0 ? shown : [null]).map((trial): Result => {
    const measured = measureTrial(searched, trial, record)
    return { ...measured, thresholds: [], neverSucceeded: [], comparison: null, verdict: 'passed' }
  })
  const joined = joinRuns(runs as [Result, ...Result[]])
  const { interrupted, error, errorStack } = stopped
  const whole = {
    ...joined,
    scenario: { ...joined.scenario, ...identifySearch(scenario, settings) },
    session: record.session ?? null,
    interrupted,
    error,
    ...(errorStack !== undefined && { errorStack }),
    capacity,
  }
  const comparison = compareWith(whole, scenario, basis)
  const neverSucceeded = trials.length === 0 ? [] : listNeverSucceeded(whole, searched.thresholds)
  const judged = { ...whole, neverSucceeded, comparison, ...findLimit(record, capacity) }
  return { ...judged, verdict: capacityVerdict(judged) }
}

/** Null if there is nothing to compare: a check alone that was carried, or a search that did not end, has no capacity. */
function compareWith(
  result: Result & { readonly capacity: CapacityFigures },
  { baseline }: Scenario,
  { reference, allowEnvironment }: CapacityBasis,
): Result['comparison'] {
  const { interrupted, error, session, capacity } = result
  if (reference === null || interrupted || error !== null) return null
  // An agent was lost, so the bounds are not what they would have become.
  if (capacity.end === 'stopped') return null
  if (session === null && !isKnown(capacity)) return null
  return compare(reference.measurement, result, {
    baseline: reference.name,
    tolerance: baseline.tolerance,
    minDeltaMs: baseline.minDeltaMs,
    allowEnvironment,
  })
}

function isKnown({ lower, upper, check, end }: CapacityFigures): boolean {
  if (lower === null) return false
  return upper !== null || check?.isCarried === false || end !== 'decided'
}

/** What a capacity is compared with. */
export type CapacityBasis = Pick<ComparisonBasis, 'reference' | 'allowEnvironment'>

function lowest(trials: readonly TrialEnd[]): number {
  return Math.min(...trials.map(({ load }) => load))
}

function measureTrial(searched: Scenario, trial: TrialEnd | null, record: SearchRecord): Measured {
  const { plan, startedAt, environment, ready, agents, target } = record
  const { start = 0, seconds = 0 } = trial ?? {}
  return assembleMeasured(searched, {
    plan: { ...plan, load: { ...plan.load, warmupMs: 0 } },
    collector: trial?.meter.collector ?? new Collector(listSeries(plan), 0, () => {}),
    end: { stoppedMs: seconds * 1000, failure: null },
    startedAt: new Date(startedAt.getTime() + start * 1000),
    environment,
    // Nothing is sent twice or never because of how the search ended.
    stopped: { interrupted: true, error: null },
    stoppedBy: null,
    shard: null,
    ready,
    agents,
    ...(target && {
      readTarget: (requests, sent) => sliceTarget(target, { start, seconds, requests, sent }),
    }),
  })
}

/** What stands out in the trials at loads that are too much. */
function findLimit({ trials, target }: SearchRecord, { lower }: CapacityFigures) {
  if (target === undefined) return {}
  const missed = trials.filter(
    ({ load, missed, isUnsure }) => missed.length > 0 && !isUnsure && load > (lower ?? 0),
  )
  const used = missed.map(({ start, seconds }) => sliceTarget(target, { start, seconds, ...NOTHING_SENT }))
  // Processes are observed on this machine, whoever sends the load.
  return findingsAtLimit(used, readEnvironment().cores)
}

const NOTHING_SENT = { requests: 0, sent: [] }

function describe(searched: Scenario, { of, width }: CapacityOptions, record: SearchRecord): CapacityFigures {
  const { answer, trials, check, spentSeconds } = record
  const lower = answer?.lower ?? null
  const beyond = trials.filter(({ load, missed }) => missed.length > 0 && (lower === null || load > lower))
  const limit = answer?.upper ?? lowest(beyond)
  return {
    scenario: record.scenario,
    of,
    slo: searched.thresholds.map(({ expression }) => expression),
    lower,
    upper: answer?.upper ?? null,
    carried: answer?.carried ?? null,
    end: (answer?.end ?? 'stopped') satisfies CapacityEnd,
    limitedBy: mostOftenMissed(beyond.filter(({ load, isUnsure }) => load === limit && !isUnsure)),
    max: record.plan.load.start || null,
    width,
    spentSeconds: Math.round(spentSeconds * 10) / 10,
    ...(check && { check }),
    trials: trials.map((trial) => trialFigures(trial, record.target)),
    ...(record.against && { against: record.against }),
  }
}

/** Returns a trial as results have it. `target`: what the service used since the load began, if that is observed. */
export function trialFigures(trial: TrialEnd, target: TargetFigures | undefined): CapacityTrial {
  const { load, meter, carried, concurrency, start, seconds, missed, isUnsure, isUnrecovered } = trial
  const { latency, errorRate } = meter.collector.total(seconds)
  const used = target && sliceTarget(target, { start, seconds, ...NOTHING_SENT })
  return {
    offered: load,
    carried: Math.round(carried * 1000) / 1000,
    start,
    seconds,
    missed,
    p95: latency.p95,
    errorRate,
    concurrency: Math.round(concurrency * 10) / 10,
    ...(used?.cpuCores != null && { cpuCores: used.cpuCores }),
    ...(used?.memory != null && { memory: used.memory.max }),
    met: missed.length === 0,
    ...(isUnsure && { unsure: true }),
    ...(isUnrecovered && { unrecovered: true }),
  }
}
