/**
 * A service that serves only so many requests at once. By Little's law, requests in the service = throughput × latency: where
 * more users in use bring no more throughput, each of them only waits longer.
 */
import { findingOf } from '../../stats/findings.js'
import type { TimelinePoint } from '../../stats/result.js'
import { isOwnFault, type Rule, usual } from './run-view.js'

/** Seconds are compared by how many users were in use: as a share of the most. */
const FEW = 0.4
const MANY = 0.75
const SECONDS_MIN = 3
const VUS_MIN = 4
/** From some users to many, these grow by at least, and throughput by at most this factor. */
const MORE_VUS = 1.3
const SAME_THROUGHPUT = 1.1
/** Latency has to grow nearly as much as the users. */
const AS_MUCH = 0.75
/** With many users, latency is this many times that with the fewest. */
const WAIT = 2
/** A service that refuses requests isn't only waiting. */
const FAILED_MAX = 0.1

const throughputOf = ({ requests, failed }: TimelinePoint) => requests - failed

/** Finds how many requests a service serves at once, if a load goes beyond. */
export const findConcurrencyLimit: Rule = ({ run, seconds, isDisturbed }) => {
  if (isDisturbed || run.totals.errorRate > FAILED_MAX) return []
  const sound = seconds.filter((second) => !isOwnFault(second) && second.p50 !== null)
  const most = Math.max(...sound.map(({ vus }) => vus))
  const some = sound.filter(({ vus }) => vus > FEW * most && vus <= MANY * most)
  const many = sound.filter(({ vus }) => vus > MANY * most)
  if (most < VUS_MIN || some.length < SECONDS_MIN || many.length < SECONDS_MIN) return []
  // Arrivals that waited during a short outage are served afterwards; then few are in use again.
  const isOver = (sound.at(-1)?.vus ?? 0) <= MANY * most
  if (run.scenario.model === 'open' && isOver && run.totals.dropped === 0) return []
  const at = (part: readonly TimelinePoint[]) => ({
    vus: usual(part, ({ vus }) => vus),
    throughput: usual(part, throughputOf),
    latency: usual(part, ({ p50 }) => p50),
  })
  const [before, after] = [at(some), at(many)]
  const growth = after.vus / before.vus
  const isLimited =
    growth >= MORE_VUS &&
    after.throughput <= SAME_THROUGHPUT * before.throughput &&
    after.latency / before.latency >= 1 + AS_MUCH * (growth - 1)
  const alone = Math.min(...sound.map(({ p50 }) => p50!))
  if (!isLimited || after.latency < WAIT * alone) return []
  return [
    findingOf('concurrency_limit', {
      atOnce: Math.max(1, Math.round((after.throughput * alone) / 1000)),
      throughput: after.throughput,
      vusBefore: before.vus,
      vusAfter: after.vus,
      latencyBefore: before.latency,
      latencyAfter: after.latency,
    }),
  ]
}
