import { expect, test } from 'vitest'
import {
  describeChange,
  formatInterval,
  formatLimit,
  formatMetric,
  formatMetricChange,
} from '../../src/report/wording.js'
import type { MetricComparison } from '../../src/stats/comparison.js'

const row = (metric: string, baseline: number, current: number): MetricComparison => ({
  request: 'search',
  metric,
  baseline,
  current,
  change: metric === 'p95' ? current / baseline - 1 : current - baseline,
  interval: [0.052, 0.31],
  detectable: null,
  tolerance: 0.1,
  verdict: 'regressed',
  reason: null,
})

test('an interval that begins at 0 has no sign there', () => {
  expect(formatInterval({ ...row('p95', 20, 25), interval: [-0.0003, 0.31] })).toBe('0…+31%')
})

test.each([
  [
    row('p95', 20, 25),
    '25.0ms',
    '+25.0%',
    '+5…+31%',
    '+10%',
    '"search" got slower: p95 went from 20.0ms to 25.0ms (+25.0%)',
  ],
  [
    row('error_rate', 0, 0.2),
    '20%',
    '+20.0pp',
    '+5…+31pp',
    '+10pp',
    '"search" fails more often: error rate went from 0% to 20% (+20.0pp)',
  ],
  [
    row('stalls', 0, 0.2),
    '20%',
    '+20.0pp',
    '+5…+31pp',
    '+10pp',
    '"search" stalls more often: stalled seconds went from 0% to 20% (+20.0pp)',
  ],
  [
    row('stalls', 0.2, 0),
    '0%',
    '-20.0pp',
    '+5…+31pp',
    '+10pp',
    '"search" stalls less often: stalled seconds went from 20% to 0% (-20.0pp)',
  ],
])(
  '%j: shares change by percentage points, latencies by percent',
  (given, value, change, interval, limit, words) => {
    expect(formatMetric(given.metric, given.current)).toBe(value)
    expect(formatMetricChange(given.metric, given.change)).toBe(change)
    expect(formatInterval(given)).toBe(interval)
    expect(formatLimit(given)).toBe(limit)
    expect(describeChange(given)).toBe(words)
  },
)

test('a server timing is named with its request', () => {
  const row = {
    request: 'search',
    metric: 'server_timing.db.query.p95',
    baseline: 10,
    current: 14,
    change: 0.4,
  }
  expect(describeChange(row)).toBe(
    'server timing "db.query" of "search" got slower: p95 went from 10.0ms to 14.0ms (+40.0%)',
  )
})
