/**
 * Which lines a verdict rests on. How much was measured decides that, never what came out:
 *
 * - the median of each request with enough samples, and of the rare requests together if these have enough
 * - the p95 of the whole run, if the load is large enough for one
 * - its p99, and the p95 and p99 of single requests, if they are precise enough to show a change of twice their tolerance
 * - the throughput, the error rates and the stalls
 *
 * All other lines are judged as well and may be red, but they leave nothing inconclusive. A rare request has no p99 to
 * speak of, and waiting for one would leave every run inconclusive.
 */
import { passLimit, type RatioAnswer, type RatioQuestion } from './judge.js'
import type { LatencyMetric } from './judged-metric.js'

/** When a line is decisive; `if-precise`: if it would show a change of twice its tolerance. */
export type DecisiveIf = 'always' | 'if-precise' | 'never'

/** The successful requests of each side from which on the median of a request is decisive. */
export const MEDIAN_SAMPLES = 200
/** The successful requests of a side from which on the p95 of a whole A/B session is always decisive. */
export const WHOLE_SAMPLES = 2000

/** A line is precise if its uncertainty is at most this share of what it has to rule out. */
const PRECISE = 0.4

/** When a latency of a single request is decisive; `isFrequent`: it has {@link MEDIAN_SAMPLES}. */
export function decisiveIf(
  metric: LatencyMetric,
  { isPlain, isFrequent }: { readonly isPlain: boolean; readonly isFrequent: boolean },
): DecisiveIf {
  if (!isPlain || !isFrequent) return 'never'
  return metric === 'p50' ? 'always' : 'if-precise'
}

/** Whether a line with this answer is decisive. */
export function isDecisive(
  when: DecisiveIf,
  { reach }: Pick<RatioAnswer, 'reach'>,
  question: Omit<RatioQuestion, 'decisive'>,
): boolean {
  return when === 'always' || (when === 'if-precise' && reach < PRECISE * passLimit(question))
}

/** Whether none of the decisive lines is inconclusive, and some say how fast the service is. */
export function allSettled(
  decisive: readonly { readonly metric: string; readonly verdict: string }[],
): boolean {
  return decisive.every(({ verdict }) => verdict !== 'inconclusive') && decisive.some(isOfSpeed)
}

/** Whether a line says how fast the service is, and not only how often it fails or stalls. */
export function isOfSpeed({ metric }: { readonly metric: string }): boolean {
  return metric !== 'error_rate' && metric !== 'stalls'
}
