/**
 * What a verdict is made from: the part that results and baselines have in common.
 */
import type { CapacityFigures } from '../stats/capacity.js'
import type {
  AgentMark,
  ConnectionFigures,
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
import type { MemoryFigures, TargetFigures } from '../stats/target.js'
import type { Job } from './job-figures.js'

/** The measured part of one job: of one run, or of several consecutive ones. Every Result is one. */
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
  /** As in results. If absent, every request that never succeeded counts. */
  readonly neverSucceeded?: readonly string[]
  /** What the processes of the service used; absent if they weren't observed. */
  readonly target?: MeasuredTarget
  /** The A/B session that this is a side of; the windows of both sides are paired. */
  readonly session?: Session | null
  /** The shard that this is, which is comparable only with the same shard. */
  readonly shard?: Pick<Shard, 'index' | 'of'> | null
  /** The shards that were merged into this. */
  readonly shards?: readonly ShardMark[] | null
  /** The machines that sent the load together. */
  readonly agents?: readonly AgentMark[]
  /** How connections were set up; baselines keep it by run. */
  readonly connections?: ConnectionFigures
  /** The capacity that was found, in a result of a search. */
  readonly capacity?: Pick<CapacityFigures, 'of' | 'lower' | 'upper' | 'end' | 'check'>
  /** The accepted jobs of a baseline, the newest last. */
  readonly jobs?: readonly Job[]
}

/** The figures of a result that a baseline keeps. */
export type MeasuredTotals = Pick<
  Totals,
  'requests' | 'failed' | 'errorRate' | 'throughput' | 'requestRate' | 'latency'
> &
  // Results have them, baselines don't.
  Partial<Pick<Totals, 'serviceTime' | 'timeToFirstByte' | 'bytesReceived' | 'retries' | 'statuses'>>

/** The figures of the service's processes that a baseline keeps. */
export type MeasuredTarget = Pick<TargetFigures, 'cpuPerRequest'> & {
  readonly memory: Pick<MemoryFigures, 'max'> | null
} & Partial<Pick<TargetFigures, 'timeline' | 'cpuWindows' | 'failures'>> // Results have them, baselines don't.

/** One request, with its windows. */
export type MeasuredRequest = MeasuredTotals &
  Pick<
    RequestResult,
    'name' | 'kind' | 'phase' | 'windows' | 'serverTiming' | 'serverTimingWindows' | 'cache'
  >

/**
 * Whether a request is comparable with the others of a run. A journey isn't, as it consists of its steps; nor is what
 * each virtual user sends once, over cold connections.
 */
export function isPlain({
  kind,
  phase,
}: {
  readonly kind: RequestResult['kind']
  readonly phase?: RequestResult['phase']
}): boolean {
  return kind !== 'journey' && phase !== 'beforeEach'
}

/** A result or baseline, and what to call it: its file. */
export interface Reference {
  readonly measurement: Measurement
  readonly name: string
}
