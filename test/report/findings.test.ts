/**
 * What stands out, as reports say it.
 */
import { describe, expect, test } from 'vitest'
import { renderConsole } from '../../src/report/console.js'
import { listFindings } from '../../src/report/findings.js'
import html from '../../src/report/formats/html.js'
import { renderMarkdown } from '../../src/report/formats/markdown.js'
import { listNotes } from '../../src/report/notes.js'
import { createStyle } from '../../src/report/style.js'
import { displayWidth } from '../../src/report/width.js'
import { type Finding, findingOf } from '../../src/stats/findings.js'
import type { Result } from '../../src/stats/result.js'
import { SHOP, simulate } from '../verdict/simulate.js'

const of = (...findings: Finding[]): Result => ({ ...simulate(SHOP, { seed: 1 }), findings })
const page = (width: number) => ({ width, style: createStyle(false), ascii: false })

const latencies = { latencyBefore: 20, latencyAfter: 60 }

test.each<[Finding, string]>([
  [
    findingOf(
      'dependency_under_load',
      { before: 8, after: 45, ...latencies, vusBefore: 4, vusAfter: 20 },
      { request: 'search', name: 'db' },
    ),
    '"search": server timing db grows with the load: from 8.00ms at 4 users in use to 45.0ms at 20, on average; the latency from 20.0ms to 60.0ms',
  ],
  [
    findingOf(
      'dependency_over_time',
      { before: 8, after: 45, ...latencies },
      { request: 'search', name: 'db' },
    ),
    '"search": server timing db grew during the run: from 8.00ms in the first third to 45.0ms in the last, on average; the latency from 20.0ms to 60.0ms',
  ],
  [
    findingOf('throttled', { throttledSeconds: 14.2, seconds: 60 }),
    'the service was throttled for 14.2s in 1m: its container or group had used up its limit of CPU time',
  ],
  [
    findingOf('cpu_full', { cores: 0.978, coresMost: 1 }),
    'the service uses all of one core (0.98), so requests wait for each other',
  ],
  [
    findingOf('cpu_full', { cores: 3.96, coresMost: 4 }),
    'the service uses all 4 cores of the machine (3.96), so requests wait for each other',
  ],
  [
    findingOf('concurrency_limit', {
      ...{ atOnce: 8, throughput: 400, vusBefore: 16, vusAfter: 40 },
      ...{ latencyBefore: 40, latencyAfter: 100 },
    }),
    'the service serves about 8 at once: from 16 to 40 users in use, throughput stayed at 400/s, and the median latency rose from 40.0ms to 100ms; more users only wait',
  ],
  [
    findingOf('periodic_stalls', { everySeconds: 7.02, stalls: 6, longest: 412, usual: 24 }),
    'the service stalls about every 7s: 6 times, for up to 412ms (the longest request of a second usually takes 24.0ms)',
  ],
  [
    findingOf('error_bursts', { failed: 63, inBursts: 61, burstSeconds: 3, seconds: 30, firstSecond: 12 }),
    'failures come in bursts: 61 of 63 in 3 of 30 seconds, the first of them 12s after the start',
  ],
  [
    findingOf('hidden_failures', { retried: 90, recovered: 80, errorRate: 0.001, errorRateWithout: 0.081 }),
    'retries hide failures: 90 requests retried, 80 of them successfully; without retries, 8.1% would have failed instead of 0.1%',
  ],
  [
    findingOf('memory_growth', { perMinute: 3e6, first: 1e8, last: 1.2e8 }),
    'the memory of the service grows from minimum to minimum, +3.00MB/m: from 100MB to 120MB',
  ],
  [
    findingOf('responses_grow', { before: 20_000, after: 1_400_000 }),
    'responses grew during the run: from 20.0kB in the first third to 1.40MB per request in the last',
  ],
  [
    findingOf('new_connections', { connections: 980, requests: 1000, setup: 1.2 }),
    '980 new connections for 1,000 requests: connections are not used again, and each takes 1.20ms to set up',
  ],
  [
    findingOf('cold_start', { slowSeconds: 4, before: 60, after: 20 }),
    'the first 4 seconds were slower: a median of 60.0ms, later 20.0ms',
  ],
])('%j in words', (finding, sentence) => {
  const [text] = listFindings(of(finding))
  expect(text!.sentence).toBe(sentence)
  expect(text!.advice).toMatch(/^[a-z].*[^.]$/)
})

const hostile = findingOf(
  'dependency_over_time',
  { before: 8, after: 45, ...latencies },
  { request: '<b>\u001b[2J| a |', name: '<i>db</i>\u0007' },
)

describe('what stands out', () => {
  test.each([40, 80, 120])('ends the summary, on %i columns', (width) => {
    const text = renderConsole(of(hostile), page(width), null)
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
    expect(text).toMatch(/\nWhat stands out\n {2}! [^\n]+\n(.|\n)* {4}try: look for what [^\n]+\n(.|\n)*$/)
    expect(text).not.toMatch(/[\u001b\u0007]/)
  })

  test('is in Markdown and HTML, without becoming markup', () => {
    const markdown = renderMarkdown(of(hostile))
    expect(markdown).toContain('What stands out:\n\n- "&#60;b&#62;')
    const page = html.render(of(hostile), null)
    expect(page).toContain('What stands out</h2>')
    expect(page).not.toMatch(/<b>.*\| a|<i>db/)
  })

  test('has no place in a report if nothing does', () => {
    const result = of()
    const texts = [renderConsole(result, page(80), null), renderMarkdown(result), html.render(result, null)]
    expect(texts.join()).not.toContain('What stands out')
  })
})

test('a finding replaces the note that says the same', () => {
  const retries = { requests: 90, recovered: 80, attempts: 90, errors: [] }
  const target = {
    ...{ cpuSeconds: 1, cpuPerRequest: 1, cpuCores: 1, throttledSeconds: 14, memory: null, timeline: [] },
    ...{ threads: null, openFiles: null, failures: [], cpuWindows: [] },
  }
  const result = of()
  const noted = { ...result, totals: { ...result.totals, retries }, target }
  expect(listNotes(noted).join()).toMatch(/90 requests retried.*throttled for 14.0s/)
  const findings = [
    findingOf('throttled', { throttledSeconds: 14, seconds: 60 }),
    findingOf('hidden_failures', { retried: 90, recovered: 80, errorRate: 0, errorRateWithout: 0.08 }),
  ]
  expect(listNotes({ ...noted, findings })).toEqual([])
})
