import { describe, expect, test } from 'vitest'
import { parseResult } from '../../src/stats/read.js'
import { type Session, startSession } from './session.js'
import { answerAfter, startTarget } from './target.js'

const REQUESTS = `
requests:
  - { name: search, weight: 3, get: "/search/{{ randomInt(1, 40) }}" }
  - { name: details, weight: 1, get: "/details/{{ randomInt(1, 40) }}" }
thresholds: [error_rate < 1%, "search: p95 < 9s"]
`

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
