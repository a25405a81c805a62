/**
 * Synthetic runs: what a load test would have measured of a service whose true latencies are known.
 *
 * Each request is lognormal. Its level moves from second to second as a first-order autoregression, as bursts on
 * a machine do, and may be shifted for the whole run, as machines differ from day to day.
 */
import { Random } from '../../src/base/rng.js'
import { Histogram } from '../../src/stats/histogram.js'
import type { LatencySummary, RequestResult, Result, Window } from '../../src/stats/result.js'
import { summarize } from '../../src/stats/summary.js'

export interface Service {
  readonly name: string
  /** The median, in ms. */
  readonly medianMs: number
  /** The logarithm's standard deviation. */
  readonly sigma: number
  readonly perSecond: number
  /** Share of requests that fail at any time. */
  readonly errorRatio?: number
  /** So many failures, all within one second. */
  readonly cluster?: number
}

export interface Conditions {
  readonly seed: number
  readonly seconds?: number
  /** Standard deviation of the seconds' level (logarithm), and how much of it the next second keeps. */
  readonly noise?: number
  readonly memory?: number
  readonly load?: string
  readonly model?: 'closed' | 'open'
  /** Grows the number of requests from 0 over the first seconds. */
  readonly rampSeconds?: number
}

export const SHOP: readonly Service[] = [
  { name: 'search', medianMs: 20, sigma: 0.3, perSecond: 120 },
  { name: 'details', medianMs: 8, sigma: 0.4, perSecond: 60 },
  { name: 'create booking', medianMs: 30, sigma: 0.35, perSecond: 20 },
]

const NONE = summarize(new Histogram())

/** The shop with one request changed. */
export function shopWith(name: string, change: Partial<Service>): Service[] {
  return SHOP.map((service) => (service.name === name ? { ...service, ...change } : service))
}

/** The result of a run against these services. Equal conditions give equal results. */
export function simulate(services: readonly Service[], conditions: Conditions): Result {
  const random = new Random(conditions.seed)
  const seconds = conditions.seconds ?? 30
  const requests = services.map((service) => simulateRequest(service, conditions, seconds, random))
  const all = new Histogram()
  for (const { latency } of requests) all.add(latency.histogram!)
  const sent = requests.reduce((sum, request) => sum + request.requests, 0)
  const failed = requests.reduce((sum, request) => sum + request.failed, 0)
  return {
    schema: 'perfctl/result@1',
    scenario: {
      name: 'shop',
      file: 'scenarios/shop.yaml',
      hash: 'sha256:5ce7a210',
      load: conditions.load ?? `20 users for ${seconds}s`,
      model: conditions.model ?? 'closed',
      target: 'http://127.0.0.1:3000',
      text: 'target: http://127.0.0.1:3000\nrequests:\n  - { name: search, get: /search }\n',
    },
    startedAt: '2026-03-01T10:00:00.000Z',
    durationSeconds: seconds,
    warmupSeconds: 2,
    runs: [{ startedAt: '2026-03-01T10:00:00.000Z', start: 0, durationSeconds: seconds }],
    seed: conditions.seed,
    interrupted: false,
    environment: {
      perfctl: '0.1.0',
      node: 'v20.20.2',
      os: 'Linux 6.8.0 x64',
      cpu: 'Sample CPU 3000',
      cores: 4,
      workers: 1,
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
    },
    totals: { ...totals(sent, failed, seconds, summarize(all)), errors: errorsOf(failed) },
    requests,
    connections: { dns: NONE, tcp: NONE, tls: NONE, unsolicited: 0 },
    timeline: [],
    thresholds: [],
    neverSucceeded: services.filter(({ errorRatio }) => errorRatio === 1).map(({ name }) => name),
    comparison: null,
    session: null,
    shard: null,
    shards: null,
    generator: {
      saturated: false,
      reasons: [],
      eventLoopUtilization: 0.31,
      schedulingLagP99: 0.4,
      workers: [],
    },
    stoppedBy: null,
    error: null,
    verdict: 'passed',
  }
}

function simulateRequest(
  service: Service,
  conditions: Conditions,
  seconds: number,
  random: Random,
): RequestResult {
  const { noise = 0.015, memory = 0.4, rampSeconds = 0 } = conditions
  const pooled = new Histogram()
  const windows: Window[] = []
  let level = normal(random) * noise
  for (let start = 0; start < seconds; start++) {
    level = memory * level + Math.sqrt(1 - memory ** 2) * noise * normal(random)
    const ramp = Math.min(1, (start + 0.5) / Math.max(rampSeconds, 0.5))
    const count = Math.max(0, Math.round(ramp * service.perSecond * Math.exp(-level) + normal(random)))
    const failed = failures(service, count, start === Math.floor(seconds / 2), random)
    const histogram = new Histogram()
    for (let i = failed; i < count; i++) {
      histogram.record(service.medianMs * 1000 * Math.exp(level + service.sigma * normal(random)))
    }
    pooled.add(histogram)
    windows.push({ start, duration: 1, requests: count, failed, histogram: histogram.freeze() })
  }
  const requests = windows.reduce((sum, window) => sum + window.requests, 0)
  const failed = windows.reduce((sum, window) => sum + window.failed, 0)
  return {
    ...totals(requests, failed, seconds, summarize(pooled)),
    errors: errorsOf(failed),
    name: service.name,
    kind: 'request',
    windows,
  }
}

function failures(service: Service, count: number, isMiddle: boolean, random: Random): number {
  let failed = isMiddle ? Math.min(count, service.cluster ?? 0) : 0
  for (let i = failed; i < count; i++) if (random.float() < (service.errorRatio ?? 0)) failed++
  return failed
}

function totals(requests: number, failed: number, seconds: number, latency: LatencySummary) {
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    throughput: (requests - failed) / seconds,
    requestRate: requests / seconds,
    bytesSent: requests * 100,
    bytesReceived: requests * 1000,
    dropped: 0,
    unfinished: 0,
    latency,
    serviceTime: latency,
    timeToFirstByte: latency,
    bytesDecoded: null,
    redirects: 0,
    reconnects: 0,
    retries: { requests: 0, recovered: 0, attempts: 0, errors: [] },
    statuses: failed > 0 ? { '200': requests - failed, '503': failed } : { '200': requests },
  }
}

function errorsOf(failed: number): RequestResult['errors'] {
  return failed === 0 ? [] : [{ kind: 'status', message: 'status 503, expected below 400', count: failed }]
}

/** Box and Muller's normal number. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
}
