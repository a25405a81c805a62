/**
 * The smallest changes that a baseline can detect. A pass that could detect nothing would be as misleading as a false alarm.
 */
import type { Baseline } from './baseline.js'
import { judgeStored } from './baseline-rule.js'
import { COMPARE_DEFAULTS } from './compare.js'
import { differences } from './environment.js'
import type { JudgedMetric } from './judge.js'

/** What a comparison with a baseline can detect of one metric. */
export interface Detectable {
  /** Null for the whole run. */
  readonly request: string | null
  readonly metric: JudgedMetric
  /** The smallest relative worsening that would be found nine times in ten in the next job; null without data. */
  readonly change: number | null
}

/**
 * Returns the detectable changes of a baseline's latencies and throughput under the default tolerances, in a job like its
 * newest one.
 */
export function detectable({ jobs, requests, scenario }: Baseline): readonly Detectable[] {
  const newest = jobs.at(-1)!
  const like = jobs.filter(({ environment }) => differences(environment, newest.environment).length === 0)
  const judged = judgeStored(like, newest, requests, {
    limits: COMPARE_DEFAULTS,
    withThroughput: scenario.model === 'closed',
    withMix: true,
  })
  return judged.flatMap(({ request, judgements }) =>
    judgements
      .filter(({ metric }) => metric !== 'error_rate')
      .map((judgement) => ({ request, metric: judgement.metric, change: judgement.detectable })),
  )
}
