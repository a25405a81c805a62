import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startDemo } from '../../src/demo/spawn.js'

test('a demo service runs in its own process until it is stopped', async () => {
  const demo = await startDemo({ slow: 0.01 })
  expect(demo.pid).not.toBe(process.pid)
  expect((await fetch(`${demo.url}/healthz`)).status).toBe(200)
  await demo.stop()
  expect(isAlive(demo.pid)).toBe(false)
  await demo.stop()
})

test('a port in use is reported with a hint', async () => {
  const demo = await startDemo()
  const port = Number(new URL(demo.url).port)
  await expect(startDemo({ port })).rejects.toMatchObject({
    name: 'UserError',
    kind: 'usage',
    message: `the demo service can't listen on port ${port}: it's in use`,
  })
  await demo.stop()
})

test('on Ctrl-C, which reaches both processes, the parent stops the service', async () => {
  const demo = await startDemo()
  process.kill(demo.pid, 'SIGINT')
  process.kill(demo.pid, 'SIGTERM')
  await sleep(100)
  expect((await fetch(`${demo.url}/healthz`)).status).toBe(200)
  await demo.stop()
})

test('the service does not outlive a parent that was killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perfctl-demo-'))
  const script = join(folder, 'parent.mjs')
  const spawn = new URL('../../dist/demo/spawn.js', import.meta.url).href
  await writeFile(
    script,
    `import { startDemo } from '${spawn}'
     process.send((await startDemo()).pid)
     setInterval(() => {}, 1000)`,
  )
  const parent = fork(script, { execArgv: [] })
  const pid = await new Promise<number>((resolve) =>
    parent.once('message', (message) => resolve(Number(message))),
  )
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  for (let i = 0; i < 50 && isAlive(pid); i++) await sleep(50)
  expect(isAlive(pid)).toBe(false)
  await rm(folder, { recursive: true })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
