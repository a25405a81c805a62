import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import csv from '../../src/report/formats/csv.js'
import html from '../../src/report/formats/html.js'
import markdown from '../../src/report/formats/markdown.js'
import { listNotes } from '../../src/report/notes.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import { Histogram } from '../../src/stats/histogram.js'
import type { Result } from '../../src/stats/result.js'
import { summarize } from '../../src/stats/summary.js'
import { RESULTS } from './results.js'

const summary = (ms: number) => {
  const histogram = new Histogram()
  for (let i = 1; i <= 100; i++) histogram.record(10 * i * ms)
  return summarize(histogram)
}

/** A result whose first request has server timings of these names, and a cache. */
function observed(names: readonly string[]): Result {
  const [first, ...others] = RESULTS.passed.requests
  const serverTiming = Object.fromEntries(names.map((name, i) => [name, summary(i + 1)]))
  const cache = { hits: 91, misses: 9, ratio: 0.91 }
  const totals = { ...RESULTS.passed.totals, cache }
  return { ...RESULTS.passed, totals, requests: [{ ...first!, serverTiming, cache }, ...others] }
}

const result = observed(['db', 'ren<b>der\u001b'])
const page = (width: number) => ({ width, style: createStyle(false), ascii: false })

describe('what was observed', () => {
  test('is on the terminal, at any width', () => {
    const text = renderConsole(result, page(80), null)
    expect(text).toMatch(/max +cached\n/)
    expect(text).toMatch(/^search.* 91%$/m)
    expect(text).toMatch(/^server timing +count +p50 +p95 +p99 +max$/m)
    expect(text).toMatch(/^search: db +100 +500µs +950µs +990µs +1\.00ms$/m)
    expect(text).toContain('search: ren<b>der\\u001b')
    for (let width = 40; width <= 120; width += 5)
      for (const line of renderConsole(result, page(width), null).split('\n'))
        expect(displayWidth(line), line).toBeLessThanOrEqual(width)
  })

  test('is in Markdown, HTML and CSV', () => {
    expect(markdown.render(result)).toContain('| search | db | 100 | 500µs | 950µs | 990µs | 1.00ms |')
    expect(markdown.render(result)).toContain('| max | cached |')
    const text = html.render(result, null)
    expect(text).toContain('<h2 id="timings">Server timings</h2>')
    expect(text).toMatch(/ren&[#\w]+;b&[#\w]+;der/)
    expect(text).not.toContain('ren<b>der')
    expect(text).toContain('<dt>from a cache</dt><dd>91</dd>')
    const rows = csv.render(result).split('\r\n')
    expect(rows[0]).toMatch(/,cache_hit_rate,server_timing,cpu_per_request_ms,memory_max_bytes$/)
    expect(rows.find((row) => row.includes(',server timing,'))).toMatch(
      /^\w+,search,server timing,100,.*,db,,$/,
    )
  })

  test('takes no room where nothing was observed', () => {
    const text = renderConsole(RESULTS.passed, page(80), null)
    expect(text).not.toContain('cached')
    expect(text).not.toContain('server timing')
    expect(markdown.render(RESULTS.passed)).not.toContain('cached')
  })

  test('of many names is shortened to the slowest', () => {
    const many = observed(Array.from({ length: 30 }, (_, i) => `t${i}`))
    const text = renderConsole(many, page(80), null)
    expect(text).toContain('10 more server timings not shown')
    expect(text).toContain('search: t29')
    expect(text).not.toContain('search: t9 ')
    expect(markdown.render(many)).toContain('10 more server timings not shown')
  })

  test('is incomplete if there were too many names, which a note says', () => {
    const [first, ...others] = result.requests
    const requests = [{ ...first!, serverTimingLeft: true as const }, ...others]
    expect(listNotes({ ...result, requests })).toContainEqual(
      expect.stringContaining(
        'the service sends more than 20 names of server timings for "search"; the others',
      ),
    )
  })
})
