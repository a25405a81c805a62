/**
 * The lines of a comparison, with what the verdict of all of them is made from.
 */
import type { MetricComparison, Why } from '../stats/comparison.js'
import type { JudgedMetric } from './judge.js'

/** One line of the comparison, with what `overall` and the order of the lines need beside it. */
export interface Row {
  readonly comparison: MetricComparison
  /** Why the judge said so, likewise. */
  readonly why: Why | null
  /** The verdict of the judge, which a doubt about the whole comparison takes from the line. */
  readonly verdict: MetricComparison['verdict']
}

/** Whether noise hides what the line is there to show. A noisy p99 alone spoils nothing. */
export function isTooNoisy({ why, comparison }: Row): boolean {
  return why === 'too_noisy' && comparison.metric !== 'p99'
}

/** Whether the line has an answer: one that is beyond its limit by chance has that. */
export function isJudged({ verdict, why }: Row): boolean {
  return why === 'maybe_worse' || verdict === 'passed' || verdict === 'improved' || verdict === 'regressed'
}

/** The requests on both sides of which no latency could be judged. */
export function unjudged(rows: readonly Row[]): readonly string[] {
  const latencies = rows.filter(({ comparison }) => LATENCIES.has(comparison.metric))
  const names = new Set(latencies.map(({ comparison }) => comparison.request!))
  for (const row of latencies) if (isJudged(row)) names.delete(row.comparison.request!)
  return [...names]
}

const LATENCIES: ReadonlySet<string> = new Set<JudgedMetric>(['p50', 'p95', 'p99'])
