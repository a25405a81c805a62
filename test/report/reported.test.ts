import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import csv from '../../src/report/formats/csv.js'
import html from '../../src/report/formats/html.js'
import junit from '../../src/report/formats/junit.js'
import markdown from '../../src/report/formats/markdown.js'
import { drawReported } from '../../src/report/live/draw.js'
import { History } from '../../src/report/live/history.js'
import { readFrame } from '../../src/report/live/stream/readings.js'
import { drawView } from '../../src/report/live/view.js'
import { listNotes } from '../../src/report/notes.js'
import { formatReported } from '../../src/report/reported.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import { parseResult } from '../../src/stats/read.js'
import type { Result } from '../../src/stats/result.js'
import { unmeasuredTarget, withMetrics } from '../../src/stats/target.js'
import { failedScrapes } from '../../src/stats/target-failures.js'
import { frameOf } from './live/frames.js'
import { RESULTS } from './results.js'

const METRICS = {
  heap: { mean: 107e6, min: 98e6, max: 121e6, last: 110e6, unit: 'bytes' },
  'db-time': { mean: 0.0123, min: 0.011, max: 0.5, last: 0.0125, unit: 'seconds' },
  queue: { mean: 3.1426, min: -2, max: 12_345, last: 0 },
  '=errors': null,
} as const

const result: Result = {
  ...RESULTS.passed,
  target: withMetrics(unmeasuredTarget([]), {
    metrics: METRICS,
    seconds: [{ second: 0, metrics: { heap: 107e6 } }],
    failures: [failedScrapes('timeout', { failed: 3, all: 60, reason: 'no complete response within 900ms' })],
  }),
  thresholds: [
    { expression: 'metrics.heap.max < 100MB', request: null, actual: 121e6, unit: 'bytes', passed: false },
    { expression: 'metrics.queue.max < 10', request: null, actual: 12_345, passed: false },
    { expression: 'metrics.hits.mean > 80%', request: null, actual: 0.825, unit: 'ratio', passed: true },
  ],
}
const page = (width: number) => ({ width, style: createStyle(false), ascii: false })

describe('the metrics that a service reports', () => {
  test('have a table on the terminal, at any width', () => {
    expect(renderConsole(result, page(80), null)).toContain(`service metric    mean     min     max    last
heap             107MB  98.0MB   121MB   110MB
db-time         12.3ms  11.0ms   500ms  12.5ms
queue            3.143      -2  12,345       0
=errors              –       –       –       –
`)
    for (let width = 40; width <= 120; width += 5)
      for (const line of renderConsole(result, page(width), null).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('are in Markdown, HTML and CSV', () => {
    expect(markdown.render(result)).toContain('| db-time | 12.3ms | 11.0ms | 500ms | 12.5ms |')
    expect(html.render(result, null)).toMatch(/Metrics of the service[\s\S]*db-time[\s\S]*12\.3ms/)
    expect(csv.render(result)).toMatch(
      /,heap,service metric,,.*,107000000,98000000,121000000,110000000,,\r$/m,
    )
    expect(csv.render(result)).toMatch(/,'=errors,service metric,,.*,,,,\r$/m)
  })

  test('have thresholds in their unit', () => {
    const text = junit.render(result)
    for (const measured of ['measured 121MB', 'measured 12,345']) expect(text).toContain(measured)
    expect(renderConsole(result, page(80), null)).toMatch(/metrics\.hits\.mean > 80% +82\.5%/)
  })

  test('have a note on failed scrapes, of their own', () => {
    expect(listNotes(result)).toContain(
      'metrics of the service: 3 of 60 scrapes failed: no complete response within 900ms',
    )
    expect(listNotes(result).join()).not.toContain('CPU time')
  })

  test('survive a result file', () => {
    const read = parseResult(JSON.stringify(result), 'r.json')
    expect(read.target).toEqual(result.target)
    expect(read.thresholds).toEqual(result.thresholds)
  })

  test.each([
    [0, 'bytes', '0B'],
    [-2e6, 'bytes', '-2.00MB'],
    [2e6, 'bytesPerSecond', '2.00MB/s'],
    [0.0005, 'seconds', '500µs'],
    [250, 'ms', '250ms'],
    [12.5, 'perSecond', '12.5/s'],
    [0.825, 'ratio', '82.5%'],
    [0.000123456, undefined, '0.0001235'],
    [9999, undefined, '9999'],
    [1e15, undefined, '1,000,000,000,000,000'],
  ] as const)('%d (%s) is written %s', (value, unit, text) => {
    expect(formatReported(value, unit)).toBe(text)
  })

  test('are in the live view and in streams', () => {
    const metrics = [
      { name: 'heap', value: 107e6, unit: 'bytes' },
      { name: 'queue', value: 3 },
    ] as const
    const frame = frameOf({ search: { latenciesMs: [10] } }, { metrics })
    const look = { style: createStyle(false), ascii: false }
    const history = new History()
    history.add(frame)
    expect(drawView(frame, history, { columns: 80, rows: 24 }, look)).toContain(
      'metrics: heap 107MB, queue 3',
    )
    expect(drawReported(metrics, 20, look)).toHaveLength(20)
    expect(drawView(frame, history, { columns: 80, rows: 2 }, look)).toHaveLength(2)
    const readings = readFrame(frame, [['scenario', 's']]).filter(
      ({ metric }) => metric.id === 'service_metric',
    )
    expect(readings.map(({ labels, value }) => [labels, value])).toEqual([
      [
        [
          ['scenario', 's'],
          ['metric', 'heap'],
        ],
        107e6,
      ],
      [
        [
          ['scenario', 's'],
          ['metric', 'queue'],
        ],
        3,
      ],
    ])
  })
})
