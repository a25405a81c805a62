/**
 * How often a rise of the error rate is called: counted over simulated failures, which come one by one and in
 * clusters, as of a reset connection.
 */
import { Random } from '../../src/base/rng.js'
import { type Failures, findRise } from '../../src/verdict/judges/failures.js'
import { seedOf } from './noise.js'

/** The failures of a run of 60 windows. */
export interface Failing {
  /** Share of the requests that fail by themselves. */
  readonly share: number
  /** How many clusters of about 15 failures a run has on average. */
  readonly clusters: number
}

const WINDOWS = 60
const REQUESTS = 333
const CLUSTER = 15

/** The share of pairs of runs in which the error rate of the second rose lastingly by more than `tolerance`. */
export function countRises(
  [before, after]: readonly [Failing, Failing],
  { tolerance, trials, seeds }: { tolerance: number; trials: number; seeds: number },
): number {
  let risen = 0
  for (let trial = 1; trial <= trials; trial++) {
    const random = new Random(seedOf(6841 * trial, seeds))
    const [a, b] = [fail(before, random), fail(after, random)]
    if (findRise(a, b, tolerance) === 'lasting') risen++
  }
  return risen / trials
}

function fail({ share, clusters }: Failing, random: Random): Failures {
  const failed = Array.from({ length: WINDOWS }, () => {
    let count = 0
    for (let i = 0; i < REQUESTS; i++) if (random.float() < share) count++
    return count
  })
  // The moments of a Poisson process: exponentially far from each other.
  let moment = -Math.log(1 - random.float())
  while (moment < clusters) {
    const window = random.integer(0, WINDOWS - 1)
    failed[window] = Math.min(REQUESTS, failed[window]! + CLUSTER)
    moment -= Math.log(1 - random.float())
  }
  const worst = Math.max(...failed)
  return {
    requests: WINDOWS * REQUESTS,
    failed: failed.reduce((sum, count) => sum + count, 0),
    worst: { requests: REQUESTS, failed: worst },
  }
}
