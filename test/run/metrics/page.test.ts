import { describe, expect, test } from 'vitest'
import { checkPage, namesOn, PageError, SeriesReader } from '../../../src/run/metrics/page.js'
import { parseMetric } from '../../../src/scenario/blocks/metric-parser.js'
import { selectorsOf } from '../../../src/scenario/model/metric-expression.js'

/** The values of the series that each selector matches. */
function read(text: string, ...selectors: string[]): number[][] {
  const reader = new SeriesReader(selectors.flatMap((each) => selectorsOf(parseMetric(each))))
  return reader.read(text).map((series) => [...series.values()])
}

const PAGE = `# HELP http_requests_total All requests, see http_requests_total.
# TYPE http_requests_total counter
http_requests_total{code="200",method="get"} 1027 1395066363000
http_requests_total{code="500",method="get"} 3
http_requests_total{method="post",code="200",} 10
http_requests_total_created{code="200"} 99
not_http_requests_total 98

heap_bytes 1.5e8
  padded   7
\tlag\t{ a = "1" }\t0.25\t
rpc_seconds{quantile="0.5"} NaN
rpc_seconds_sum 8.9
rpc_seconds_count 21
rpc_seconds_bucket{le="+Inf"} 21
limit +Inf
floor -Inf
path{file="C:\\\\DIR\\\\F{I}LE.TXT",error="Cannot find file:\\n\\"x\\" heap_bytes 3"} 5
heap_bytes_max 9`

describe('a page in the Prometheus text format', () => {
  test.each([
    ['http_requests_total', [1027, 3, 10]],
    ['http_requests_total{code="200"}', [1027, 10]],
    ['http_requests_total{code!="200"}', [3]],
    ['http_requests_total{code=~"2..|5.."}', [1027, 3, 10]],
    ['http_requests_total{code=~"5"}', []],
    ['http_requests_total{code!~"5.*", method="get"}', [1027]],
    ['http_requests_total{zone=""}', [1027, 3, 10]],
    ['http_requests_total{zone!=""}', []],
    ['http_requests_total{code="404"}', []],
    ['heap_bytes', [1.5e8]],
    ['padded', [7]],
    ['lag{a="1"}', [0.25]],
    ['rpc_seconds', [Number.NaN]],
    ['rpc_seconds_sum', [8.9]],
    ['rpc_seconds_bucket{le="+Inf"}', [21]],
    ['limit', [Number.POSITIVE_INFINITY]],
    ['floor', [Number.NEGATIVE_INFINITY]],
    [String.raw`path{file="C:\\DIR\\F{I}LE.TXT"}`, [5]],
    [String.raw`path{error="Cannot find file:\n\"x\" heap_bytes 3"}`, [5]],
    ['heap_bytes_max', [9]],
    ['requests_total', []],
  ])('has the series of %s', (selector, values) => {
    expect(read(PAGE, selector)).toEqual([values])
    expect(read(PAGE.replaceAll('\n', '\r\n'), selector)).toEqual([values])
  })

  test('is read for several selectors at once', () => {
    expect(read(PAGE, 'http_requests_total{code="500"}', 'heap_bytes', 'http_requests_total')).toEqual([
      [3],
      [1.5e8],
      [1027, 3, 10],
    ])
  })

  test('may be OpenMetrics, with exemplars, times and an end', () => {
    const text = `# TYPE foo counter
# UNIT foo seconds
foo_total{a="b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879606.1
foo_created{a="b"} 1520430000.123
bar_bucket{le="10"} 17 # {trace_id="oHg5SJ#YRHA0"} 9.8
baz 3 # {} 1
# EOF
`
    expect(read(text, 'foo_total', 'bar_bucket', 'baz')).toEqual([[17], [17], [3]])
    const head = { type: 'application/openmetrics-text', isFramed: true }
    expect(() => checkPage(text, head)).not.toThrow()
    for (const cut of [text.length - 2, text.length - 8, 60])
      expect(() => checkPage(text.slice(0, cut), head)).toThrow('the page ends in the middle')
  })

  test.each([
    'heap_bytes x',
    'heap_bytes',
    'heap_bytes 1 2 3',
    'heap_bytes{a="1} 3',
    'heap_bytes 0x10',
    'heap_bytes 1,5',
  ])('with the line %s can not be used for that name, but for others', (line) => {
    const text = `other 1\n${line} \n`
    expect(read(text, 'other')).toEqual([[1]])
    expect(() => read(text, 'heap_bytes')).toThrow(PageError)
    expect(() => read(text, 'heap_bytes')).toThrow(
      expect.objectContaining({ kind: 'format', line: line.trim() }),
    )
  })

  test.each([
    ['<!doctype html><title>heap_bytes 1</title>', 'text/plain'],
    ['# comment', 'text/html'],
    ['{"heap_bytes": 1}', 'application/json'],
    ['Not found', 'text/plain'],
    ['[]', ''],
  ])('is not %s', (text, type) => {
    expect(() => checkPage(text, { type, isFramed: true })).toThrow(
      /^not metrics in the Prometheus text format$/,
    )
  })

  test.each(['', '\n', '# only a comment\n', 'a 1\n', 'a{b="c"} 1\n', '\n\na +Inf\n', 'a NaN\n', 'a .5\n'])(
    'may be %j',
    (text) => {
      expect(() => checkPage(text, { type: 'text/plain', isFramed: false })).not.toThrow()
    },
  )

  test('without a known length has to end with a line', () => {
    expect(() => checkPage('a 1\nb 12', { type: '', isFramed: false })).toThrow('the page ends in the middle')
    expect(() => checkPage('a 1\nb 12', { type: '', isFramed: true })).not.toThrow()
  })

  test('lists its names', () => {
    expect(namesOn(PAGE)).toEqual(
      expect.arrayContaining(['heap_bytes', 'padded', 'lag', 'http_requests_total']),
    )
    expect(namesOn(PAGE)).not.toContain('HELP')
  })

  test('of many megabytes is read in a moment, whatever it contains', () => {
    // Each is 10 MB; a scan that went back and forth would take minutes.
    for (const line of [
      'http_requests_total',
      '# http_requests_total http_requests_total',
      'x{a="http_requests_total "} 1',
    ]) {
      const text = `${`${line}\n`.repeat(Math.ceil(1e7 / (line.length + 1)))}http_requests_total 5\n`
      const began = performance.now()
      expect(read(text, 'http_requests_total')).toEqual([[5]])
      expect(performance.now() - began).toBeLessThan(5000)
    }
  })

  test.each([
    ['braces that are not closed', `heap_bytes{${'x'.repeat(9e6)}`],
    ['a label of megabytes', `heap_bytes{a="${'x'.repeat(9e6)}"} 1`],
    ['endless digits', `heap_bytes ${'1'.repeat(60_000)}x`],
    ['endless blanks', `heap_bytes${' '.repeat(60_000)}#`],
  ])('with %s is refused in a moment', (_, line) => {
    const began = performance.now()
    expect(() => read(`${line}\n`, 'heap_bytes{a="b"}')).toThrow(PageError)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('with endless labels, or quoted ones, is read in a moment', () => {
    const began = performance.now()
    expect(read(`heap_bytes{${'a'.repeat(60_000)}} 1\n`, 'heap_bytes{a="b"}')).toEqual([[]])
    expect(read('heap_bytes{"my.zone"="x", a="b"} 1\n', 'heap_bytes{a="b"}')).toEqual([[1]])
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
