/**
 * The capacities of two real services in one session. The machine may be busy, so the services differ a lot or not at all.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Slots } from '../../src/demo/slots.js'
import { interfere } from './programs.js'
import { startSession } from './session.js'
import { startTarget } from './target.js'

const SCENARIO = `
name: shop
load: { rate: 10/s, maxVus: 200, gracefulStop: 1s }
capacity: { from: 20/s, trial: 1s, settle: 300ms, sum: 5s, width: 20% }
requests:
  - { name: search, get: /search }
before:
  - { name: fill, post: /fill }
after:
  - { name: clear, delete: /all }
thresholds:
  - p95 < 500ms
baseline: { tolerance: { capacity: 40% } }
`

/** Services that carry so many requests per second; `arrivals` has the side of each, in order. */
async function startBoth(a: number, b: number) {
  const arrivals: string[] = []
  const start = (side: string, perSecond: number) => {
    const slots = new Slots(perSecond)
    return startTarget(({ method }, response) => {
      if (method !== 'GET') return response.end('done')
      arrivals.push(side)
      const now = performance.now()
      return setTimeout(() => response.end('fine'), slots.take(now) - now)
    })
  }
  const targets = [await start('a', a), await start('b', b)] as const
  const urls = ['--a', targets[0].url, '--b', targets[1].url]
  return { session: startSession({ 'shop.yaml': SCENARIO }), targets, urls, arrivals }
}

const IS_LINUX = process.platform === 'linux'

const AB = ['ab', 'shop.yaml', '--capacity']
const oneLine = (text: string) => text.replace(/\s+/g, ' ')

describe.concurrent('in one session', () => {
  test('of two versions, the one that carries less is found; only one is sent anything at a time', async () => {
    const { session, targets, urls, arrivals } = await startBoth(150, 30)
    const { code, stdout, stderr } = await session.perfctl([...AB, ...urls, '--max', '100/s'])
    expect(code, stdout + stderr).toBe(1)
    expect(oneLine(stdout)).toMatch(/✗ Regressed: side b of "shop" carries .* less than side a's \d/)
    expect(stdout).toContain('Side a\n')
    expect(stderr).toMatch(/a: {2}20\.0\/s for 1s: carried \d/)

    const [a, b] = session.results()
    expect(a!.session).toEqual({ ...b!.session, side: 'a' })
    expect(b).toMatchObject({ session: { side: 'b' }, verdict: 'regressed', comparison: { inTurns: true } })
    expect(b!.capacity!.against).toEqual(a!.capacity)
    expect(b!.capacity!.check).toMatchObject({ by: 'ab', isCarried: false })
    expect(a!.capacity!.lower!).toBeGreaterThan(b!.capacity!.upper!)

    // As many turns as trials, and a first look at each.
    const turns = a!.capacity!.trials.length + b!.capacity!.trials.length + 2
    const changes = arrivals.filter((side, index) => index > 0 && side !== arrivals[index - 1]).length
    expect(changes).toBeGreaterThan(4)
    expect(changes).toBeLessThanOrEqual(turns)
    for (const { seen } of targets)
      expect([seen.counts['POST /fill'], seen.counts['DELETE /all']]).toEqual([1, 1])

    const files = ['a', 'b'].map((side) => `.perfctl/results/shop-capacity-${a!.session!.id}-${side}.json`)
    const again = await session.perfctl(['compare', ...files])
    expect(again.code, again.stdout + again.stderr).toBe(1)
  }, 300_000)

  test('the same version twice, started by a command, passes', async () => {
    const session = startSession({ 'shop.yaml': SCENARIO })
    const command = `node -e "require('http').createServer((q, r) => setTimeout(() => r.end('fine'), 3)).listen(process.env.PORT)"`
    const { code, stdout, stderr } = await session.perfctl([
      ...AB,
      '--a-command',
      command,
      '--null',
      '--max',
      '40/s',
    ])
    expect(code, stdout + stderr).toBe(0)
    expect(oneLine(stdout)).toContain(
      "the most that was tried, within its limits, as much as side a's 40.0/s",
    )
    const [a, b] = session.results()
    expect([a, b].map((side) => side!.capacity!.end)).toEqual(['max_carried', 'max_carried'])
    // What perfctl started is observed.
    for (const trial of [a, b].flatMap((side) => side!.capacity!.trials))
      expect((trial.cpuCores ?? 0) > 0).toBe(IS_LINUX)
    expect(stdout.match(/errors +cores +met/g)?.length).toBe(IS_LINUX ? 2 : undefined)
    // Both were stopped.
    for (const { scenario } of [a!, b!]) await expect(fetch(scenario.target)).rejects.toThrow()
  }, 300_000)

  test.runIf(IS_LINUX)(
    'a side that can not be observed is named, and the other one is observed',
    async () => {
      const { url } = await startTarget((_, response) => response.end('fine'))
      const session = startSession({ 'shop.yaml': `${SCENARIO}observe: { process: auto }\n` })
      const command = `node -e "require('http').createServer((q, r) => r.end('fine')).listen(process.env.PORT)"`
      const sides = ['--a', url, '--b-command', command, '--max', '40/s']
      const { code, stdout, stderr } = await session.perfctl([...AB, ...sides])
      expect(code, stdout + stderr).toBe(0)
      expect(stderr).toContain(
        'warning: side a: no CPU time and memory of the service: perfctl did not start the service',
      )
      const [a, b] = session.results().map(({ capacity }) => capacity!.trials)
      expect(a!.filter(({ cpuCores }) => cpuCores !== undefined)).toEqual([])
      expect(b!.filter(({ cpuCores }) => cpuCores === undefined)).toEqual([])
    },
    300_000,
  )

  test('a version that does not carry the first load, as the other does, is a regression', async () => {
    const { session, urls } = await startBoth(150, 8)
    const { code, stdout, stderr } = await session.perfctl([...AB, ...urls, '--max', '40/s'])
    expect(code, stdout + stderr).toBe(1)
    expect(oneLine(stdout)).toMatch(/✗ Regressed: side b of "shop" .*, less than side a's 40\.0\/s/)
    expect(session.results()[1]!.capacity).toMatchObject({ lower: null, end: 'from_missed' })
  }, 300_000)

  test('Ctrl-C ends a session with what is known of both, and cleans up', async () => {
    const { session, targets, urls } = await startBoth(150, 150)
    const { code, stdout, stderr } = await interfere([...AB, ...urls], session.cwd, {
      what: 'b:  20.0/s',
      act: (child) => child.kill('SIGINT'),
    })
    expect(code, stdout + stderr).toBe(130)
    expect(oneLine(stdout)).toMatch(/! Interrupted: .*side b of "shop".*, as far as it is known/)
    const results = session.results()
    expect(results).toHaveLength(2)
    for (const { interrupted, verdict, capacity, comparison } of results) {
      expect({ interrupted, verdict, comparison }).toEqual({
        interrupted: true,
        verdict: 'interrupted',
        comparison: null,
      })
      expect(capacity!.trials.length).toBeGreaterThan(0)
    }
    expect(results[1]!.capacity!.against).toEqual(results[0]!.capacity)
    for (const { seen } of targets) expect(seen.counts['DELETE /all']).toBe(1)
  }, 150_000)

  test('a version that is killed on the way fails the session', async () => {
    const { session, urls } = await startBoth(150, 150)
    const server = createServer((_, response) => response.end('fine')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const b = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const flags = [...urls.slice(0, 2), '--b', b, '--max', '40/s']
    const { code, stdout, stderr } = await interfere([...AB, ...flags], session.cwd, {
      what: 'b:  20.0/s',
      act: () => {
        server.close()
        server.closeAllConnections()
      },
    })
    expect(code, stdout + stderr).toBe(1)
    expect(oneLine(stdout)).toContain('✗ Failed: side b: no request reached it for 10s')
    for (const { verdict, comparison, capacity } of session.results()) {
      expect({ verdict, comparison }).toEqual({ verdict: 'failed', comparison: null })
      expect(capacity!.trials.length).toBeGreaterThan(0)
    }
  }, 300_000)

  test('a version that is not there ends it before anything is sent, and is named', async () => {
    const { session, urls, arrivals } = await startBoth(150, 150)
    const flags = [...urls.slice(0, 2), '--b-command', 'exit 3']
    const { code, stdout, stderr } = await session.perfctl([...AB, ...flags])
    expect(code, stdout + stderr).toBe(3)
    expect(oneLine(stdout)).toContain('✗ Error: `exit 3` exited before it was ready (code 3)')
    expect(session.results().map(({ verdict }) => verdict)).toEqual(['error', 'error'])
    expect(arrivals).toEqual([])
  }, 60_000)
})
