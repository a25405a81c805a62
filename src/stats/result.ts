/**
 * The result file, `perfctl/result@1`: what a run measured and how it was judged, as one JSON object. Other programs
 * read it; fields are added freely and never renamed. Latencies in ms, sizes in bytes, rates per second, shares as
 * ratios. Where nothing was measured a figure is null, never 0.
 */
import type { Environment } from '../base/host.js'
import type { Comparison } from './comparison.js'

/** The value of `schema` in every result file. */
export const RESULT_SCHEMA = 'perfctl/result@1'

/** A run, measured and judged. */
export interface Result {
  readonly schema: typeof RESULT_SCHEMA
  readonly scenario: ScenarioRecord
  /** ISO 8601, the moment the measured part began (warm-up over). */
  readonly startedAt: string
  /** Of the measured part, without warm-up and without the wait for the last answers. */
  readonly durationSeconds: number
  readonly warmupSeconds: number
  /** The runs it is made of, one after the other: one, or as many as `--runs` asked for. */
  readonly runs: readonly RunMark[]
  readonly seed: number
  readonly interrupted: boolean
  readonly environment: RunEnvironment
  readonly totals: Totals
  readonly requests: readonly RequestResult[]
  /** How long connections took to set up, and how many were no good. */
  readonly connections: ConnectionFigures
  readonly timeline: readonly TimelinePoint[]
  readonly thresholds: readonly ThresholdResult[]
  /**
   * Names of the requests, steps and journeys of which every try failed, unless a threshold allows that. Such a run is
   * `failed`. Empty in a shard, which isn't judged.
   */
  readonly neverSucceeded: readonly string[]
  /** Names of the requests and journeys that were never sent, although the run was long enough; absent when there are none. */
  readonly neverSent?: readonly string[]
  readonly comparison: Comparison | null
  /** Set by `ab`: both sides of a session carry the same id. */
  readonly session: Session | null
  /** Set by `run --shard`: this was one machine's part of the load. Null when it was all of it. */
  readonly shard: Shard | null
  /** Set by `merge`: the parts it was put together of. Null for others. */
  readonly shards: readonly ShardMark[] | null
  readonly generator: GeneratorHealth
  /** The threshold that ended the run before its time; null when none did. */
  readonly stoppedBy: string | null
  /** Why the run could not be carried out to its end; null when it was. */
  readonly error: string | null
  /** Where in the program a bug ended the run, for a report of it; absent when none did. */
  readonly errorStack?: string
  readonly verdict: RunVerdict
}

/** A run, measured and not yet judged. */
export type Measured = Omit<Result, 'thresholds' | 'neverSucceeded' | 'comparison' | 'verdict'>

/** One run within a result; its windows follow each other from `start` on. */
export interface RunMark {
  /** ISO 8601. */
  readonly startedAt: string
  /** Where its first window stands among the result's, in seconds. */
  readonly start: number
  readonly durationSeconds: number
}

/** One side of an `ab` session. */
export interface Session {
  readonly id: string
  readonly side: 'a' | 'b'
  /** How often the session may be looked at before its end; the false alarms are shared out to the looks. */
  readonly looks: number
  /** Measured seconds of each side at most. */
  readonly maxSeconds: number
}

/** One machine's part of a load that several share. It is not judged: `limits` says how all of them together are. */
export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
  /** Threads on this machine. */
  readonly workers: number
  readonly limits: ShardLimits
}

/** What the scenario judges a run by, carried along so that shards can be judged where there is no scenario. */
export interface ShardLimits {
  /** As written: `search: p95 < 150ms`. */
  readonly thresholds: readonly string[]
  /** The baseline's file; null for the default place. */
  readonly baseline: string | null
  /** Relative, but for `errorRate` in absolute points. */
  readonly tolerance: Readonly<Record<'p50' | 'p95' | 'p99' | 'throughput' | 'errorRate', number>>
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

/** The parts of setting up a connection; `count` is 0 where there was none, such as look-ups of an address. */
export interface ConnectionFigures {
  readonly dns: LatencySummary
  readonly tcp: LatencySummary
  readonly tls: LatencySummary
  /** Connections that were closed because bytes came that no request had asked for. */
  readonly unsolicited: number
}

/** Which scenario was run, and against what. */
export interface ScenarioIdentity {
  readonly name: string
  readonly file: string | null
  /** Which of the file's profiles was the load; absent of results without profiles. */
  readonly profile?: string
  /** Over everything that makes two runs comparable: load, data, requests. Not the target, not the limits. */
  readonly hash: string
  /** The load in short, `0 to 20 users in 5s, 20 users for 20s`, so that a difference can be shown. */
  readonly load: string
  /** Whether users wait for their answers, or arrivals come whatever the service does. */
  readonly model: LoadModel
  readonly target: string
}

/** `open`: the rate is given, so it says nothing about the service. */
type LoadModel = 'closed' | 'open'

/** The same, with the file as it was read: for readers, no part of any comparison. */
interface ScenarioRecord extends ScenarioIdentity {
  /** YAML, without its secrets; null where there is no file, or it isn't known. */
  readonly text: string | null
}

/** The environment of a run. */
export interface RunEnvironment extends Environment {
  readonly workers: number
  readonly gitCommit: string | null
  /**
   * How fast the machine was around the load: a fixed piece of work of CPU, memory and loopback, in operations a second.
   * Absent where it was not timed.
   */
  readonly yardstick?: number
}

/** How a run ended. `failed`: a threshold was not met, or a request never succeeded. */
export type RunVerdict = 'passed' | 'regressed' | 'failed' | 'inconclusive' | 'error' | 'interrupted'

/** What some requests came to: those of one name, or all. */
export interface Totals {
  /** Finished requests, successful or failed, that were due in the measured part. */
  readonly requests: number
  readonly failed: number
  /** failed / requests; 0 when there were none. */
  readonly errorRate: number
  /** Successful requests per second of the measured part. */
  readonly throughput: number
  /** Finished requests per second, successful or failed: what the service was asked to do. */
  readonly requestRate: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Bodies after decoding, of the answers that were looked into; null when none was. */
  readonly bytesDecoded: number | null
  /** Arrivals that found no free virtual user (open model). */
  readonly dropped: number
  /** Requests still in flight when the time for a graceful stop was over; neither successful nor failed. */
  readonly unfinished: number
  /** From the moment a request was due to its last byte; successful requests only. */
  readonly latency: LatencySummary
  /** From the moment a request was written to its last byte; successful requests only. */
  readonly serviceTime: LatencySummary
  /** From the moment a request was written to the first byte of its answer; successful requests only. */
  readonly timeToFirstByte: LatencySummary
  readonly statuses: Readonly<Record<string, number>>
  /** Redirects that were followed; their hops are no requests of their own. */
  readonly redirects: number
  /** How often a request went again because the service had closed the kept connection that it met. */
  readonly reconnects: number
  readonly retries: RetryCounts
  readonly errors: readonly ErrorCount[]
}

/** What the requests of one name came to. */
export interface RequestResult extends Totals {
  readonly name: string
  readonly kind: SeriesKind
  /** Sent once by each user, before its first iteration; absent for everything else. */
  readonly phase?: 'beforeEach'
  readonly windows: readonly Window[]
  /**
   * Of what each user sends once (`beforeEach`): its requests that were due in the warm-up, beside those of the measured
   * part. Thresholds on the request count both; totals, windows and comparisons don't. Absent when there were none.
   */
  readonly warmup?: WarmupTotals
}

/** What the requests of the warm-up came to. */
export type WarmupTotals = Pick<
  Totals,
  'requests' | 'failed' | 'errorRate' | 'unfinished' | 'latency' | 'statuses' | 'errors'
>

/** A request of its own, a step of a journey, or the journey as a whole, pauses left out. */
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
  /** HdrHistogram V2, compressed, base64, in microseconds with 3 significant digits. */
  readonly histogram: string
}

/** How often requests were sent again; a request counts once, by how it ended. */
export interface RetryCounts {
  /** Requests that were sent more than once. */
  readonly requests: number
  /** Those of them that succeeded in the end. */
  readonly recovered: number
  /** How often they were sent again, all together. */
  readonly attempts: number
  /** The failures before: they are in no error rate. */
  readonly errors: readonly ErrorCount[]
}

/** Failures of one kind with the same message. */
export interface ErrorCount {
  readonly kind: FailureKind
  readonly message: string
  readonly count: number
  /** The id of one such request: its trace, or what stood in the header for ids. Absent when requests have none. */
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

/** One second (or more, on runs over an hour) of one request, by the moment its answers ended. */
export interface Window {
  /** Seconds since the start of the measured part. */
  readonly start: number
  readonly duration: number
  readonly requests: number
  readonly failed: number
  /** Latencies of the successful requests; encoded as in {@link LatencySummary}. */
  readonly histogram: string
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
  /** Arrivals that found no free virtual user. */
  readonly dropped: number
  /** Share of the second in which the busiest worker was working; null in files that don't say. */
  readonly generatorBusy: number | null
  /** 99 % of the requests with a moment of their own were sent at most this late, in ms. */
  readonly schedulingLagP99: number | null
  /** Longest garbage collection pause of a worker, in ms. */
  readonly gcPauseMax: number | null
}

/** An absolute limit, judged. */
export interface ThresholdResult {
  readonly expression: string
  readonly request: string | null
  /** In the metric's own unit; null when nothing was measured, which is a failure. */
  readonly actual: number | null
  readonly passed: boolean
}

/** What one worker's thread did, as shares of the measured time. */
export interface WorkerHealth {
  /** Working, as its event loop sees it. */
  readonly eventLoopUtilization: number
  /** On a CPU; null where the operating system doesn't say. */
  readonly cpu: number | null
  /** Ready to run, and waiting for a CPU because other work had it; null likewise. */
  readonly starved: number | null
}

/** The percentiles whose lateness is looked at. */
export type LatePercentile = 50 | 95 | 99

/** Was the load generator itself the bottleneck? */
export interface GeneratorHealth {
  readonly saturated: boolean
  readonly reasons: readonly string[]
  readonly eventLoopUtilization: number
  /** 99 % of the requests were sent at most this many ms after they were due and a virtual user was free. */
  readonly schedulingLagP99: number | null
  /** From this percentile on, latencies are those of requests that were sent too late; absent when none are. */
  readonly lateFrom?: LatePercentile
  /** Empty in files that don't say. */
  readonly workers: readonly WorkerHealth[]
}
