import { describe, expect, test } from 'vitest'
import { History } from '../../../src/report/live/history.js'
import { drawView } from '../../../src/report/live/view.js'
import { createStyle } from '../../../src/report/style.js'
import { displayWidth } from '../../../src/report/width.js'
import type { Frame } from '../../../src/stats/frame.js'
import { frameOf } from './frames.js'

const plain = { style: createStyle(false), ascii: false }
const NAMES = [
  'search',
  'service details with a long name that goes on',
  '检索服务列表接口',
  '\u001b[31mred\n',
]

/** A minute with rising load, a slow third quarter, and some failing requests. */
function aMinute(names = NAMES): { frame: Frame; history: History } {
  const history = new History()
  let frame = frameOf({})
  for (let second = 0; second < 60; second++) {
    const slow = second >= 30 && second < 45 ? 3 : 1
    const happened = names.map((name, index): [string, Parameters<typeof frameOf>[0][string]] => [
      name,
      {
        latenciesMs: Array.from({ length: 10 + second }, (_, n) => slow * (10 + n + index)),
        failures: index === 1 && second > 50 ? [['status', 'status 503, expected below 400']] : [],
      },
    ])
    frame = frameOf(Object.fromEntries(happened), {
      elapsedMs: (second + 1) * 1000,
      p95Ms: slow * 60,
      requests: 9000,
      failed: second > 50 ? second - 50 : 0,
      latenessMsP99: 0.4,
    })
    history.add(frame)
  }
  return { frame, history }
}

const { frame, history } = aMinute()

test.each([
  [40, 12],
  [40, 24],
  [80, 24],
  [200, 50],
])('looks like this in %i × %i', async (columns, rows) => {
  const text = `${drawView(frame, history, { columns, rows }, plain).join('\n')}\n`
  await expect(text).toMatchFileSnapshot(`golden/view-${columns}x${rows}.txt`)
})

test('fits into any size, in color too', () => {
  for (const style of [createStyle(false), createStyle(true)])
    for (let columns = 1; columns <= 130; columns += 3)
      for (let rows = 1; rows <= 24; rows++) {
        const lines = drawView(frame, history, { columns, rows }, { style, ascii: false })
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(columns)
      }
})

test('a window too low for all requests says how many are left out', () => {
  const many = aMinute(Array.from({ length: 30 }, (_, index) => `request ${index}`))
  const lines = drawView(many.frame, many.history, { columns: 80, rows: 20 }, plain)
  const shown = lines.filter((line) => line.startsWith('request ')).length
  expect(lines).toContain(`and ${30 - shown} more`)
  expect(lines).toHaveLength(20)
  expect(drawView(many.frame, many.history, { columns: 80, rows: 60 }, plain).join()).toContain('request 29')
})

test('names and messages cannot steer the terminal', () => {
  const lines = drawView(frame, history, { columns: 80, rows: 24 }, plain)
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  expect(lines.join('\n')).toContain('\\u001b[31mred\\n')
})

test('is plain ASCII on an ASCII terminal', () => {
  const { frame, history } = aMinute([
    'search',
    'a name too long for the room that its column has at this width',
  ])
  const lines = drawView(frame, history, { columns: 60, rows: 24 }, { ...plain, ascii: true })
  expect(lines.join('')).toMatch(/^[ -~]+$/)
})

describe('the busy generator', () => {
  test('has its own line, and is not repeated', () => {
    const lines = drawView({ ...frame, busy: 0.95 }, history, { columns: 80, rows: 24 }, plain)
    expect(lines.filter((line) => line.includes('95% busy'))).toEqual([
      'generator 95% busy, near its limit   sent 400µs late (p99)   none dropped',
    ])
  })

  test('is in the first line if there is no room for its own', () => {
    const lines = drawView({ ...frame, busy: 0.95 }, history, { columns: 100, rows: 2 }, plain)
    expect(lines[1]).toContain('generator 95% busy')
  })
})

test('server timings are below their request, as long as there is room for those of all', () => {
  const observed = new History()
  const second = frameOf({ search: { latenciesMs: [10, 20] }, details: { latenciesMs: [5] } })
  const { series } = second.series[0]!
  series.timing('db')!.record(8000)
  series.timing('render\u001b')!.record(2000)
  series.cacheHits = series.cacheMisses = 1
  observed.add(second)
  const draw = (rows: number) => drawView(second, observed, { columns: 80, rows }, plain).join('\n')
  expect(draw(24)).toContain(`last 10s          rate  errors     p50     p95  cached
search          2.00/s       0  10.0ms  20.0ms     50%
  db                            8.00ms  8.00ms
  render\\u001b                  2.00ms  2.00ms
details         1.00/s       0  5.00ms  5.00ms       –`)
  expect(draw(10)).toContain('search')
  expect(draw(10)).not.toContain('  db')
})
