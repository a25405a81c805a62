import { describe, expect, test } from 'vitest'
import markdown from '../../src/report/formats/markdown.js'
import { listNotes } from '../../src/report/notes.js'
import type { GeneratorHealth, Result } from '../../src/stats/result.js'
import { SHOP, simulate } from '../verdict/simulate.js'

const run: Result = simulate(SHOP, { seed: 1, seconds: 10 })

const withSome = (generator: Partial<GeneratorHealth>, totals: Partial<Result['totals']> = {}): Result => ({
  ...run,
  generator: { ...run.generator, ...generator },
  totals: { ...run.totals, ...totals },
})

describe('latencies that include late sending', () => {
  const reasons = ['5 % of the requests were sent 3.7ms late or more: send less']

  test.each([
    [50, 'p50 and above include late sending by the load generator: 5 % of'],
    [95, 'p95 and above include late sending by the load generator: 5 % of'],
    [99, 'p99 includes late sending by the load generator: 5 % of'],
  ] as const)('from p%i', (lateFrom, words) => {
    expect(listNotes(withSome({ lateFrom, reasons }))).toEqual([expect.stringContaining(words)])
  })

  test('are said once when the generator was the bottleneck, too', () => {
    const notes = listNotes(withSome({ saturated: true, lateFrom: 95, reasons }))
    expect(notes).toEqual([`the load generator was the bottleneck: ${reasons[0]}`])
  })

  test('are not mentioned while sending is on time', () => {
    expect(listNotes(withSome({}))).toEqual([])
  })
})

test('a pull request shows what the terminal does', () => {
  const text = markdown.render(withSome({}, { dropped: 120, unfinished: 3 }))
  expect(text).toContain('> 120 arrivals (')
  expect(text).toContain('> 3 requests still in flight at the end')
})

test('a service that was degraded before the load is said everywhere', () => {
  const ready = {
    url: 'http://shop/up\u001b',
    tries: 2,
    waitedMs: 900,
    latencyMs: 612.4,
    limitMs: 500,
    degraded: true,
  }
  const note =
    'the service was degraded before the load: http://shop/up\\u001b took 612ms to answer, longer than 500ms'
  expect(listNotes({ ...run, ready })).toEqual([note])
  expect(markdown.render({ ...run, ready })).toContain('longer than 500ms')
  expect(listNotes({ ...run, ready: { ...ready, degraded: false } })).toEqual([])
})
