/**
 * The lines of a comparison, with what the verdict of all of them is made from.
 */
import type { MetricComparison } from '../stats/comparison.js'
import type { JudgedMetric, Judgement } from './judge.js'

/** One line of the comparison, with what `overall` and the order of the lines need beside it. */
export interface Row {
  readonly comparison: MetricComparison
  readonly lack: Judgement['lack']
  /** The verdict of the judge, which a doubt about the whole comparison takes from the line. */
  readonly verdict: MetricComparison['verdict']
}

/** Whether noise hides what the line is there to show. A noisy p99 alone spoils nothing. */
export function isTooNoisy({ lack, comparison }: Row): boolean {
  return lack === 'precision' && comparison.metric !== 'p99'
}

/** Whether the line has an answer. */
export function isJudged({ verdict }: Row): boolean {
  return verdict === 'passed' || verdict === 'improved' || verdict === 'regressed'
}

/** The requests on both sides of which no latency could be judged. */
export function unjudged(rows: readonly Row[]): readonly string[] {
  const latencies = rows.filter(({ comparison }) => LATENCIES.has(comparison.metric))
  const names = new Set(latencies.map(({ comparison }) => comparison.request!))
  for (const row of latencies) if (isJudged(row)) names.delete(row.comparison.request!)
  return [...names]
}

const LATENCIES: ReadonlySet<string> = new Set<JudgedMetric>(['p50', 'p95', 'p99'])
