/**
 * Summarizes comparisons of the same code with itself on one machine: the false alarms, and what can be detected.
 */
import type { Comparison, MetricComparison } from '../stats/comparison.js'
import { mean, median, shareAtMost } from '../stats/math.js'

/** One way of comparing, tried on pairs of the same code. */
export interface NullTrial {
  readonly pairs: number
  /** Pairs that were called regressed or improved: with the sides swapped, an improvement would be red. */
  readonly falseAlarms: number
  readonly inconclusive: number
  /** At most this share of comparisons of the same code is red, with 95 % confidence. */
  readonly redAtMost: number
  readonly metrics: readonly NullMetric[]
}

/** One metric in all pairs. */
interface NullMetric {
  /** Null for the whole run. */
  readonly request: string | null
  readonly metric: string
  /** The smallest relative worsening that would be found nine times in ten, by the median pair; null if unknown. */
  readonly detectable: number | null
  /** How much the same code differed from itself: the root mean square of the relative changes; null without any. */
  readonly varied: number | null
}

/** Summarizes comparisons of the same code. */
export function summarizeNull(comparisons: readonly Comparison[]): NullTrial {
  const pairs = comparisons.length
  const falseAlarms = comparisons.filter(
    ({ verdict }) => verdict === 'regressed' || verdict === 'improved',
  ).length
  const rows = comparisons.flatMap(({ metrics }) => metrics.filter(({ metric }) => JUDGED.has(metric)))
  const groups = groupRows(rows)
  return {
    pairs,
    falseAlarms,
    inconclusive: comparisons.filter(({ verdict }) => verdict === 'inconclusive').length,
    // Which side is the new one is arbitrary, so half of the differences would be red.
    redAtMost: shareAtMost(falseAlarms, pairs) / 2,
    metrics: groups.map((own) => {
      const { request, metric } = own[0]
      const seen = own.flatMap(({ detectable }) => (detectable === null ? [] : [detectable]))
      const changes = own.flatMap(({ change }) => (change === null ? [] : [change]))
      return {
        request,
        metric,
        detectable: seen.length === 0 ? null : median(seen),
        varied: changes.length === 0 ? null : Math.sqrt(mean(changes.map((change) => change ** 2))),
      }
    }),
  }
}

const JUDGED: ReadonlySet<string> = new Set(['p50', 'p95', 'p99', 'throughput', 'cpu_per_request'])

/** Groups the rows by request and metric, the whole run's last. */
function groupRows(
  rows: readonly MetricComparison[],
): readonly (readonly [MetricComparison, ...MetricComparison[]])[] {
  const groups = new Map<string, [MetricComparison, ...MetricComparison[]]>()
  for (const row of rows) {
    const key = JSON.stringify([row.request === null, row.request, row.metric])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}
