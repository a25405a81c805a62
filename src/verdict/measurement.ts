/**
 * What a verdict is made from: that which a result and a baseline have in common.
 */
import type {
  GeneratorHealth,
  RequestResult,
  RunEnvironment,
  RunMark,
  ScenarioIdentity,
  Session,
  Shard,
  ShardMark,
  Totals,
} from '../stats/result.js'
import type { Job } from './job-figures.js'

/** The measured part of one job: of one run, or of several that followed each other. Every Result is one. */
export interface Measurement {
  readonly scenario: ScenarioIdentity
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationSeconds: number
  readonly runs: readonly RunMark[]
  readonly interrupted: boolean
  readonly environment: RunEnvironment
  readonly totals: MeasuredTotals
  readonly requests: readonly MeasuredRequest[]
  readonly generator: Pick<GeneratorHealth, 'saturated' | 'reasons' | 'lateFrom'>
  /** As results have it; where it isn't given, every request that failed each time counts as one that must not. */
  readonly neverSucceeded?: readonly string[]
  /** Of one side of an `ab` session; its windows are paired with the other's. */
  readonly session?: Session | null
  /** Of a shard, which is comparable with the same shard only. */
  readonly shard?: Pick<Shard, 'index' | 'of'> | null
  /** Of several shards put together. */
  readonly shards?: readonly ShardMark[] | null
  /** Of a baseline: the accepted jobs, the newest last. */
  readonly jobs?: readonly Job[]
}

/** The figures a baseline keeps of a result's. */
export type MeasuredTotals = Pick<
  Totals,
  'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate' | 'latency'
> &
  // Of a result, not of a baseline.
  Partial<Pick<Totals, 'serviceTime'>>

/** One request, with its windows. */
export type MeasuredRequest = MeasuredTotals & Pick<RequestResult, 'name' | 'kind' | 'phase' | 'windows'>

/** A result or baseline, and what to call it: its file. */
export interface Reference {
  readonly measurement: Measurement
  readonly name: string
}
