import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadScenario, run } from '../../dist/index.js'
import { runFleet } from '../../dist/load/fleet/threads.js'
import { Tally } from '../../dist/stats/tally.js'
import { closedLoad, makeTestPlan, openLoad } from '../load/simulate.js'

const seen: string[] = []
const server = createServer((request, response) => {
  seen.push(request.url!)
  response.end('ok')
})
let target = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('a fleet of threads', () => {
  const requests = [
    { weight: 5, path: ['/a/', { type: 'call', name: 'randomInt', args: [1, 1_000_000] }] as never },
    { weight: 2 },
  ]

  async function send(workers: number, iterations: number) {
    seen.length = 0
    const load = closedLoad({ start: 6, stages: [{ durationMs: 20_000, target: 6 }], iterations })
    const tally = new Tally(requests.length)
    const end = await runFleet(
      { ...makeTestPlan({ load, requests }), target },
      {
        workers,
        stop: new AbortController().signal,
        kill: new AbortController().signal,
        onBegin() {},
        onWindow: (_, { sheet }) => {
          tally.addSheet(sheet)
        },
        onWorkerEnd() {},
      },
    )
    return { end, counted: tally.get(0).requests + tally.get(1).requests, paths: [...seen].sort() }
  }

  test('sends exactly the same requests with any number of workers', async () => {
    const [one, three] = [await send(1, 101), await send(3, 101)]
    expect(one.counted).toBe(101)
    expect(three.counted).toBe(101)
    expect(three.paths).toEqual(one.paths)
    expect(one.end.failure).toBeNull()
  })

  test('a worker that fails in the middle loses nothing: neither responses nor requests in flight', async () => {
    const flag = new Int32Array(new SharedArrayBuffer(4))
    let answered = 0
    const half = createServer((request, response) => {
      // One user of each worker waits for a response that doesn't come.
      if (request.url === '/hang') return
      if (++answered >= 50) Atomics.store(flag, 0, 1)
      response.end('ok')
    })
    await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve))
    // A callback that throws an uncaught error, as a socket's may, in the second worker.
    const worker = new URL('../../dist/load/fleet/worker.js', import.meta.url).href
    const program = `
      import '${worker}'
      import { workerData } from 'node:worker_threads'
      const look = () => {
        if (Atomics.load(workerData.plan.flag, 0) === 1) throw new TypeError('boom')
      }
      if (workerData.segment.index === 1) setInterval(look, 5)
    `
    const values = Array.from({ length: 1000 }, (_, n) => (n < 2 ? 'hang' : 'x'))
    const data = { page: { values, pick: 'sequential' } } as const
    const path = ['/', { type: 'data', name: 'page' }] as const
    const load = closedLoad({
      start: 8,
      stages: [{ durationMs: 60_000, target: 8 }],
      thinkTimeMs: [5, 5],
      gracefulStopMs: 0,
    })
    const plan = { ...makeTestPlan({ load, requests: [{ path }], data }), flag }
    const tally = new Tally(1)
    const end = await runFleet(
      { ...plan, target: `http://127.0.0.1:${(half.address() as AddressInfo).port}` },
      {
        workers: 2,
        stop: new AbortController().signal,
        kill: new AbortController().signal,
        onBegin() {},
        onWindow: (_, { sheet }) => tally.addSheet(sheet),
        onWorkerEnd() {},
      },
      new URL(`data:text/javascript,${encodeURIComponent(program)}`),
    )
    half.closeAllConnections()
    half.close()
    expect(end.failure).toMatchObject({ kind: 'crashed', worker: 1, workers: 2, message: 'boom' })
    expect(end.failure!.stack).toMatch(/TypeError: boom\n +at .*look/)
    const { requests, failed, unfinished } = tally.get(0)
    expect(failed).toBe(0)
    expect(unfinished).toBeGreaterThanOrEqual(2)
    // A response may have been on its way when its worker failed.
    expect(requests + unfinished).toBeGreaterThanOrEqual(answered + 2)
    expect(answered).toBeGreaterThanOrEqual(50)
  })

  test("reports workers that can't start, and ends", async () => {
    const plan = makeTestPlan({
      load: openLoad(),
      requests: [{ path: ['/', { type: 'call', name: 'nonsense', args: [] }] as never }],
    })
    let ended = 0
    const end = await runFleet(
      { ...plan, target },
      {
        workers: 2,
        stop: new AbortController().signal,
        kill: new AbortController().signal,
        onBegin() {},
        onWindow() {},
        onWorkerEnd: () => ended++,
      },
    )
    expect(end.failure?.message).toContain('nonsense')
    expect(ended).toBe(2)
  })

  test('stops on request, and aborts requests in flight on a second request', async () => {
    const slow = createServer(() => {})
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    const [stop, kill] = [new AbortController(), new AbortController()]
    const load = closedLoad({ gracefulStopMs: 60_000, stages: [{ durationMs: 60_000, target: 2 }] })
    const tally = new Tally(1)
    const end = await runFleet(
      { ...makeTestPlan({ load }), target: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` },
      {
        workers: 1,
        stop: stop.signal,
        kill: kill.signal,
        onBegin: () => {
          setTimeout(() => stop.abort(), 400)
          setTimeout(() => kill.abort(), 600)
        },
        onWindow: (_, { sheet }) => {
          tally.addSheet(sheet)
        },
        onWorkerEnd() {},
      },
    )
    slow.closeAllConnections()
    slow.close()
    expect(tally.get(0).unfinished).toBe(2)
    expect(end.stoppedMs).toBeGreaterThan(0)
    expect(end.stoppedMs).toBeLessThan(30_000)
  })
})

describe('the library', () => {
  test('runs several scenarios at once in one process, and leaves nothing open', async () => {
    const scenario = await loadScenario(new URL('../../bench/speed/plain.yaml', import.meta.url).pathname)
    const short = { ...scenario, load: closedLoad({ start: 2, stages: [{ durationMs: 1000, target: 2 }] }) }
    const before = handles()
    const frames: number[] = []
    const results = await Promise.all([
      run(short, { target, onProgress: (frame) => frames.push(frame.requests) }),
      run(short, { target: 'demo', seed: 7 }),
      run(short, { target, workers: 2 }),
    ])
    for (const result of results) expect(result.totals.requests).toBeGreaterThan(10)
    expect(results[1]!.seed).toBe(7)
    expect(results[2]!.environment.workers).toBe(2)
    expect(frames.length).toBeGreaterThan(0)
    await vi.waitFor(() => expect(handles()).toEqual(before), 5000)
  })

  test('a signal ends a run normally, with what was measured', async () => {
    const scenario = await loadScenario(new URL('../../bench/speed/plain.yaml', import.meta.url).pathname)
    const long = {
      ...scenario,
      load: closedLoad({ stages: [{ durationMs: 60_000, target: 1 }], thinkTimeMs: [5, 5] }),
    }
    const controller = new AbortController()
    const result = await run(long, {
      target,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    expect(result.interrupted).toBe(true)
    expect(result.verdict).toBe('interrupted')
    expect(result.totals.requests).toBeGreaterThan(0)
    expect(result.durationSeconds).toBeLessThan(30)
  })
})

/** What keeps a process alive, except for the runner's own pipes and the test server's connections. */
function handles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Worker|MessagePort|ProcessWrap/.test(name))
    .sort()
}
