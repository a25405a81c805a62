/**
 * Which lines a verdict rests on. That is settled by how much was measured, never by what came out: the median of each
 * request with enough samples, the p95 of the whole run, its p99 and those of single requests where they are precise
 * enough to show a change of twice their tolerance, the throughput, the errors and the stalls.
 *
 * All other lines are judged as well, and may be red, but a run passes without them: a rare request has no p99 to speak
 * of, and waiting for one would leave every run inconclusive.
 */
import { type Finding, passLimit, type RatioQuestion } from './judge.js'

/** Whether the verdict rests on a line; `if-precise`: when it would show a change of twice its tolerance. */
export type Carries = 'always' | 'if-precise' | 'never'

/** The median of a request counts from this many successful requests on, of each side. */
export const MEDIAN_SAMPLES = 200
/** The p95 of the whole run. */
export const MIX_SAMPLES = 2000

/** A line is precise when its scatter takes at most this part of what it has to rule out. */
const PRECISE = 0.4

/** Whether the verdict rests on a line with this finding. */
export function carriesWeight(
  carries: Carries,
  { reach }: Pick<Finding, 'reach'>,
  question: Omit<RatioQuestion, 'decisive'>,
): boolean {
  return carries === 'always' || (carries === 'if-precise' && reach < PRECISE * passLimit(question))
}

/** Whether each of the lines that a verdict rests on has its answer, and there is one. */
export function allSettled(decisive: readonly { readonly verdict: string }[]): boolean {
  return decisive.length > 0 && decisive.every(({ verdict }) => verdict !== 'inconclusive')
}
