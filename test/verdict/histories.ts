/**
 * Synthetic histories: jobs whose true levels are known, measured with noise.
 */
import { Random } from '../../src/base/rng.js'
import type { Figures, History } from '../../src/verdict/history.js'
import { SHOP, simulate } from './simulate.js'

/** How jobs go. */
export interface HistoryConditions {
  readonly jobs: number
  readonly seed: number
  /** How many requests the scenario has. */
  readonly requests?: number
  /** The factor on all latencies of the first request, from job `n` on (0, 1, …). */
  readonly level?: (n: number) => number
  /** The standard deviation between jobs, of the machine and of each metric (logarithm). */
  readonly noise?: number
}

const { environment } = simulate(SHOP, { seed: 1, seconds: 1 })

/** A job a day, each of another commit. */
export function makeHistory(conditions: HistoryConditions): History {
  const { jobs, seed, requests = 3, level = () => 1, noise = 0.03 } = conditions
  const random = new Random(seed)
  const jitter = (deviation: number) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.float()))
    return Math.exp(deviation * radius * Math.cos(2 * Math.PI * random.float()))
  }
  return {
    scenario: 'shop',
    load: '20 users for 30s',
    baseline: null,
    points: Array.from({ length: jobs }, (_, n) => {
      const machine = jitter(noise)
      const figures = Array.from({ length: requests }, (_, i): Figures => {
        const factor = machine * (i === 0 ? level(n) : 1)
        const values = {
          p50: 10 * factor * jitter(noise / 2),
          p95: 20 * factor * jitter(noise),
          p99: 40 * factor * jitter(2 * noise),
          throughput: (100 / factor) * jitter(noise / 2),
          error_rate: 0,
        }
        return { request: SHOP[i]?.name ?? `request ${i}`, values }
      })
      const whole = { throughput: 300 / machine, error_rate: 0 }
      return {
        startedAt: new Date(Date.UTC(2026, 2, 1 + n, 10)).toISOString(),
        environment: { ...environment, gitCommit: commitOf(n) },
        hash: 'sha256:5ce7a210',
        file: `results/shop-${n}.json`,
        figures: [...figures, { request: null, values: whole }],
      }
    }),
  }
}

/** The commit that the n-th job measured. */
export function commitOf(n: number): string {
  return n.toString(16).padStart(4, '0').repeat(10)
}
