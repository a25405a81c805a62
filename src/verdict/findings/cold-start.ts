/**
 * A service that is slow at first: cold caches, lazy loading, code that isn't compiled yet.
 */
import { findingOf } from '../../stats/findings.js'
import { isOtherMix, isOwnFault, type Rule, STARVED_MAX, usual } from './run-view.js'

const SECONDS_MIN = 10
/** Any process is slower in its first second. */
const SLOW_SECONDS_MIN = 2
/** A second is slow at this multiple of the usual median latency; together they have to be slower by a factor and some ms. */
const SLOW = 1.3
const FACTOR = 1.5
const EXTRA_MS = 3
/** Of the later seconds, so many may be slow by chance. */
const LATER_SLOW_MAX = 0.1
const REQUESTS_MIN = 5
/** With this many times the load of later, it is the load that makes them slow. */
const LOAD_MAX = 1.3
/** On the way from slow to usual, a second may be one or the other. */
const SLOW_SHARE = 0.75

/** Finds first seconds that are slower than the others. */
export const findColdStart: Rule = ({ run, seconds, isDisturbed, starved }) => {
  if (seconds.length < SECONDS_MIN) return []
  const half = seconds.length >> 1
  const last = seconds.slice(half)
  const after = usual(last, ({ p50 }) => p50)
  const slow = seconds.map(({ p50 }) => p50 !== null && p50 > SLOW * after)
  const count = countSlow(slow)
  if (count < SLOW_SECONDS_MIN) return []
  const later = slow.slice(count)
  if (later.filter(Boolean).length > LATER_SLOW_MAX * later.length) return []
  const first = seconds.slice(0, count)
  if (first.some((second) => isOwnFault(second) || second.requests < REQUESTS_MIN)) return []
  // In the open model, more users are in use because requests are slow.
  const loadOf = (part: typeof seconds) =>
    usual(part, ({ vus, requests }) => (run.scenario.model === 'open' ? requests : vus))
  if (loadOf(first) > LOAD_MAX * loadOf(last) || isOtherMix(run, count, half)) return []
  const before = usual(first, ({ p50 }) => p50)
  // Other work may have taken all its CPU time in just these seconds.
  const mayBeOthers = isDisturbed || starved * seconds.length > STARVED_MAX * count
  const times = mayBeOthers ? 2 : 1
  if (before < Math.max(times * FACTOR * after, after + EXTRA_MS)) return []
  return [findingOf('cold_start', { slowSeconds: count, before, after })]
}

/** Returns how many seconds from the beginning are slow, nearly without exception: at most half of them. */
function countSlow(slow: readonly boolean[]): number {
  let found = 0
  let sum = 0
  for (let count = 1; count <= slow.length / 2; count++) {
    if (!slow[count - 1]) continue
    sum++
    if (sum >= SLOW_SHARE * count) found = count
  }
  return found
}
