import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, type TestContext, test } from 'vitest'
import { now } from '../../../src/base/clock.js'
import { MetricsWatch } from '../../../src/run/metrics/metrics-watch.js'
import { observe, startExporter } from './exporter.js'

const NEVER = new AbortController().signal

/** Watches a service whose page is made for each scrape, for so many seconds. `page` may return null: it doesn't answer. */
async function watch(
  context: TestContext,
  metrics: string,
  page: (seconds: number, scrape: number) => string | null,
  { seconds = 3, aheadMs = 0 } = {},
) {
  let scrapes = 0
  let open = 0
  let mostOpen = 0
  let began = now()
  const target = await startExporter((request, response) => {
    open++
    mostOpen = Math.max(mostOpen, open)
    request.socket.once('close', () => open--)
    response.once('finish', () => request.socket.removeAllListeners('close') && open--)
    const text = page((now() - began) / 1000, scrapes++)
    if (text !== null) response.end(text)
  }, context)
  const { metrics: observed, ...rest } = observe(metrics, { target })
  const watched = await MetricsWatch.open(observed, { ...rest, kill: NEVER })
  began = now() + aheadMs
  watched.begin(aheadMs)
  await sleep(seconds * 1000 + aheadMs)
  await watched.end()
  await watched.end()
  return { record: watched.record(), watched, mostOpen }
}

const take = (text: string) => `{ url: /metrics, take: { ${text} } }`

describe.concurrent('metrics', () => {
  test('of a gauge and of a counter are near the truth, second by second', async (context) => {
    const { record, watched } = await watch(
      context,
      take('gauge: gauge, rate: rate(counter_total), ratio: rate(sum_seconds_sum) / rate(sum_seconds_count)'),
      (seconds) =>
        `gauge ${500 + 50 * seconds}\ncounter_total ${137 * seconds}\nsum_seconds_sum ${seconds}\nsum_seconds_count ${20 * seconds}\n`,
      { seconds: 4 },
    )
    expect(record.failures).toEqual([])
    expect(record.seconds.map(({ second }) => second)).toEqual([0, 1, 2, 3])
    expect(Math.abs(record.metrics['rate']!.mean / 137 - 1)).toBeLessThan(0.05)
    expect(Math.abs(record.metrics['gauge']!.mean / 625 - 1)).toBeLessThan(0.05)
    expect(record.metrics['ratio']).toMatchObject({ unit: 'seconds' })
    expect(record.metrics['ratio']!.mean).toBeCloseTo(0.05, 6)
    const { min, max, last } = record.metrics['gauge']!
    expect(min).toBeLessThan(max)
    expect(last).toBe(max)
    expect(watched.latestFigures.map(({ name }) => name)).toEqual(['gauge', 'rate', 'ratio'])
  })

  test('of a service that restarts in the middle count from 0', async (context) => {
    const { record } = await watch(
      context,
      take('rate: rate(counter_total)'),
      (seconds) => `counter_total ${seconds < 2 ? 1e6 + 100 * seconds : 100 * (seconds - 2)}\n`,
      { seconds: 4 },
    )
    const { min, max } = record.metrics['rate']!
    expect(max).toBeLessThan(120)
    // The restart hides what was counted before it, in its second.
    expect(min).toBeGreaterThanOrEqual(0)
  })

  test('of a source that hangs are missing for that time, one scrape at a time, and the rest is right', async (context) => {
    const { record, mostOpen } = await watch(
      context,
      take('rate: rate(counter_total)'),
      (seconds, scrape) => (scrape === 2 || scrape === 3 ? null : `counter_total ${100 * seconds}\n`),
      { seconds: 5 },
    )
    expect(record.failures).toMatchObject([
      {
        kind: 'timeout',
        source: 'metrics',
        scrapes: { failed: 2, reason: 'no complete response within 900ms' },
      },
    ])
    expect(record.failures[0]!.message).toMatch(
      /^2 of [56] scrapes failed: no complete response within 900ms$/,
    )
    expect(Math.abs(record.metrics['rate']!.mean / 100 - 1)).toBeLessThan(0.05)
    expect(record.seconds.length).toBeLessThan(5)
    expect(mostOpen).toBe(1)
  })

  test('of a source that fails for good are not shown as the latest', async (context) => {
    const { record, watched } = await watch(
      context,
      take('gauge: gauge'),
      (_, scrape) => (scrape < 3 ? 'gauge 5\n' : '<html>'),
      { seconds: 5 },
    )
    expect(record.metrics['gauge']).toMatchObject({ last: 5 })
    expect(watched.latestFigures).toEqual([])
  })

  test('that a page does not have are named, with what it has instead', async (context) => {
    const { record } = await watch(
      context,
      take(
        '"heap": heap_byte, errors: "rate(http_total{code=\\"500\\"})", fine: heap_bytes, zero: heap_bytes / none_total',
      ),
      () => 'heap_bytes 1\nhttp_total{code="200"} 1\nnone_total 0\n',
      { seconds: 1.2 },
    )
    expect(record.failures.map(({ kind, message }) => [kind, message])).toEqual([
      ['no_series', 'no series matches heap_byte, so metrics.heap has no figure; did you mean "heap_bytes"?'],
      ['no_series', 'no series matches http_total{code="500"}, so metrics.errors has no figure'],
    ])
    expect(record.metrics).toMatchObject({ heap: null, errors: null, zero: null, fine: { mean: 1 } })
  })

  test('show no secret that a page repeats', async (context) => {
    const { record } = await watch(
      context,
      '{ url: "/metrics?token=abcdef123456", take: { heap: heap_bytes } }',
      () => '<html>no access with abcdef123456</html>',
      { seconds: 1 },
    )
    expect(record.failures[0]!.message).toContain('no access with [redacted]')
    expect(record.failures[0]!.kind).toBe('format')
  })

  test('of less than a second have one figure', async (context) => {
    const { record } = await watch(context, take('gauge: gauge'), () => 'gauge 7\n', { seconds: 0.4 })
    expect(record.metrics).toEqual({ gauge: { mean: 7, min: 7, max: 7, last: 7 } })
    expect(record.seconds).toEqual([{ second: 0, metrics: { gauge: 7 } }])
  })

  test('are not read if the load ends in the warm-up, nor after a kill', async (context) => {
    const target = await startExporter((_, response) => response.end('gauge 7\n'), context)
    for (const isKilled of [false, true]) {
      const { metrics, ...rest } = observe(take('gauge: gauge'), { target })
      const kill = new AbortController()
      const watched = await MetricsWatch.open(metrics, { ...rest, kill: kill.signal })
      watched.begin(isKilled ? 0 : 60_000)
      if (isKilled) kill.abort()
      await watched.end()
      expect(watched.record()).toEqual({ metrics: { gauge: null }, seconds: [], failures: [] })
    }
  })
})
