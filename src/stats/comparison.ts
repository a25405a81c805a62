/**
 * The outcome of comparing two measurements.
 */
/** What the comparison with a baseline came to. Worst first. */
export interface Comparison {
  /** The baseline's file, or the reference result's. */
  readonly baseline: string
  readonly verdict: ComparisonVerdict
  readonly metrics: readonly MetricComparison[]
  /** What the reader has to know to trust the verdict, in sentences: unlike environments, too few samples. */
  readonly notes: readonly string[]
  /**
   * The smallest relative worsening that would have shown 9 times in 10 in any of the lines that the verdict rests on, by
   * metric; null where it rests on none of that metric.
   */
  readonly detectable?: Readonly<Record<'p50' | 'p95' | 'p99' | 'throughput', number | null>>
  /** The two sides took turns, as in `ab`: the columns are a and b. Absent when they didn't. */
  readonly inTurns?: true
  /**
   * Of an `ab` session: the requests that never succeeded on side a, as `neverSucceeded` of a result. What is held
   * against them means nothing, so they fail the session as those of side b do. Absent when there are none.
   */
  readonly referenceNeverSucceeded?: readonly string[]
  /** The stored baseline whose suspicion this comparison settled (`run --confirm ab`), and what it had said. */
  readonly screen?: { readonly baseline: string; readonly verdict: ComparisonVerdict }
}

/** The outcome of a comparison. */
export type ComparisonVerdict = 'passed' | 'improved' | 'regressed' | 'inconclusive'

/** One metric of one request, held against the baseline. */
export interface MetricComparison {
  /** Null for the whole run. */
  readonly request: string | null
  /** Rare requests that are judged as one: their names. `request` is null then, and so are the figures. */
  readonly pooled?: readonly string[]
  readonly metric: string
  readonly baseline: number | null
  readonly current: number | null
  /** Relative change, positive is larger; for `error_rate` and `stalls` the difference of the two ratios. Null without data. */
  readonly change: number | null
  /** Where the true change lies, with the confidence the rule states. */
  readonly interval: readonly [number, number] | null
  /** The smallest worsening that would have been found 9 times in 10: relative, above 0; null where unknown. */
  readonly detectable: number | null
  readonly tolerance: number
  /** Whether the verdict rests on this line: another one may be red, but makes nothing inconclusive. */
  readonly decisive?: boolean
  readonly verdict: ComparisonVerdict | 'new' | 'missing'
  /** Why it was judged so, for people, when the numbers alone don't say; null otherwise. */
  readonly reason: string | null
  /** The same for programs; absent where the numbers say it, and in files that don't know of it. */
  readonly why?: Why
  /** What the line would be if the two sides could be compared; absent where they can. */
  readonly would?: ComparisonVerdict
  /** What a line of too few samples needs, as in `reason`, and how much of it there was. */
  readonly needs?: string
  readonly had?: number
}

/** Why a line was judged so. */
export type Why = (typeof WHYS)[number]

/** Every {@link Why}. */
export const WHYS = [
  /** Inconclusive: */
  'too_few_samples',
  'too_noisy',
  /** It got worse by more than its limit, which may be chance. */
  'maybe_worse',
  'late_generator',
  'other_machine',
  /** The machine has the same name, and was faster or slower than the baseline's. */
  'other_speed',
  'interrupted',
  'uneven_shards',
  'never_succeeded',
  /** Passed: it changed by less than `minDelta`; its failures fell into one second; it stalled a little more often. */
  'min_delta',
  'one_burst',
  'bursty',
  /** Passed and not improved: more of the requests failed. */
  'more_failures',
  /** Judged by how it moved against the other requests. */
  'against_others',
] as const
