/**
 * Finds requests that a run was long enough to send but didn't, such as a journey whose conditions were never true.
 */
import type { Entry } from '../scenario/model/scenario.js'
import type { RequestResult } from '../stats/result.js'

/** An entry expected this many times is missing by chance in one of a thousand runs. */
const EXPECTED_MIN = 7

/** The names of entries that were never sent although their weight predicts at least `EXPECTED_MIN` times. */
export function listNeverSent(
  entries: readonly Pick<Entry, 'name' | 'weight'>[],
  measured: readonly Pick<RequestResult, 'name' | 'requests' | 'unfinished'>[],
): readonly string[] {
  const sent = new Map<string, number>()
  for (const { name, requests, unfinished } of measured)
    sent.set(name, (sent.get(name) ?? 0) + requests + unfinished)
  const sentOf = (name: string) => sent.get(name) ?? 0
  const iterations = entries.reduce((sum, { name }) => sum + sentOf(name), 0)
  const weights = entries.reduce((sum, { weight }) => sum + weight, 0)
  return entries
    .filter(({ name, weight }) => sentOf(name) === 0 && (iterations * weight) / weights >= EXPECTED_MIN)
    .map(({ name }) => name)
}
