import { describe, expect, test } from 'vitest'
import { renderExposition } from '../../../../src/report/live/stream/exposition.js'
import { METRICS } from '../../../../src/report/live/stream/metrics.js'
import { readFrame } from '../../../../src/report/live/stream/readings.js'
import { Totals } from '../../../../src/report/live/stream/totals.js'
import type { Frame } from '../../../../src/stats/frame.js'
import { readExposition } from './exposition-reader.js'
import { BUSY, HOSTILE, JOURNEY, makeFrame, OBSERVED } from './frames.js'

function expose(...frames: readonly Frame[]) {
  const totals = new Totals()
  for (const frame of frames) totals.add(readFrame(frame, [['scenario', 'shop']]))
  return readExposition(renderExposition(totals.list()))
}

/** Returns the value of the only series with this name and all these labels. */
function valueIn(
  families: ReturnType<typeof expose>,
  name: string,
  labels: Readonly<Record<string, string>>,
) {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  const found = family?.samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
  )
  expect(found, `${name} ${JSON.stringify(labels)}`).toHaveLength(1)
  return found![0]!.value
}

test('every metric is exposed once, with type, help, and the unit in its name', () => {
  expect([...expose(BUSY, OBSERVED, JOURNEY)].map(([name, { type }]) => `${name} ${type}`)).toEqual([
    'perfctl_http_reqs_total counter',
    'perfctl_http_req_failed_total counter',
    'perfctl_http_responses_total counter',
    'perfctl_http_req_duration_seconds histogram',
    'perfctl_http_req_waiting_seconds histogram',
    'perfctl_data_sent_bytes_total counter',
    'perfctl_data_received_bytes_total counter',
    'perfctl_http_req_errors_total counter',
    'perfctl_dropped_iterations_total counter',
    'perfctl_server_timing_seconds histogram',
    'perfctl_cache_hits_total counter',
    'perfctl_cache_misses_total counter',
    'perfctl_service_throttled_seconds_total counter',
    'perfctl_journeys_total counter',
    'perfctl_journeys_failed_total counter',
    'perfctl_journey_duration_seconds histogram',
    'perfctl_vus gauge',
    'perfctl_generator_busy_ratio gauge',
    'perfctl_generator_scheduling_lag_seconds gauge',
    'perfctl_service_cpu_cores gauge',
    'perfctl_service_memory_bytes gauge',
  ])
  expect(expose(BUSY, OBSERVED, JOURNEY).size).toBe(Object.keys(METRICS).length)
})

test('the processes of the service have gauges, and a counter of seconds', () => {
  const families = expose(OBSERVED, OBSERVED)
  expect(valueIn(families, 'perfctl_service_cpu_cores', { scenario: 'shop' })).toBe(1.24)
  expect(valueIn(families, 'perfctl_service_memory_bytes', {})).toBe(212e6)
  expect(valueIn(families, 'perfctl_service_throttled_seconds_total', {})).toBe(0.3)
})

test('any name survives a round trip', () => {
  expect(valueIn(expose(BUSY), 'perfctl_http_reqs_total', { name: HOSTILE })).toBe(4)
})

describe('from second to second', () => {
  const quiet = makeFrame({ search: {}, [HOSTILE]: {} }, { vus: 2, latenessMsP99: null, dropped: 0 })

  test('counters and histograms add up, gauges have the latest value', () => {
    const families = expose(BUSY, BUSY, quiet)
    const search = { name: 'search' }
    expect(valueIn(families, 'perfctl_http_reqs_total', search)).toBe(8)
    expect(valueIn(families, 'perfctl_http_req_errors_total', { error: 'status' })).toBe(4)
    expect(valueIn(families, 'perfctl_dropped_iterations_total', {})).toBe(6)
    expect(valueIn(families, 'perfctl_http_req_duration_seconds_count', search)).toBe(8)
    expect(valueIn(families, 'perfctl_http_req_duration_seconds_sum', search)).toBeCloseTo(0.096, 4)
    expect(valueIn(families, 'perfctl_http_req_duration_seconds_bucket', { ...search, le: '0.0025' })).toBe(2)
    expect(valueIn(families, 'perfctl_http_req_duration_seconds_bucket', { ...search, le: '0.0032' })).toBe(6)
    expect(valueIn(families, 'perfctl_vus', {})).toBe(2)
    expect(families.has('perfctl_generator_scheduling_lag_seconds')).toBe(false)
  })

  test('counters never decrease', () => {
    const frames = [makeFrame({ search: {} }, { phase: 'warm-up' }), BUSY, quiet, BUSY, quiet, quiet]
    let before = new Map<string, number>()
    for (let n = 1; n <= frames.length; n++) {
      const now = new Map(
        [...expose(...frames.slice(0, n)).values()]
          .filter(({ type }) => type !== 'gauge')
          .flatMap(({ samples }) => samples)
          .map(({ name, labels, value }) => [JSON.stringify([name, [...labels]]), value]),
      )
      for (const [key, value] of before) expect(now.get(key), key).toBeGreaterThanOrEqual(value)
      before = now
    }
    expect(before.size).toBeGreaterThan(300)
  })

  test('the warm-up has its own label', () => {
    const families = expose(makeFrame({ search: { latenciesMs: [1] } }, { phase: 'warm-up' }), BUSY)
    expect(valueIn(families, 'perfctl_http_reqs_total', { name: 'search', phase: 'warm-up' })).toBe(1)
    expect(valueIn(families, 'perfctl_http_reqs_total', { name: 'search', phase: 'load' })).toBe(4)
  })
})

test('nothing is exposed before the first second', () => {
  expect(renderExposition(new Totals().list())).toBe('')
})

describe('the parser of these tests', () => {
  const head = '# HELP a_total x\n# TYPE a_total counter\n'
  test.each([
    [`${head}a_total 1`, 'no end'],
    ['a_total 1\n', 'not below its type'],
    [`${head}a_total{b="c} 1\n`, 'not a label'],
    [`${head}a_total{b="\\t"} 1\n`, 'not a label'],
    [`${head}a_total{b="c",b="c"} 1\n`, 'b comes twice'],
    [`${head}a_total 1\na_total 2\n`, 'a series comes twice'],
    [`${head}a_total x\n`, 'not a number'],
    ['# HELP a x\n# TYPE a counter\na 1\n', 'without _total'],
    [
      '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
      'not cumulative',
    ],
    ['# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n', 'bounds'],
    ['# HELP h x\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n', 'no count'],
  ])('refuses %j', (text, message) => {
    expect(() => readExposition(text)).toThrow(message)
  })
})
