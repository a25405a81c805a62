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

/** What `run` saves. @type {object} */
export const RESULT = {
  ...plain,
  timeline: [{ second: 0, vus: 4, requests: 40, failed: 0, p50: 1.8, p95: 4, p99: 8.8 }],
  thresholds: [
    { expression: 'p95 < 200ms', request: null, actual: 4.4, passed: true },
    { expression: 'search: error_rate < 1%', request: 'search', actual: null, passed: false },
  ],
  comparison: compare(plain, plain, { baseline: 'baselines/search.json' }),
  shard: { index: 1, count: 2, id: 'x' },
}

/** The same as one of `ab`. @type {object} */
export const SIDE = { ...plain, session: { id: 'x', side: 'a' } }

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
