/**
 * The knobs of the demo service, seen through `observe`: what was turned is what the run reports, and nothing else.
 */
import { expect, onTestFinished, test } from 'vitest'
import type { DemoOptions } from '../../src/demo/options.js'
import { startDemo } from '../../src/demo/spawn.js'
import type { Result } from '../../src/stats/result.js'
import { startSession } from './session.js'

const SCENARIO = `
load: { rate: 250/s, duration: 8s, maxVus: 200 }
observe:
  serverTiming: true
  cache: true
  metrics:
    url: /metrics
    take:
      heap: nodejs_heap_size_used_bytes
      db: rate(db_seconds_sum) / rate(db_seconds_count)
requests:
  - { name: search, get: "/api/services?category=moving&location=Kandy" }
  - { name: details, get: "/api/services/{{ randomInt(1, 1000) }}" }
`

/** Drives a service with these options, and another healthy one at the same time: both have the same machine. */
async function compare(options: Partial<DemoOptions>): Promise<{ turned: Result; healthy: Result }> {
  const measure = async (one: Partial<DemoOptions>) => {
    const demo = await startDemo(one)
    onTestFinished(() => demo.stop())
    const session = startSession({ 's.yaml': SCENARIO })
    const { code, stderr } = await session.perfctl(['run', 's.yaml', '--no-baseline', '-t', demo.url])
    expect(code, stderr).toBe(0)
    return session.results().at(-1)!
  }
  const [turned, healthy] = await Promise.all([measure(options), measure({})])
  return { turned, healthy }
}

const meanOf = ({ requests }: Result, request: string, timing: string) =>
  requests.find(({ name }) => name === request)!.serverTiming![timing]!.mean!

test("a slow database shows in db and in the service's own metric, and not in render", async () => {
  const { turned, healthy } = await compare({ slowDb: 2 })
  const ratioOf = (timing: string) => meanOf(turned, 'details', timing) / meanOf(healthy, 'details', timing)
  // A thousand draws with a tail: the means of two runs differ by some percent.
  expect(ratioOf('db')).toBeGreaterThan(1.8)
  expect(ratioOf('db')).toBeLessThan(2.2)
  expect(ratioOf('render')).toBeGreaterThan(0.9)
  expect(ratioOf('render')).toBeLessThan(1.1)
  const ownMs = ({ target }: Result) => target!.metrics!['db']!.mean * 1000
  expect(ownMs(turned) / meanOf(turned, 'details', 'db')).toBeGreaterThan(0.9)
  expect(ownMs(turned) / meanOf(turned, 'details', 'db')).toBeLessThan(1.15)
}, 60_000)

test('a cold cache warms from second to second, a healthy one is warm', async () => {
  const { turned, healthy } = await compare({ coldCache: true })
  const searches = turned.requests[0]!.requests
  const ratio = 1 - (2000 / searches) * (1 - Math.exp(-searches / 2000))
  expect(Math.abs(turned.requests[0]!.cache!.ratio! - ratio)).toBeLessThan(0.08)
  expect(healthy.requests[0]!.cache!.ratio).toBeGreaterThan(0.95)
  const hits = (result: Result, from: number, to: number) =>
    result.timeline.slice(from, to).reduce((sum, { cacheHits = 0 }) => sum + cacheHits, 0)
  expect(hits(turned, 4, 8)).toBeGreaterThan(1.5 * hits(turned, 0, 4))
  for (const { timeline, totals } of [turned, healthy])
    expect(timeline.reduce((sum, { cacheHits = 0 }) => sum + cacheHits, 0)).toBe(totals.cache!.hits)
}, 60_000)

test('a leak grows the heap', async () => {
  const { turned, healthy } = await compare({ leak: 10e6 })
  const peak = ({ target }: Result) => target!.metrics!['heap']!.max
  expect(peak(turned) - peak(healthy)).toBeGreaterThan(40e6)
}, 60_000)
