/**
 * What a baseline can tell from chance: an unpowered green would lose trust as surely as a false red.
 */
import type { Baseline } from './baseline.js'
import { judgeStored } from './baseline-rule.js'
import { COMPARE_DEFAULTS } from './compare.js'
import { differences } from './environment.js'
import type { JudgedMetric } from './judge.js'

export interface Detectable {
  /** Null for the whole run. */
  readonly request: string | null
  readonly metric: JudgedMetric
  /** The smallest relative worsening that the next job would show 9 times in 10; null without data. */
  readonly change: number | null
}

/**
 * The detectable changes of a baseline under the default tolerances: for its latencies and its throughput, in a job
 * like its newest one.
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
