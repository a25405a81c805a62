/**
 * Services with one fault each and the finding that names it, and loads on a healthy service, about which perfctl is silent.
 */
import type { FindingCode } from '../../../../src/stats/findings.js'

export interface Case {
  readonly name: string
  /** The service's, as in `service.js`. */
  readonly fault: object
  /** Of the scenario; `PID` is that of the service. */
  readonly scenario: string
  /** Null: nothing stands out. */
  readonly code: FindingCode | null
  /** What the finding is about, if it is a server timing. */
  readonly timing?: string
  /** Takes minutes, so it is only run by hand. */
  readonly isLong?: true
}

const SEARCH = 'requests: [{ name: search, get: "/search?q={{ randomInt(1, 400) }}" }]'
const OBSERVE = 'observe: { serverTiming: true, cache: true }'

export const FAULTY: readonly Case[] = [
  {
    name: 'serves eight at once, users added',
    fault: { workMs: 20, sigma: 0.1, atOnce: 8 },
    scenario: `load: { stages: [{ duration: 15s, vus: 40 }] }\n${SEARCH}`,
    code: 'concurrency_limit',
  },
  {
    name: 'serves four at once, more arrivals than it can serve',
    fault: { workMs: 20, sigma: 0.1, atOnce: 4 },
    scenario: `load: { rate: 260/s, duration: 12s, maxVus: 1500 }\n${SEARCH}`,
    code: 'concurrency_limit',
  },
  {
    name: 'has a pool of three connections to its database',
    fault: { pool: 3, workMs: 15 },
    scenario: `load: { stages: [{ duration: 15s, vus: 24 }] }\n${OBSERVE}\n${SEARCH}`,
    code: 'dependency_under_load',
    timing: 'db',
  },
  {
    name: 'has a database that gets slower',
    fault: { dbGrowth: 6 },
    scenario: `load: { rate: 50/s, duration: 12s }\n${OBSERVE}\n${SEARCH}`,
    code: 'dependency_over_time',
    timing: 'db',
  },
  {
    name: 'begins with an empty cache',
    fault: { coldMs: 150 },
    // Half of the searches hit the cache after 2.3 s, and 9 of 10 in the middle of the run.
    scenario: `load: { rate: 120/s, duration: 15s }\n${SEARCH}`,
    code: 'cold_start',
  },
  {
    name: 'closes each connection',
    fault: { closes: true },
    scenario: `load: { vus: 4, duration: 6s }\n${SEARCH}`,
    code: 'new_connections',
  },
  {
    name: 'collects garbage',
    fault: { stallMs: 600, stallEveryMs: 4000 },
    scenario: `load: { vus: 6, duration: 26s }\n${SEARCH}`,
    code: 'periodic_stalls',
  },
  {
    name: 'is gone for a moment',
    fault: { failFromMs: 5000, failForMs: 900 },
    scenario: `load: { rate: 60/s, duration: 12s }\n${SEARCH}`,
    code: 'error_bursts',
  },
  {
    name: 'fails now and then, and is asked again',
    fault: { failFirst: 0.05 },
    scenario: `load: { vus: 4, duration: 8s }\nhttp: { retries: 2 }\n${SEARCH}`,
    code: 'hidden_failures',
  },
  {
    name: 'responds with a list that grows',
    fault: { growBytes: 20 },
    scenario: `load: { rate: 60/s, duration: 10s }\n${SEARCH}`,
    code: 'responses_grow',
  },
  {
    name: 'leaks',
    fault: { leakBytes: 2000 },
    scenario: `load: { rate: 100/s, duration: 330s }\nobserve: { process: { pid: PID } }\n${SEARCH}`,
    code: 'memory_growth',
    isLong: true,
  },
]

/** Saturates a core, so nothing else can run beside it, and it is only run by hand. */
export const FULL_CORE: Case = {
  name: 'computes on one core',
  fault: { workMs: 1, burnMs: 6 },
  scenario: `load: { vus: 8, duration: 8s, warmup: 1s }\nobserve: { process: { pid: PID } }\n${SEARCH}`,
  code: 'cpu_full',
}

const healthy = (name: string, load: string, more = SEARCH, fault: object = {}): Case => ({
  name,
  fault,
  scenario: `load: ${load}\n${OBSERVE}\n${more}`,
  code: null,
})

export const HEALTHY: readonly Case[] = [
  healthy('eight users', '{ vus: 8, duration: 12s }'),
  healthy('users added', '{ stages: [{ duration: 15s, vus: 30 }] }'),
  healthy('bursts', '{ burst: 20, every: 3s, duration: 15s }'),
  healthy('two a second', '{ rate: 2/s, duration: 15s }'),
  healthy('one user', '{ vus: 1, duration: 12s }'),
  healthy('five seconds', '{ vus: 4, duration: 5s }'),
  healthy('a rate that rises', '{ stages: [{ duration: 15s, rate: 150/s }] }'),
  healthy(
    'a journey',
    '{ vus: 6, duration: 12s }',
    'requests: [{ name: buy, steps: [{ name: search, get: /search }, { pause: 200ms }, { name: order, get: /order }] }]',
  ),
  healthy('a heavy tail', '{ rate: 80/s, duration: 15s }', SEARCH, { sigma: 1 }),
  healthy('a load generator at its limit', '{ vus: 200, duration: 6s }', SEARCH, { workMs: 0.01 }),
]
