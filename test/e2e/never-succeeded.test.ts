import { describe, expect, test } from 'vitest'
import { startSession } from './session.js'
import { answerAfter, startTarget } from './target.js'

/** One of two requests always gets 503. */
async function startBroken() {
  const { url } = await startTarget((request, response) => {
    response.statusCode = request.url === '/search' ? 503 : 200
    response.end('x')
  })
  return url
}

const shop = (target: string, more = '', expected = '') => `
name: shop
target: ${target}
load: { vus: 2, duration: 1s, thinkTime: 10ms }
requests:
  - { name: search, get: /search${expected} }
  - { name: details, get: /details }
${more}`

describe.concurrent('a request that never succeeds', () => {
  test('fails the run, is named in the first line and in the reports, and makes no baseline', async () => {
    const session = startSession({ 'shop.yaml': shop(await startBroken(), 'thresholds: [throughput > 1/s]') })
    const run = await session.perfctl(['run', 'shop.yaml', '--report', 'junit=out.xml'])
    expect(run.code, run.stderr).toBe(1)
    const first = run.stdout.replace(/\n {2}/g, ' ').split('\n')[0]
    expect(first).toMatch(
      /^✗ Failed: "search" never succeeded: all [\d,]+ requests failed \(status 503\); if that is intended, write expect: \{ status: 503 \}\.$/,
    )
    expect(session.read('out.xml')).toMatch(/name="succeeds" time="0"><failure/)
    const [result] = session.results()
    expect(result).toMatchObject({ verdict: 'failed', neverSucceeded: ['search'] })
    expect(result!.totals.requestRate).toBeGreaterThan(result!.totals.throughput)
    expect(result!.requests[0]!.throughput).toBe(0)
    const made = await session.perfctl([
      'baseline',
      'update',
      '--from',
      `.perfctl/results/${fileOf(session)}`,
    ])
    expect(made.code).not.toBe(0)
    expect(made.stderr).toContain('every try of "search" failed')
    const file = `.perfctl/results/${fileOf(session)}`
    const updated = await session.perfctl(['baseline', 'update', 'shop.yaml', '--baseline', 'made.json'])
    expect(updated.code, updated.stderr).toBe(1)
    expect(updated.stderr).toContain('no baseline was made of "shop": every try of "search" failed')
    const compared = await session.perfctl(['compare', file, file])
    expect(compared.code, compared.stdout).toBe(1)
    expect(compared.stdout).toMatch(/^✗ Failed: "search" never succeeded/)
  })

  test.each([
    ['the status is expected', '', ', expect: { status: 503 }'],
    ['a threshold of the request allows it', 'thresholds: ["search: error_rate <= 100%"]', ''],
    ['a threshold of the run allows it', 'thresholds: [error_rate <= 100%]', ''],
  ])('passes where %s', async (_, more, expected) => {
    const session = startSession({ 'shop.yaml': shop(await startBroken(), more, expected) })
    const run = await session.perfctl(['run', 'shop.yaml'])
    expect(run.code, run.stdout).toBe(0)
    expect(session.results()[0]!.neverSucceeded).toEqual([])
  })

  test('fails several runs together, and merged shards', async () => {
    const session = startSession({ 'shop.yaml': shop(await startBroken()) })
    const runs = await session.perfctl(['run', 'shop.yaml', '--runs', '2', '--results-dir', 'runs'])
    expect(runs.code, runs.stdout).toBe(1)
    for (const shard of ['1/2', '2/2']) {
      const { code } = await session.perfctl(['run', 'shop.yaml', '--shard', shard, '--seed', '1'])
      expect(code).toBe(0)
    }
    const files = session.results().map(({ shard }) => shard!.index)
    expect(files.sort()).toEqual([1, 2])
    const merged = await session.perfctl(['merge', ...namesOf(session)])
    expect(merged.code, merged.stderr).toBe(1)
    expect(merged.stdout).toMatch(/^✗ Failed: "search" never succeeded/)
  })

  test.each(['a', 'b'])(
    'fails an A/B session, on side %s',
    async (dead) => {
      const urls: Record<string, string> = {
        a: (await startTarget(answerAfter(5))).url,
        b: (await startTarget(answerAfter(5))).url,
      }
      urls[dead] = await startBroken()
      const session = startSession({ 'shop.yaml': shop('http://127.0.0.1:1') })
      const ab = await session.perfctl([
        ...['ab', 'shop.yaml', '--a', urls['a']!, '--b', urls['b']!, '--max-duration', '10s'],
      ])
      expect(ab.code, ab.stdout + ab.stderr).toBe(1)
      expect(ab.stdout).toMatch(
        dead === 'a'
          ? /^✗ Failed: "search" never succeeded on side\s+a/
          : /^✗ Failed: "search" never succeeded/,
      )
      expect(ab.stdout).not.toMatch(/(search|whole run) .*improved/)
      expect(session.results()).toHaveLength(2)
    },
    120_000,
  )
})

function namesOf(session: ReturnType<typeof startSession>): string[] {
  return session.results().map((result) => {
    const time = result.startedAt.replace(/[:.]/g, '-')
    const { index, of } = result.shard!
    return `.perfctl/results/shop-${time}-shard-${index}-of-${of}.json`
  })
}

function fileOf(session: ReturnType<typeof startSession>): string {
  return `shop-${session.results()[0]!.startedAt.replace(/[:.]/g, '-')}.json`
}
