/**
 * The result file, `perfctl/result@1`: measurements and judgment of a run as one JSON object. It is an interface for
 * other programs: fields may be added but are never renamed. Latencies are in ms, sizes in bytes, rates per second,
 * shares as ratios. A figure that wasn't measured is null, never 0.
 */
import type { Environment } from '../base/host.js'
import type { CapacityFigures } from './capacity.js'
import type { Comparison } from './comparison.js'
import type { Finding } from './findings.js'
import type { FrozenHistogram } from './frozen-histogram.js'
import type { TargetFigures } from './target.js'
import type { MetricUnit } from './target-metrics.js'

/** The value of `schema` in every result file. */
export const RESULT_SCHEMA = 'perfctl/result@1'

/** A measured and judged run. */
export interface Result {
  readonly schema: typeof RESULT_SCHEMA
  readonly scenario: ScenarioRecord
  /** ISO 8601; the start of the measured part, after the warm-up. */
  readonly startedAt: string
  /** Duration of the measured part, without warm-up and graceful stop. */
  readonly durationSeconds: number
  readonly warmupSeconds: number
  /** The runs it consists of, in order: one, or as many as `--runs` asked for. */
  readonly runs: readonly RunMark[]
  readonly seed: number
  readonly interrupted: boolean
  readonly environment: RunEnvironment
  readonly totals: Totals
  readonly requests: readonly RequestResult[]
  /** Connection times, and connections closed because of unsolicited bytes. */
  readonly connections: ConnectionFigures
  readonly timeline: readonly TimelinePoint[]
  readonly thresholds: readonly ThresholdResult[]
  /** Names that never succeeded, unless a threshold allows it; the run is `failed`. Empty in a shard. */
  readonly neverSucceeded: readonly string[]
  /** Requests and journeys that were never sent although the run was long enough; absent if there are none. */
  readonly neverSent?: readonly string[]
  readonly comparison: Comparison | null
  /** Set by `ab`: both sides of a session have the same id. */
  readonly session: Session | null
  /** Set by `run --shard`: one machine's part of the load. Null for the whole load. */
  readonly shard: Shard | null
  /** Set by `merge`: the merged parts. Null otherwise. */
  readonly shards: readonly ShardMark[] | null
  /** Set by `run --agent`: the machines that sent the load. Absent otherwise. */
  readonly agents?: readonly AgentMark[]
  /** Set if the scenario waits for the service with `ready`: its answer, the slowest one of several. Absent otherwise. */
  readonly ready?: ReadyMark
  /** Set if the scenario observes the processes of the service: what they used. Absent otherwise. */
  readonly target?: TargetFigures
  /** What stands out, the most telling first, at most five. Absent if nothing does. */
  readonly findings?: readonly Finding[]
  /** Set by `capacity`: the largest load that the service carries. The other figures are those of the trials at it. */
  readonly capacity?: CapacityFigures
  readonly generator: GeneratorHealth
  /** The threshold that stopped the run early; null if none did. */
  readonly stoppedBy: string | null
  /** Why the run could not be completed; null if it was. */
  readonly error: string | null
  /** Stack trace of a bug in perfctl that ended the run; absent otherwise. */
  readonly errorStack?: string
  readonly verdict: RunVerdict
}

/** A measured run that isn't judged yet. */
export type Measured = Omit<Result, 'thresholds' | 'neverSucceeded' | 'comparison' | 'verdict'>

/** A run within a result. Its windows start at `start`. */
export interface RunMark {
  /** ISO 8601. */
  readonly startedAt: string
  /** The position of its first window in the result, in seconds. */
  readonly start: number
  readonly durationSeconds: number
}

/** One side of an `ab` session. */
export interface Session {
  readonly id: string
  readonly side: 'a' | 'b'
  /** How often the session may be checked before its end; the false alarm rate is divided among the checks. */
  readonly looks: number
  /** Measured seconds of each side at most. */
  readonly maxSeconds: number
}

/** One machine's part of a shared load. It isn't judged; `limits` has what the merged run is judged by. */
export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
  /** Threads on this machine. */
  readonly workers: number
  readonly limits: ShardLimits
}

/** The scenario's limits, included so that shards can be judged without the scenario. */
export interface ShardLimits {
  /** As written: `search: p95 < 150ms`. */
  readonly thresholds: readonly string[]
  /** The baseline file; null for the default path. */
  readonly baseline: string | null
  /** Relative, except `errorRate`, which is absolute. */
  readonly tolerance: Readonly<
    Record<'p50' | 'p95' | 'p99' | 'throughput' | 'errorRate' | 'cpuPerRequest', number>
  >
  /** In ms. */
  readonly minDelta: number
}

/** A shard within a merged result. */
export interface ShardMark {
  /** From 1. */
  readonly index: number
  readonly workers: number
  /** ISO 8601, by the clock of its machine. */
  readonly startedAt: string
  readonly durationSeconds: number
  readonly requests: number
  readonly failed: number
}

/** A machine that sent a part of the load. */
export interface AgentMark {
  readonly name: string
  readonly cores: number
  /** Its threads. */
  readonly workers: number
  /** Its requests of the measured part. */
  readonly requests: number
  /** Its version. */
  readonly perfctl: string
  /** How late it began, in ms by its own clock; null if it never did. */
  readonly startOffsetMs: number | null
  /** How precisely its clock is known, in ms. */
  readonly clockErrorMs: number
  /** The second of the load at which it was lost; null if it was there to the end. */
  readonly lost: number | null
}

/** The answer that made a service ready for the load. */
export interface ReadyMark {
  /** What was asked, without the query. */
  readonly url: string
  /** How often it was asked. */
  readonly tries: number
  /** From the first try to the answer, in ms. */
  readonly waitedMs: number
  /** How long the answer took, from the beginning of its connection, in ms. */
  readonly latencyMs: number
  /** The service is degraded if it takes longer, in ms; null: never. */
  readonly limitMs: number | null
  readonly degraded: boolean
}

/** Times of connection setup by part. `count` is 0 for parts that didn't occur, such as DNS for an IP address. */
export interface ConnectionFigures {
  readonly dns: LatencySummary
  readonly tcp: LatencySummary
  readonly tls: LatencySummary
  /** Connections closed because the service sent bytes that no request had asked for. */
  readonly unsolicited: number
}

/** The scenario that was run, and its target. */
export interface ScenarioIdentity {
  readonly name: string
  readonly file: string | null
  /** The profile that was run; absent if none was. */
  readonly profile?: string
  /** Hash of everything that makes runs comparable: load, data, requests. Excludes target and limits. */
  readonly hash: string
  /** The load in words, `0 to 20 users in 5s, 20 users for 20s`, to show differences. */
  readonly load: string
  /** The load model. */
  readonly model: LoadModel
  readonly target: string
}

/** With `open`, the rate is an input and says nothing about the service. */
type LoadModel = 'closed' | 'open'

/** The scenario with its source, for readers; never compared. */
interface ScenarioRecord extends ScenarioIdentity {
  /** YAML with secrets removed; null if unknown. */
  readonly text: string | null
}

/** The environment of a run. */
export interface RunEnvironment extends Environment {
  readonly workers: number
  readonly gitCommit: string | null
  /** The number of machines that sent the load; absent for one. */
  readonly agents?: number
  /**
   * How fast the machine was around the load: a fixed piece of work of CPU, memory and loopback, in operations a second.
   * Absent where it was not timed.
   */
  readonly yardstick?: number
}

/** The verdict of a run. `failed`: a threshold was not met, or a request never succeeded. */
export type RunVerdict = 'passed' | 'regressed' | 'failed' | 'inconclusive' | 'error' | 'interrupted'

/** Totals of some requests: those with one name, or all. */
export interface Totals {
  /** Finished requests, successful or failed, that were due in the measured part. */
  readonly requests: number
  readonly failed: number
  /** failed / requests; 0 without requests. */
  readonly errorRate: number
  /** Successful requests per second of the measured part. */
  readonly throughput: number
  /** Finished requests per second, successful or failed: the load on the service. */
  readonly requestRate: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Decoded size of the bodies that were read; null if none was. */
  readonly bytesDecoded: number | null
  /** Arrivals that found no free virtual user (open model). */
  readonly dropped: number
  /** Requests still in flight at the end of the graceful stop; neither successful nor failed. */
  readonly unfinished: number
  /** From due to the last byte of the response; successful requests only. */
  readonly latency: LatencySummary
  /** From when the request was written to the last byte of the response; successful requests only. */
  readonly serviceTime: LatencySummary
  /** From when the request was written to the first byte of the response; successful requests only. */
  readonly timeToFirstByte: LatencySummary
  readonly statuses: Readonly<Record<string, number>>
  /** Redirects that were followed; they don't count as requests. */
  readonly redirects: number
  /** Requests sent again because the service had closed the idle connection they used. */
  readonly reconnects: number
  readonly retries: RetryCounts
  readonly errors: readonly ErrorCount[]
  /** What the service says in its Server-Timing header, by name; successful requests only. Absent if it isn't observed. */
  readonly serverTiming?: Readonly<Record<string, LatencySummary>>
  /** The service sent more names than are kept; absent otherwise. */
  readonly serverTimingLeft?: true
  /** Where the answers came from; absent if that isn't observed, or if no answer said anything of a cache. */
  readonly cache?: CacheShare
}

/** The share of answers from a cache; successful requests only. */
export interface CacheShare {
  readonly hits: number
  /** All others, also those that say nothing of a cache. */
  readonly misses: number
  /** hits / (hits + misses); null without answers. */
  readonly ratio: number | null
}

/** Totals of the requests with one name. */
export interface RequestResult extends Totals {
  readonly name: string
  readonly kind: SeriesKind
  /** Set for requests that each virtual user sends once, before its first iteration. */
  readonly phase?: 'beforeEach'
  readonly windows: readonly Window[]
  /** The same of each server timing, by name: how many responses had it, and its durations. Absent if there are none. */
  readonly serverTimingWindows?: Readonly<Record<string, readonly Window[]>>
  /**
   * For `beforeEach` requests: those that were due in the warm-up. Thresholds on the request count them; totals,
   * windows and comparisons don't. Absent if there were none.
   */
  readonly warmup?: WarmupTotals
}

/** Totals of the warm-up. */
export type WarmupTotals = Pick<
  Totals,
  'requests' | 'failed' | 'errorRate' | 'unfinished' | 'latency' | 'statuses' | 'errors'
>

/** A single request, a step of a journey, or a whole journey without its pauses. */
export type SeriesKind = 'request' | 'step' | 'journey'

/** Latencies in ms; null where `count` is 0. */
export interface LatencySummary {
  readonly count: number
  readonly min: number | null
  readonly mean: number | null
  readonly stddev: number | null
  readonly max: number | null
  readonly p50: number | null
  readonly p75: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly p999: number | null
  /** In files: HdrHistogram V2, compressed, base64, in microseconds with 3 significant digits. Null if a file has none. */
  readonly histogram: FrozenHistogram | null
}

/** Retries. A request counts once, by its final outcome. */
export interface RetryCounts {
  /** Requests that were sent more than once. */
  readonly requests: number
  /** Those that succeeded in the end. */
  readonly recovered: number
  /** Total number of retries. */
  readonly attempts: number
  /** Failures of the attempts before the last; they are in no error rate. */
  readonly errors: readonly ErrorCount[]
}

/** Failures of one kind with the same message. */
export interface ErrorCount {
  readonly kind: FailureKind
  readonly message: string
  readonly count: number
  /** The id of one such request: its trace id, or the value of the id header. Absent if requests have no ids. */
  readonly example?: string
}

/** Why a request failed. */
export type FailureKind =
  | 'status'
  | 'timeout'
  | 'connect'
  | 'reset'
  | 'dns'
  | 'tls'
  | 'protocol'
  | 'redirects'
  | 'expectation'
  | 'capture'

/** One second (or more, in runs over an hour) of one request, by when the responses ended. */
export interface Window {
  /** Seconds since the start of the measured part. */
  readonly start: number
  readonly duration: number
  readonly requests: number
  readonly failed: number
  /** Latencies of the successful requests, in files as in {@link LatencySummary}. */
  readonly histogram: FrozenHistogram
}

/** One second of the whole run. */
export interface TimelinePoint {
  readonly second: number
  readonly vus: number
  readonly requests: number
  readonly failed: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  /** Successful requests whose response came from a cache. Absent if that isn't observed. */
  readonly cacheHits?: number
  /** Arrivals that found no free virtual user. */
  readonly dropped: number
  /** The share of the second that the busiest worker spent working; null in files without it. */
  readonly generatorBusy: number | null
  /** The 99th percentile of how late requests with a due time of their own were sent, in ms. */
  readonly schedulingLagP99: number | null
  /** Longest garbage collection pause of a worker, in ms. */
  readonly gcPauseMax: number | null
  /** Absent in older files. */
  readonly bytesReceived?: number
}

/** A judged threshold. */
export interface ThresholdResult {
  readonly expression: string
  readonly request: string | null
  /** In the metric's unit; null if nothing was measured, which fails the threshold. */
  readonly actual: number | null
  /** The unit of a metric that the service reports of itself; absent for a plain number, and for other metrics. */
  readonly unit?: MetricUnit
  readonly passed: boolean
  /**
   * Not met, but it would be without the time that requests were sent late by: whether the service or the load generator
   * was too slow is open. Absent otherwise.
   */
  readonly inDoubt?: true
}

/** What a worker's thread did, as shares of the measured time. */
export interface WorkerHealth {
  /** Busy, as reported by the event loop. */
  readonly eventLoopUtilization: number
  /** On a CPU; null if the operating system doesn't report it. */
  readonly cpu: number | null
  /** Runnable but waiting for a CPU that other work used; null likewise. */
  readonly starved: number | null
}

/** The percentiles checked for late sending. */
export type LatePercentile = (typeof LATE_PERCENTILES)[number]

/** Every {@link LatePercentile}, ascending. */
export const LATE_PERCENTILES = [50, 95, 99] as const

/** Whether the load generator was the bottleneck. */
export interface GeneratorHealth {
  readonly saturated: boolean
  readonly reasons: readonly string[]
  readonly eventLoopUtilization: number
  /** The 99th percentile of how late requests were sent, in ms after they were due and a virtual user was free. */
  readonly schedulingLagP99: number | null
  /** From this percentile on, latencies are affected by late sending; absent if none are. */
  readonly lateFrom?: LatePercentile
  /** Empty in files without it. */
  readonly workers: readonly WorkerHealth[]
}
