/**
 * Assembles measurements and verdict into a result, the object that all reports show.
 */

import type { FleetEnd } from '../load/fleet/threads.js'
import type { Collector } from '../load/measure/collector.js'
import { judgeGenerator } from '../load/measure/generator-health.js'
import { sideOf } from '../plan/ab-turns.js'
import { listNeverSent } from '../plan/never-sent.js'
import type { Plan } from '../plan/plan.js'
import { requestsOf } from '../plan/series.js'
import { describeLoad } from '../scenario/model/describe.js'
import { scenarioHash } from '../scenario/model/hash.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { withWarmup } from '../stats/add.js'
import {
  type AgentMark,
  type Measured,
  RESULT_SCHEMA,
  type RequestResult,
  type Result,
  type RunEnvironment,
  type ScenarioIdentity,
  type ShardLimits,
} from '../stats/result.js'
import { listLoadDoubts, nameWorkers, type ShardNumber } from '../stats/shard.js'
import { summarize } from '../stats/summary.js'
import { endMetrics, type TargetFigures } from '../stats/target.js'
import { listSent, type SentWindow } from '../stats/target-windows.js'
import { compare } from '../verdict/compare.js'
import { findingsOf } from '../verdict/findings/index.js'
import type { Reference } from '../verdict/measurement.js'
import { listNeverSucceeded } from '../verdict/never-succeeded.js'
import { judgeThresholds } from '../verdict/thresholds.js'
import { runVerdict } from '../verdict/verdict.js'
import { NO_FAILURE, type Stopped, type Why, whyFailed } from './failure.js'

/** Everything about a run that its result is made from. */
export interface RunRecord extends MeasuredRecord, ComparisonBasis {}

/** Everything about a run that its measurements are made from. */
export interface MeasuredRecord {
  readonly plan: Plan
  readonly collector: Collector
  readonly end: FleetEnd
  /** When the measured part began. */
  readonly startedAt: Date
  readonly environment: RunEnvironment
  /** Whether and why it was stopped from outside. */
  readonly stopped: Stopped
  /** The threshold that ended it early. */
  readonly stoppedBy: string | null
  /** Which shard it was; null for the whole load. */
  readonly shard: ShardNumber | null
  /** The machines that sent it; absent if this one did. */
  readonly agents?: readonly AgentMark[] | undefined
  /** The answer that made the service ready; absent if nobody asked. */
  readonly ready?: Result['ready'] | undefined
  /** Returns what the processes of the service used for these requests; absent if they aren't observed. */
  readonly readTarget?: ((requests: number, sent: readonly SentWindow[]) => TargetFigures) | undefined
}

/** Makes the result of a run, with its verdict. */
export function assembleResult(scenario: Scenario, record: RunRecord): Result {
  const measured = assembleMeasured(scenario, record)
  // In the other side's seconds, nothing was measured.
  const findings = record.plan.turns
    ? {}
    : findingsOf(measured, { keepsAlive: scenario.http.keepAlive !== false })
  return judgeResult({ ...measured, ...findings }, scenario, record)
}

/** Makes the result of a run without its verdict. */
export function assembleMeasured(scenario: Scenario, record: MeasuredRecord): Measured {
  const { plan, collector, end, startedAt, environment, stopped, shard } = record
  const { interrupted } = stopped
  const durationSeconds = Math.round(Math.max(0, end.stoppedMs)) / 1000
  const totals = collector.total(durationSeconds)
  const requests = collector.requests(durationSeconds)
  // The generator is idle in the other side's seconds; they must not make it look less busy.
  const atWork = collector.seconds.filter(({ index }) => !plan.turns || sideOf(index) === plan.turns.side)
  const neverSent = interrupted ? [] : listNeverSent(plan.requests, requests)
  return {
    schema: RESULT_SCHEMA,
    scenario: { ...identify(scenario, plan.target), text: sourceOf(scenario) },
    startedAt: startedAt.toISOString(),
    durationSeconds,
    warmupSeconds: plan.load.warmupMs / 1000,
    runs: [{ startedAt: startedAt.toISOString(), start: 0, durationSeconds }],
    seed: plan.seed,
    interrupted,
    environment,
    totals,
    requests,
    ...(neverSent.length > 0 && { neverSent }),
    connections: {
      dns: summarize(collector.connect.dns),
      tcp: summarize(collector.connect.tcp),
      tls: summarize(collector.connect.tls),
      unsolicited: collector.unsolicited,
    },
    timeline: collector.timeline(),
    session: null,
    shard: shard === null ? null : { ...shard, workers: environment.workers, limits: limitsOf(scenario) },
    shards: null,
    ...(record.agents !== undefined && { agents: record.agents }),
    ...(record.ready !== undefined && { ready: record.ready }),
    ...(record.readTarget !== undefined && {
      target: endMetrics(
        record.readTarget(totals.requests, listSent(requests, durationSeconds)),
        durationSeconds,
      ),
    }),
    generator: judgeGenerator(
      atWork,
      collector.lateness,
      totals.latency,
      record.agents && nameWorkers(record.agents),
    ),
    stoppedBy: record.stoppedBy,
    ...firstOf([
      whyFailed(end, scenario.secrets),
      stopped,
      { error: interrupted ? null : describeBarrier(plan, requests) },
    ]),
  }
}

function limitsOf({ thresholds, baseline }: Scenario): ShardLimits {
  return {
    thresholds: thresholds.map(({ expression }) => expression),
    baseline: baseline.file,
    tolerance: baseline.tolerance,
    minDelta: baseline.minDeltaMs,
  }
}

function firstOf(reasons: readonly Why[]): Why {
  const { error, errorStack } = reasons.find((why) => why.error !== null) ?? NO_FAILURE
  return { error, ...(errorStack !== undefined && { errorStack }) }
}

/** Says which request of `beforeEach` kept all virtual users from sending; null if something else was sent. */
function describeBarrier({ beforeEach }: Plan, measured: readonly RequestResult[]): string | null {
  const first = new Set(requestsOf(beforeEach).map(({ name }) => name))
  if (measured.some(({ name, requests, unfinished }) => !first.has(name) && requests + unfinished > 0))
    return null
  const barrier = measured.map(withWarmup).find(({ name, failed }) => first.has(name) && failed > 0)
  return barrier === undefined
    ? null
    : `no virtual user got past "${barrier.name}": ${barrier.errors[0]?.message}; the load was not sent`
}

/** The scenario's entry in a result. */
export function identify(scenario: Scenario, target: string): ScenarioIdentity {
  const { name, file, profile, load } = scenario
  return {
    name,
    file,
    ...(profile !== null && { profile }),
    hash: scenarioHash(scenario),
    load: describeLoad(load),
    model: load.model,
    target,
  }
}

/** The text of the scenario file; null for a URL. */
function sourceOf({ file, text }: Scenario): string | null {
  return file === null || text === '' ? null : text
}

/** What a run is compared with. */
export interface ComparisonBasis {
  readonly reference: Reference | null
  readonly allowEnvironment: boolean
  readonly allowMissing: boolean
}

/** Adds thresholds, comparison and verdict to measurements. */
export function judgeResult(
  measured: Measured,
  scenario: Pick<Scenario, 'thresholds' | 'baseline'>,
  { reference, allowEnvironment, allowMissing }: ComparisonBasis,
): Result {
  const { totals, requests, interrupted, generator, stoppedBy, error, target } = measured
  // A shard is not judged by itself: `merge` judges all shards together.
  const isJudged = measured.shard === null
  const thresholds = isJudged
    ? judgeThresholds(
        scenario.thresholds,
        { ...totals, ...(target && { target }) },
        requests,
        generator.lateFrom,
      )
    : []
  const neverSucceeded = isJudged ? listNeverSucceeded(measured, scenario.thresholds) : []
  const comparison =
    reference === null || interrupted || stoppedBy !== null || error !== null || totals.requests === 0
      ? null
      : compare(
          reference.measurement,
          { ...measured, neverSucceeded },
          {
            baseline: reference.name,
            tolerance: scenario.baseline.tolerance,
            minDeltaMs: scenario.baseline.minDeltaMs,
            allowEnvironment,
            allowMissing,
          },
        )
  const verdict =
    error === null
      ? runVerdict({
          interrupted,
          totals,
          thresholds,
          neverSucceeded,
          comparison,
          generator,
          doubts: listLoadDoubts(measured),
        })
      : 'error'
  return { ...measured, thresholds, neverSucceeded, comparison, verdict }
}
