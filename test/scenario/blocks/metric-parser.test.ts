import { describe, expect, test } from 'vitest'
import { parseMetricLimit, settleLimit } from '../../../src/scenario/blocks/metric-limit.js'
import { parseMetric } from '../../../src/scenario/blocks/metric-parser.js'
import {
  describeSelector,
  type MetricExpression,
  selectorsOf,
} from '../../../src/scenario/model/metric-expression.js'
import { unitOf } from '../../../src/scenario/model/metric-unit.js'
import type { Threshold } from '../../../src/scenario/model/scenario.js'

/** The expression with all its parentheses. */
function show(expression: MetricExpression): string {
  switch (expression.type) {
    case 'number':
      return String(expression.value)
    case 'sum':
      return describeSelector(expression.of)
    case 'rate':
      return `rate(${describeSelector(expression.of)})`
    case 'operation':
      return `(${show(expression.left)} ${expression.operator} ${show(expression.right)})`
  }
}

describe('an expression', () => {
  test.each([
    ['heap_bytes', 'heap_bytes'],
    ['a + b * c - d / e', '((a + (b * c)) - (d / e))'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b / c', '((a / b) / c)'],
    ['(a - b) * 2.5e3', '((a - b) * 2500)'],
    ['-a + 1', '((0 - a) + 1)'],
    ['-(a)-.5', '((0 - a) - 0.5)'],
    ['rate( x_total )/rate(y_total{})', '(rate(x_total) / rate(y_total))'],
    ['rate', 'rate'],
    ['rate + rate(rate)', '(rate + rate(rate))'],
    ['job:req:rate5m', 'job:req:rate5m'],
    ['a-1', '(a - 1)'],
    ['1 -1 * a', '(1 - (1 * a))'],
    [`x{ a = "1" , b!='2',c=~"3|4", d !~ "5.*" , }`, 'x{a="1", b!="2", c=~"3|4", d!~"5.*"}'],
    [String.raw`x{path="C:\\a\"b\nc"}`, String.raw`x{path="C:\\a\"b\nc"}`],
    [String.raw`x{path=~"\d+"}`, String.raw`x{path=~"\\d+"}`],
  ])('%s means %s', (text, meaning) => {
    expect(show(parseMetric(text))).toBe(meaning)
  })

  test('keeps the value of a label as it is written, without its escapes', () => {
    const values = selectorsOf(parseMetric(String.raw`x{a="\\\"\n{}'"} + y{b='"#'}`)).flatMap(
      ({ matchers }) => matchers.map(({ value }) => value),
    )
    expect(values).toEqual(['\\"\n{}\'', '"#'])
  })

  test('may not be nested beyond all bounds', () => {
    for (const text of [`${'('.repeat(100_000)}a`, `${'-'.repeat(100_000)}a`])
      expect(() => parseMetric(text)).toThrow(/nested more than 40 levels|not expected/)
    expect(() => parseMetric(`${'('.repeat(30)}a${')'.repeat(30)}`)).not.toThrow()
    expect(show(parseMetric(Array(5000).fill('a').join(' + ')))).toContain('a')
  })
})

describe('the unit of an expression', () => {
  test.each([
    ['nodejs_heap_size_used_bytes', 'bytes', false],
    ['process_start_time_seconds', 'seconds', false],
    ['heap_bytes - used_bytes', 'bytes', false],
    ['rate(db_seconds_sum) / rate(db_seconds_count)', 'seconds', false],
    ['db_seconds_sum / db_seconds_count', 'seconds', false],
    ['rate(gc_ms_sum) / rate(gc_ms_count)', 'ms', false],
    ['rate(gc_milliseconds_total)', null, false],
    ['rate(http_requests_total)', 'perSecond', false],
    ['rate(http_requests_total{code="500"}) + rate(errors_total)', 'perSecond', false],
    ['rate(sent_bytes_total)', 'bytesPerSecond', false],
    ['rate(process_cpu_seconds_total)', null, false],
    ['rate(sent_bytes_total) / rate(http_requests_total)', 'bytes', false],
    ['1000 * rate(db_seconds_sum) / rate(db_seconds_count)', null, false],
    ['heap_bytes / 1e6', null, false],
    ['heap_bytes / (2 * 3)', null, false],
    ['heap_bytes + db_seconds', null, false],
    ['heap_bytes + 1', null, false],
    ['rate(hits_total) / (rate(hits_total) + rate(misses_total))', null, false],
    ['nodejs_eventloop_lag', null, true],
    ['queue_size + other_queue', null, true],
    ['rate(latency_sum) / rate(latency_count)', null, true],
  ] as const)('%s is in %s', (text, unit, isOpen) => {
    expect(unitOf(parseMetric(text))).toEqual({ unit, isOpen })
  })
})

describe('a limit on a metric of the service', () => {
  test.each([
    ['300MB', { limit: 300e6, unit: 'bytes' }],
    ['20ms', { limit: 0.02, unit: 'seconds' }],
    ['5/s', { limit: 5, unit: 'perSecond' }],
    ['60MB/m', { limit: 1e6, unit: 'bytesPerSecond' }],
    ['80%', { limit: 0.8, unit: 'ratio' }],
    ['0.25', { limit: 0.25 }],
    ['-1e3', { limit: -1000 }],
    ['300 apples', null],
    ['', null],
  ])('%s is read', (text, limit) => {
    expect(parseMetricLimit(text)).toEqual(limit)
  })

  test('is converted to the unit of its metric', () => {
    const settle = (expression: string, limit: Pick<Threshold, 'limit' | 'unit'>) => {
      const parsed = parseMetric(expression)
      const take = [{ name: 'x', expression: parsed, ...unitOf(parsed) }]
      const threshold = { metric: 'metrics.x.max', ...limit } as Threshold
      const { limit: value, unit } = settleLimit(threshold, { metrics: { take } as never })
      return [value, unit]
    }
    expect(settle('gc_ms', { limit: 0.02, unit: 'seconds' })).toEqual([20, 'ms'])
    expect(settle('db_seconds', { limit: 0.02, unit: 'seconds' })).toEqual([0.02, 'seconds'])
    expect(settle('heap_bytes', { limit: 0 })).toEqual([0, 'bytes'])
    expect(settle('rate(x_total)', { limit: 5 })).toEqual([5, 'perSecond'])
    expect(settle('queue_size', { limit: 5 })).toEqual([5, undefined])
  })
})
