import { describe, expect, test } from 'vitest'
import { type FleetEnd, type FleetOptions, runFleet } from '../../../src/load/fleet/threads.js'
import { closedLoad, makeTestPlan } from '../simulate.js'

/** A thread that reports ready and then runs `body`. `say` posts a report; `begin` is called at the beginning. */
function program(body: string): URL {
  const text = `
    import { parentPort, workerData } from 'node:worker_threads'
    const say = (report) => parentPort.postMessage(report)
    const isFirst = workerData.segment.index === 0
    const end = (stoppedMs, more = {}) => { say({ type: 'end', end: { stoppedMs, ...more } }); parentPort.close() }
    const on = { begin() {}, stop() {}, kill() {} }
    parentPort.on('message', ({ type }) => on[type]())
    ${body}
    say({ type: 'ready' })
  `
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

const HANG = 'for (;;) ;'
const GOOD_END = 'end(1000)'

interface Outcome {
  readonly end: FleetEnd
  readonly windows: string[]
  readonly ended: readonly number[]
}

async function run(body: string, options: Partial<FleetOptions> = {}, gracefulStopMs = 0): Promise<Outcome> {
  const load = closedLoad({ start: 4, stages: [{ durationMs: 1000, target: 4 }], gracefulStopMs })
  const windows: string[] = []
  const ended: number[] = []
  const end = await runFleet(
    makeTestPlan({ load }),
    {
      workers: 2,
      stop: new AbortController().signal,
      kill: new AbortController().signal,
      onBegin() {},
      onWindow: (worker, { index }) => windows.push(`${worker}: ${index}`),
      onWorkerEnd: (worker) => ended.push(worker),
      ...options,
    },
    program(body),
  )
  return { end, windows, ended: ended.sort() }
}

/** One worker reports its first second and then fails; the other one ends when told to stop. */
const oneGoesWrong = (how: string) => `
  on.begin = () => {
    say({ type: 'window', window: { index: 0 } })
    if (isFirst) { ${how} }
  }
  on.stop = () => ${GOOD_END}
`

describe('a failed worker loses no measurements', () => {
  test('one that runs out of memory', async () => {
    const error = "Object.assign(new Error('heap limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })"
    const { end, windows, ended } = await run(oneGoesWrong(`process.nextTick(() => { throw ${error} })`))
    expect(end.failure).toMatchObject({ kind: 'memory', worker: 0, workers: 2, workedMs: 1000 })
    expect(end.stoppedMs).toBe(1000)
    expect(windows.sort()).toEqual(['0: 0', '1: 0'])
    expect(ended).toEqual([0, 1])
  })

  test('one that exits without a report', async () => {
    const { end, ended } = await run(oneGoesWrong('process.exit(7)'))
    expect(end.failure).toMatchObject({
      kind: 'crashed',
      worker: 0,
      message: 'its thread exited with code 7',
    })
    expect(ended).toEqual([0, 1])
  })

  test('one that reports its error', async () => {
    const fault = `{ fault: { message: 'boom', stack: 'Error: boom at x', code: null } }`
    const { end } = await run(oneGoesWrong(`end(400, ${fault})`))
    expect(end.failure).toMatchObject({ kind: 'crashed', message: 'boom', stack: 'Error: boom at x' })
    expect(end.failure!.workedMs).toBe(400)
    expect(end.stoppedMs).toBe(1000)
  })

  test('one that hangs is terminated, and its reports are kept', async () => {
    const { end, windows, ended } = await run(oneGoesWrong(HANG).replace('on.stop', `on.kill`))
    expect(end.failure).toMatchObject({ kind: 'stuck', worker: 0, workedMs: 1000 })
    expect(windows.sort()).toEqual(['0: 0', '1: 0'])
    expect(ended).toEqual([0, 1])
  })

  test('one that hangs before it is ready', async () => {
    const stop = AbortSignal.timeout(100)
    const { end } = await run(HANG, { stop })
    expect(end.failure).toMatchObject({ kind: 'stuck', workedMs: null })
  })

  test('one that has reported its end but does not exit is no failure', async () => {
    const stays = 'setInterval(() => {}, 1000); parentPort.close = () => {}'
    const { end } = await run(`${stays}\non.begin = () => ${GOOD_END}`)
    expect(end).toEqual({ stoppedMs: 1000, failure: null })
  })
})

test('the second Ctrl-C does not wait for a hanging worker, however long the timeout', async () => {
  const [stop, kill] = [new AbortController(), new AbortController()]
  const begun = performance.now()
  const { end } = await run(
    `on.begin = () => { say({ type: 'window', window: { index: 0 } }); if (isFirst) ${HANG} }
     on.kill = () => ${GOOD_END}`,
    {
      stop: stop.signal,
      kill: kill.signal,
      onWindow: () => {
        stop.abort()
        kill.abort()
      },
    },
    600_000,
  )
  expect(end.failure).toMatchObject({ kind: 'stuck', worker: 0 })
  expect(performance.now() - begun).toBeLessThan(20_000)
})

test('an error in a report stops the run, and does not end the program', async () => {
  const { end } = await run(oneGoesWrong(''), {
    onWindow: () => {
      throw new TypeError('no such window')
    },
  })
  expect(end.failure).toMatchObject({ kind: 'crashed', message: 'no such window' })
  expect(end.failure!.stack).toContain('TypeError')
})
