import { spawn } from 'node:child_process'
import { platform } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openWatch, type Watched } from '../../../src/run/process/watch.js'
import type { Observe } from '../../../src/scenario/model/observe.js'

const HTTP = { timeoutMs: 1000 } as Watched['plan']['http']

async function failureOf(process: Observe['process'], target: string) {
  const plan = { target, http: HTTP }
  const watch = await openWatch({
    observe: { ...(process && { process }) },
    plan,
    started: null,
    isShard: false,
  })
  return watch?.figures(1, []).failures.map(({ kind }) => kind)
}

test('nothing is watched unless the scenario says so', async () => {
  expect(await failureOf(undefined, 'http://127.0.0.1')).toBe(undefined)
})

test.runIf(platform() === 'linux').each([
  ['http://192.0.2.1:3000', { port: 3000 }, 'other_machine'],
  ['http://[2001:db8::1]', { pid: 1 }, 'other_machine'],
  ['http://localhost:3000', { port: 9 }, 'no_process'],
  ['http://127.0.0.2:3000', { pid: 4_194_304 }, 'no_process'],
  ['http://[::1]:3000', { pid: 4_194_304 }, 'no_process'],
  ['http://localhost:3000', 'auto', 'not_started'],
] as const)('of %s, %o is not watched: %s', async (target, process, kind) => {
  expect(await failureOf(process, target)).toEqual([kind])
})

test('a shard is not watched', async () => {
  const plan = { target: 'http://localhost', http: HTTP }
  const watch = await openWatch({ observe: { process: { port: 9 } }, plan, started: null, isShard: true })
  watch?.begin(0)
  watch?.end()
  expect(watch?.figures(1, [])).toMatchObject({
    cpuSeconds: null,
    timeline: [],
    failures: [{ kind: 'shard' }],
  })
  expect(watch?.takeLatest()).toBe(null)
})

test.runIf(platform() === 'linux')('what was used lately is unknown once the process has ended', async () => {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const plan = { target: 'http://localhost', http: HTTP }
  const watch = (await openWatch({
    ...{ observe: { process: { pid: child.pid! } }, plan },
    ...{ started: null, isShard: false },
  }))!
  watch.begin(0)
  onTestFinished(() => watch.end())
  await vi.waitFor(() => expect(watch.takeLatest()).toMatchObject({ memory: expect.any(Number) }), 10_000)
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(watch.takeLatest()).toBe(null), 10_000)
  expect(watch.figures(1, []).failures).toMatchObject([{ kind: 'ended' }])
})
