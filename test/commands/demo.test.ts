import { expect, test } from 'vitest'
import type { Io } from '../../src/base/io.js'
import { type DemoFlags, demo } from '../../src/commands/demo.js'

test('the service runs until Ctrl-C, and prints its URL', async () => {
  const { io, printed, interrupt } = createIo()
  const ended = demo({ port: '0', slow: '1.3', errors: '2%', capacity: '300/s', stall: '200ms/5s' }, io)
  await expect.poll(printed).toContain('\n')
  const [, url, rest] = /^demo service on (http:\/\/127\.0\.0\.1:\d+)(.*)\n$/.exec(printed())!
  expect(rest).toBe(' (slow x1.3, errors 2%, capacity 300/s, stall 200ms every 5s) – Ctrl-C stops it')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  interrupt()
  expect(await ended).toBe(0)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

test('a healthy service is started without remarks', async () => {
  const { io, printed, interrupt } = createIo()
  const ended = demo({ port: '0' }, io)
  await expect.poll(printed).toMatch(/^demo service on http:\S+ – Ctrl-C stops it\n$/)
  interrupt()
  await ended
})

test('what makes it worse is listed, and is done', async () => {
  const { io, printed, interrupt } = createIo()
  const flags = { slowDb: '1.5x', coldCache: true, cpu: '2', leak: '20MB/s', slow: '0.01' }
  const ended = demo({ port: '0', ...flags }, io)
  await expect.poll(printed).toContain('\n')
  const [, url, rest] = /^demo service on (http:\S+)(.*)\n$/.exec(printed())!
  expect(rest).toBe(
    ' (slow x0.01, slow database x1.5, cold cache, CPU time x2, leak +1.20GB/m) – Ctrl-C stops it',
  )
  const heap = async () =>
    Number(/^nodejs_heap_size_used_bytes (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())![1])
  let least = Number.POSITIVE_INFINITY
  // Other tests' garbage may be collected meanwhile.
  const growth = async () => {
    const used = await heap()
    least = Math.min(least, used)
    return used - least
  }
  await expect.poll(growth, { timeout: 20_000 }).toBeGreaterThan(20e6)
  interrupt()
  await ended
})

test.each(['slow-db', 'slow'])('the hint of --%s names that flag', async (flag) => {
  const key = flag === 'slow' ? 'slow' : 'slowDb'
  const error = await demo({ [key]: '30%' }, createIo().io).catch((reason) => reason)
  expect(error.message).toBe(`--${flag}: "30%" is not a factor`)
  expect(error.problems[0].hint).toContain(`such as --${flag} 1.3`)
})

test('the service listens where it is told to', async () => {
  const { io, printed, interrupt } = createIo()
  const ended = demo({ host: '0.0.0.0', port: '0' }, io)
  await expect.poll(printed).toMatch(/^demo service on http:\/\/0\.0\.0\.0:\d+ /)
  const port = /:(\d+) /.exec(printed())![1]
  expect((await fetch(`http://127.0.0.2:${port}/healthz`)).status).toBe(200)
  interrupt()
  await ended
})

test('an address of another machine is refused', async () => {
  const error = await demo({ host: '192.0.2.1', port: '0' }, createIo().io).catch((reason) => reason)
  expect(error).toMatchObject({ name: 'UserError', kind: 'usage' })
  expect(error.message).toBe("the demo service can't listen on 192.0.2.1: that is no address of this machine")
})

test.each<[DemoFlags, string]>([
  [{ port: 'http' }, '--port: "http" is not a port'],
  [{ port: '65536' }, '--port: "65536" is not a port'],
  [{ slow: '0' }, '--slow: "0" is not a factor'],
  [{ slow: '30%' }, '--slow: "30%" is not a factor'],
  [{ slow: '1001' }, '--slow: "1001" is not a factor'],
  [{ cpu: '0.5' }, '--cpu: "0.5" is not a factor of 1 or more'],
  [{ cpu: 'high' }, '--cpu: "high" is not a factor of 1 or more'],
  [{ leak: '2MB' }, '--leak: "2MB" is not a size per time'],
  [{ leak: '0B/s' }, '--leak: "0B/s" is not a size per time'],
  [{ errors: '101%' }, '--errors: "101%" is not a share'],
  [{ errors: 'some' }, '--errors: "some" is not a share'],
  [{ stall: '200ms' }, '--stall: "200ms" is not a stall time and interval'],
  [{ stall: '200/5' }, '--stall: "200/5" is not a stall time and interval'],
  [{ stall: '5s/200ms' }, '--stall: "5s/200ms" is not a stall time and interval'],
  [{ stall: '200ms/5s/1m' }, '--stall: "200ms/5s/1m" is not a stall time and interval'],
  [{ capacity: '300' }, '--capacity: "300" is not a rate'],
  [{ capacity: '0/s' }, '--capacity: "0/s" is not a rate'],
  [{ seed: '1.5' }, '--seed: "1.5" is not a seed'],
])('%j is refused with an example', async (flags, message) => {
  const error = await demo(flags, createIo().io).catch((reason) => reason)
  expect(error).toMatchObject({ name: 'UserError', message, kind: 'usage' })
  expect(error.problems[0].hint).toContain(`such as ${Object.keys(flags).map((name) => `--${name} `)}`)
})

function createIo(): { io: Io; printed: () => string; interrupt: () => void } {
  let text = ''
  let listeners: ((signal: 'SIGINT') => void)[] = []
  const write = (part: string) => {
    text += part
  }
  const output = { write, isTerminal: false, columns: 80, rows: 24 }
  const io: Io = {
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/',
    onBug: () => () => {},
    onExit: () => () => {},
    onSignal: (listener) => {
      listeners.push(listener)
      return () => {
        listeners = listeners.filter((one) => one !== listener)
      }
    },
  }
  return {
    io,
    printed: () => text,
    interrupt: () => listeners.forEach((listener) => void listener('SIGINT')),
  }
}
