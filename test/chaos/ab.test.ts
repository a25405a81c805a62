/**
 * One of two sides dies during an A/B session.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startSession } from '../e2e/session.js'
import { GOOD } from './http1-faults.js'
import { GOOD_STREAM } from './http2-faults.js'
import { startService } from './service.js'

describe.concurrent('a session of which b dies', () => {
  test.each([
    ['HTTP/1.1', '{}'],
    ['HTTP/2, shared', '{ http2: true, connections: 2 }'],
  ])('ends, is saved, and b is not the faster one, %s', async (_, http) => {
    const well = { http1: () => GOOD, http2: () => GOOD_STREAM }
    const [a, b] = [await startService(well), await startService(well)]
    const session = startSession({
      'ab.yaml': `load: { vus: 4, duration: 6s, thinkTime: 5ms, gracefulStop: 1s }\nhttp: ${http}\nrequests: [{ name: get, get: "/r/{{ iteration() }}" }]\n`,
    })
    const urls = [a, b].map(({ port }) => `http://127.0.0.1:${port}`)
    const running = session.perfctl([
      'ab',
      'ab.yaml',
      '--a',
      urls[0]!,
      '--b',
      urls[1]!,
      '--max-duration',
      '10s',
    ])
    let isOver = false
    void running.then(() => {
      isOver = true
    })
    while (b.arrivals.size < 100 && !isOver) await sleep(20)
    await b.stop()
    const { code, stdout, stderr } = await running
    await a.stop()
    expect(code, stdout + stderr).toBeOneOf([1, 3])
    expect(stdout).not.toMatch(/throughput.*improved/)
    const results = session.results()
    expect(results.map((result) => result.session!.side).sort()).toEqual(['a', 'b'])
    const [ofA, ofB] = ['a', 'b'].map((side) => results.find((result) => result.session!.side === side)!)
    expect(ofA!.totals.failed).toBe(0)
    expect(ofB!.totals.errors.map(({ kind }) => kind)).toContain('connect')
    for (const { kind } of ofB!.totals.errors) expect(kind).toBeOneOf(['connect', 'reset'])
    const good = ofB!.totals.requests - ofB!.totals.failed
    expect(good).toBeGreaterThanOrEqual(b.arrivals.size - 10)
    expect(good).toBeLessThanOrEqual(b.arrivals.size)
  })
})
