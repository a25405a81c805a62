import { describe, expect, test } from 'vitest'
import { parseResult } from '../../src/stats/read.js'
import { startReceiver } from '../report/live/stream/receiver.js'
import { type Session, startSession } from './session.js'
import { answerAfter, startTarget } from './target.js'

const REQUESTS = `
requests:
  - { name: search, weight: 3, get: "/search/{{ randomInt(1, 40) }}" }
  - { name: details, weight: 1, get: "/details/{{ randomInt(1, 40) }}" }
thresholds: [error_rate < 1%, "search: p95 < 9s"]
`

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString()

/** Runs all shards at once, as on several machines with different numbers of workers. Returns their files. */
async function runShards(session: Session, url: string, count: number): Promise<string[]> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, i) => {
      const shard = ['--shard', `${i + 1}/${count}`, '--seed', '42', '--workers', String(i + 1)]
      return session.perfctl([
        'run',
        'shop.yaml',
        '-t',
        url,
        ...shard,
        '-q',
        '--report',
        `json=${i + 1}.json`,
      ])
    }),
  )
  for (const { code, stdout, stderr } of outcomes) expect(code, stdout + stderr).toBe(0)
  return outcomes.map((_, i) => `${i + 1}.json`)
}

describe('a load split across machines', () => {
  test.each([
    ['iterations of users', '{ vus: 9, iterations: 301 }'],
    ['iterations of arrivals', '{ rate: 200/s, duration: 30s, iterations: 301 }'],
    ['random arrivals', '{ rate: 100/s, duration: 2s, arrivals: poisson }'],
  ])(
    'sends the %s that one machine would, request by request',
    async (_, load) => {
      const [alone, shared] = [await startTarget(answerAfter(2)), await startTarget(answerAfter(2))]
      const session = startSession({ 'shop.yaml': `load: ${load}${REQUESTS}` })
      await session.perfctl([
        'run',
        'shop.yaml',
        '-t',
        alone.url,
        '--seed',
        '42',
        '--report',
        'json=whole.json',
      ])
      const files = await runShards(session, shared.url, 3)
      expect(shared.seen.counts).toEqual(alone.seen.counts)

      const merged = await session.perfctl(['merge', ...files, '-o', 'merged.json'])
      expect(merged.code, merged.stdout + merged.stderr).toBe(0)
      const [before, after] = ['whole.json', 'merged.json'].map((file) =>
        parseResult(session.read(file), file),
      )
      const countsOf = ({ requests }: typeof before & object) =>
        requests.map(({ name, requests: count, windows }) => [
          name,
          count,
          windows.reduce((sum, window) => sum + window.requests, 0),
        ])
      expect(countsOf(after!)).toEqual(countsOf(before!))
      expect(after!.totals.latency.count).toBe(before!.totals.latency.count)
      expect(after!.shards).toHaveLength(3)
      expect(after!.environment.workers).toBe(6)
      expect(after!.thresholds.map(({ passed }) => passed)).toEqual([true, true])
    },
    60_000,
  )

  test('starts at one moment, numbered by the CI system, and arrives in one place', async () => {
    const [target, store] = [await startTarget(answerAfter(2)), await startReceiver()]
    const session = startSession({ 'shop.yaml': `load: { rate: 50/s, duration: 1s }${REQUESTS}` })
    const startAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4000)
    const run = (index: number) =>
      session.perfctl(
        [
          ...['run', 'shop.yaml', '-t', target.url, '--seed', '42', '--workers', '1'],
          ...['--shard', 'auto', '--start-at', startAt.toISOString(), '--result-to', `${store.url}/`],
        ],
        { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: '2' },
      )
    const outcomes = await Promise.all([run(1), run(2)])
    for (const { code, stderr } of outcomes) {
      expect(code, stderr).toBe(0)
      expect(stderr).toMatch(/, starts at \S+Z \(in \ds\)\n/)
    }
    for (const [index, { path, body }] of store.posts.entries()) {
      expect(path).toMatch(/-shard-[12]-of-2\.json$/)
      session.write(`${index}.json`, body.toString())
      const { startedAt } = parseResult(body.toString(), 'x')
      // The load may not start earlier, and this machine does other work, too.
      const lateMs = Date.parse(startedAt) - startAt.getTime()
      expect(lateMs).toBeGreaterThanOrEqual(-20)
      expect(lateMs).toBeLessThan(1500)
    }
    const merged = await session.perfctl(['merge', '0.json', '1.json'])
    expect(merged.code, merged.stdout + merged.stderr).toBe(0)
  }, 30_000)

  test('that can’t be sent anywhere is exit 3, and saved', async () => {
    const target = await startTarget(answerAfter(2))
    const store = await startReceiver((response) => response.writeHead(403).end())
    const session = startSession({ 'shop.yaml': `load: { vus: 1, iterations: 3 }${REQUESTS}` })
    const to = ['--result-to', `${store.url}/x?sig=secret`]
    const { code, stderr } = await session.perfctl(['run', 'shop.yaml', '-t', target.url, ...to])
    expect(code).toBe(3)
    expect(stderr).toContain(`could not be sent to ${store.url}/x: status 403`)
    expect(stderr).not.toContain('secret')
    expect(session.results()).toHaveLength(1)
  })

  test('is not judged part by part', async () => {
    const target = await startTarget((_, response) => response.writeHead(500).end())
    const session = startSession({
      'shop.yaml': `load: { vus: 2, iterations: 20 }${REQUESTS}baseline: { file: base/shop.json }`,
    })
    const files = await runShards(session, target.url, 2)
    const [shard] = session.results()
    expect(shard).toMatchObject({ verdict: 'passed', thresholds: [], comparison: null })
    expect(shard!.shard).toMatchObject({
      of: 2,
      limits: { thresholds: ['error_rate < 1%', 'search: p95 < 9s'], baseline: 'base/shop.json' },
    })
    const merged = await session.perfctl(['merge', ...files])
    expect(merged.code).toBe(1)
    expect(merged.stdout).toMatch(/^✗ Failed: "search" never succeeded/)
    expect(merged.stdout).toMatch(/error_rate < 1% +100% +✗ not met/)
  })

  test.each([
    [['--shard', '1/2'], '--shard needs --seed'],
    [['--shard', '3/2', '--seed', '1'], '--shard 3/2: must be k/n with k from 1 to n'],
    [['--shard', '1/2', '--seed', '1', '--runs', '2'], "--shard can't be used with --runs"],
    [
      ['--shard', '1/2', '--seed', '1', '--require-baseline'],
      "--shard can't be used with --require-baseline",
    ],
    [['--shard', '1/2', '--seed', '1', '--confirm', 'ab'], "--shard can't be used with --confirm"],
    [['--shard', 'auto', '--seed', '1'], '--shard auto: no variable of Kubernetes, GitLab'],
    [['--start-at', '2020-01-01T00:00:00Z'], '--start-at 2020-01-01T00:00:00Z: was '],
    [['--start-at', IN_AN_HOUR, '--runs', '2'], "--start-at can't be used with --runs"],
    [['--result-to', 'store'], '--result-to: not an http or https URL'],
    [['--shard', '1/7', '--seed', '1'], "6 virtual users can't be split across 7 machines"],
  ])('%j is refused before anything is sent', async (flags, message) => {
    const target = await startTarget(answerAfter(0))
    const session = startSession({ 'shop.yaml': `load: { vus: 6, iterations: 9 }${REQUESTS}` })
    const { code, stderr } = await session.perfctl(['run', 'shop.yaml', '-t', target.url, ...flags])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(target.seen.counts).toEqual({})
  })

  test("can't become a baseline", async () => {
    const session = startSession({ 'shop.yaml': `load: { vus: 6, iterations: 9 }${REQUESTS}` })
    const update = ['baseline', 'update', 'shop.yaml', '--shard', '1/2', '--seed', '1']
    const { code, stderr } = await session.perfctl(update)
    expect(code).toBe(2)
    expect(stderr).toContain('perfctl baseline update --from FILE')
  })
})
