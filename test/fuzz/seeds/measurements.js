/**
 * A result and a baseline, small but whole.
 */
import { Histogram } from '../../../dist/stats/histogram.js'
import { parseResult } from '../../../dist/stats/read.js'
import { makeBaseline } from '../../../dist/verdict/baseline.js'
import { formatBaseline } from '../../../dist/verdict/baseline-file.js'
import { compare } from '../../../dist/verdict/compare.js'

const plain = parseResult(
  JSON.stringify({
    schema: 'perfctl/result@1',
    scenario: {
      name: 'search',
      file: 'scenarios/search.yaml',
      hash: 'sha256:00',
      load: '4 users for 12s',
      target: 'http://a',
    },
    startedAt: '2026-03-01T10:00:00.000Z',
    durationSeconds: 12,
    environment: {
      perfctl: '0.1.0',
      node: 'v20',
      os: 'Linux',
      cpu: 'x',
      cores: 2,
      workers: 1,
      gitCommit: 'abc',
    },
    requests: [
      request('search', 'request', 20),
      request('shop', 'journey', 50),
      request('shop / buy', 'step', 30),
    ],
  }),
  'seed.json',
)

const target = {
  ...{ cpuSeconds: 3, cpuPerRequest: 2, cpuCores: 0.5, throttledSeconds: 0.1 },
  memory: { first: 1e8, last: 2e8, max: 3e8, growthPerMinute: 1e6, isSum: true },
  threads: { first: 11, last: 11, max: 12 },
  openFiles: { first: 24, last: 30, max: 40 },
  metrics: { heap: { mean: 5e7, min: 4e7, max: 6e7, last: 5e7, unit: 'bytes' }, queue: null },
  timeline: [
    { second: 0, cpu: 0.5, memory: 1e8, throttledSeconds: 0.1, metrics: { heap: 5e7 } },
    { second: 1, cpu: null, memory: null, metrics: {} },
  ],
  cpuWindows: [{ start: 0, duration: 1, requests: 40, cpuMs: 80 }],
  failures: [{ kind: 'ended', message: 'the process ended' }],
}

const findings = [
  {
    code: 'throttled',
    severity: 'high',
    request: null,
    figures: { throttledSeconds: 1, seconds: 12 },
  },
]

const trial = { seconds: 10, p95: 20, errorRate: 0, concurrency: 4, start: 0 }

/** As JSON has them, so that they can be mutated. @type {(result: object) => object} */
const asFile = (result) => JSON.parse(JSON.stringify(result))

/** What `run` saves. @type {object} */
export const RESULT = asFile({
  ...plain,
  timeline: [{ second: 0, vus: 4, requests: 40, failed: 0, p50: 1.8, p95: 4, p99: 8.8 }],
  thresholds: [
    { expression: 'p95 < 200ms', request: null, actual: 4.4, passed: true },
    { expression: 'search: error_rate < 1%', request: 'search', actual: null, passed: false },
  ],
  comparison: compare(plain, plain, { baseline: 'baselines/search.json' }),
  ...{ target, findings },
})

/** The same as one of `ab`. @type {object} */
export const SIDE = asFile({ ...plain, session: { id: 'x', side: 'a' }, target })

/** What was found of side a of a session. */
const against = { of: 'rate', lower: 210, upper: 220, end: 'decided', check: { load: 210, by: 'ab' } }

/** What `capacity` saves. @type {object} */
export const CAPACITY = asFile({
  ...plain,
  capacity: {
    against,
    ...{ scenario: 'search', of: 'rate', slo: ['p95 < 200ms'], lower: 200, upper: 210, carried: 200 },
    ...{ end: 'decided', limitedBy: { why: 'threshold', expression: 'p95 < 200ms', metric: 'p95' } },
    ...{ max: 1000, width: 0.05, spentSeconds: 20, check: { load: 180, by: 'require', isCarried: true } },
    trials: [
      { ...trial, offered: 200, carried: 200, missed: [], met: true },
      { ...trial, offered: 210, carried: 190, missed: [{ why: 'carried' }], met: false, unsure: true },
    ],
  },
})

/** What `baseline update` writes. */
export const BASELINE = JSON.parse(formatBaseline(makeBaseline([plain])))

function request(name, kind, ms) {
  const all = new Histogram()
  const windows = Array.from({ length: 12 }, (_, start) => {
    const histogram = new Histogram()
    for (let i = 1; i < 40; i++) histogram.record((ms + ((i * 7) % 13)) * 1000)
    all.add(histogram)
    return { start, duration: 1, requests: 40, failed: 1, histogram: histogram.freeze() }
  })
  return {
    name,
    kind,
    windows,
    statuses: { 200: 468, 503: 12 },
    errors: [{ kind: 'status', message: '503', count: 12 }],
  }
}
