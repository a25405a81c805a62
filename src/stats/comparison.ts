/**
 * The outcome of comparing two measurements.
 */
/** A comparison with a baseline or reference. The metrics are sorted worst first. */
export interface Comparison {
  /** The file of the baseline or of the reference result. */
  readonly baseline: string
  readonly verdict: ComparisonVerdict
  readonly metrics: readonly MetricComparison[]
  /** Caveats in sentences: different environments, too few samples. */
  readonly notes: readonly string[]
  /**
   * The smallest relative worsening that would have shown 9 times in 10 in any of the lines that the verdict rests on, by
   * metric; null where it rests on none of that metric.
   */
  readonly detectable?: Readonly<Record<'p50' | 'p95' | 'p99' | 'throughput', number | null>>
  /** The two sides took turns, as in `ab`, so the columns are a and b. Absent otherwise. */
  readonly inTurns?: true
  /**
   * In an `ab` session, the requests that never succeeded on side a, like a result's `neverSucceeded`. Comparing with
   * them would be meaningless, so they fail the session, as those of side b do. Absent if there are none.
   */
  readonly referenceNeverSucceeded?: readonly string[]
  /** The baseline that suspected a change before this comparison settled it (`run --confirm ab`), and its verdict. */
  readonly screen?: { readonly baseline: string; readonly verdict: ComparisonVerdict }
}

/** The verdict of a comparison. */
export type ComparisonVerdict = 'passed' | 'improved' | 'regressed' | 'inconclusive'

/** One metric of one request, compared with the baseline. */
export interface MetricComparison {
  /** Null for the whole run. */
  readonly request: string | null
  /** Rare requests that are judged as one: their names. `request` is null then, and so are the figures. */
  readonly pooled?: readonly string[]
  readonly metric: string
  readonly baseline: number | null
  readonly current: number | null
  /** Relative change; for `error_rate` and `stalls`, the difference of the ratios. Null without data. */
  readonly change: number | null
  /** Confidence interval of the change. */
  readonly interval: readonly [number, number] | null
  /** The smallest worsening that would have been detected nine times in ten: relative, above 0; null if unknown. */
  readonly detectable: number | null
  readonly tolerance: number
  /** Whether the verdict rests on this line: another one may be red, but makes nothing inconclusive. */
  readonly decisive?: boolean
  readonly verdict: ComparisonVerdict | 'new' | 'missing'
  /** The reason in words if the figures alone don't explain the verdict; null otherwise. */
  readonly reason: string | null
  /** The reason as a code; absent if the figures explain the verdict, and in old files. */
  readonly why?: Why
  /** The verdict if the two sides were comparable; absent if they are. */
  readonly would?: ComparisonVerdict
  /** For too few samples: what is needed, as in `reason`, and how much there was. */
  readonly needs?: string
  readonly had?: number
  /** What a regression is made of; absent if the figures don't tell. */
  readonly madeOf?: MadeOf
}

/**
 * What the mean latency of a request, or of all, grew by, and what explains it. Percentiles don't add up, so this is about
 * means, whatever percentile regressed.
 */
export interface MadeOf {
  /** The mean latency in ms of successful requests; null for a change that isn't about latency. */
  readonly mean: Pair | null
  /** At least one, the most telling first. */
  readonly causes: readonly Cause[]
}

/** A figure on both sides. */
export type Pair = readonly [before: number, after: number]

/** Something that changed together with a metric. */
export interface Cause {
  readonly code: CauseCode
  /** Of the server timing, the request or the status; absent for other codes. */
  readonly name?: string
  readonly before: number
  readonly after: number
}

/** What a cause is, which gives its unit. */
export type CauseCode = (typeof CAUSES)[number]

/** Every {@link CauseCode}. Those in ms per request are parts of the mean latency and carry half of its growth or more. */
export const CAUSES = [
  /** A request's part of the mean latency of all, in ms. */
  'request',
  /** A server timing, in ms. */
  'server_timing',
  /** The time before the request was written, in ms: it waited for a free user or connection. */
  'waiting',
  /** The same, spent on new connections: DNS, TCP and TLS, in ms. */
  'connecting',
  /** From written to the first byte of the response, in ms. */
  'first_byte',
  /** From the first byte of the response to the last, in ms. */
  'body',
  /** New connections per request. */
  'connections',
  /** Received bytes per request. */
  'size',
  /** The share of responses from a cache. */
  'cache',
  /** The share of requests that were sent more than once. */
  'retries',
  /** The share of responses with a status. */
  'status',
  /** CPU time in ms per request of the whole run: it grew, or it didn't, though it would have if that were the reason. */
  'computes',
  'waits',
] as const

/** The reason of a row's verdict. */
export type Why = (typeof WHYS)[number]

/** Every {@link Why}. */
export const WHYS = [
  /** Inconclusive: */
  'too_few_samples',
  'too_noisy',
  /** Worse by more than the limit, but it may be chance. */
  'maybe_worse',
  'late_generator',
  'other_machine',
  /** The machine has the same name, and was faster or slower than the baseline's. */
  'other_speed',
  'interrupted',
  'uneven_load',
  'never_succeeded',
  /** One side has no such figure. */
  'not_measured',
  /** It is shown, but says too little to be judged. */
  'not_judged',
  /** Passed: the change is below `minDelta`; failures were in one second; stalls are only a bit more frequent. */
  'min_delta',
  'one_burst',
  'bursty',
  /** Passed instead of improved, because more requests failed. */
  'more_failures',
  /** Judged by its change relative to the other requests. */
  'against_others',
] as const
