import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { ThinSocket } from '../../../src/load/http/socket.js'
import { type RawServer, serve } from '../raw-server.js'

test('what a reader does not take is kept from the next bytes, of whatever socket', async () => {
  const server = await started(serve((socket, n) => socket.write(n === 0 ? 'first' : 'SECOND')))
  const one = open(server)
  await once(one, 'readable')
  const other = open(server)
  await once(other, 'readable')
  expect(`${one.read()} ${other.read()}`).toBe('first SECOND')
  expect([one.read(), other.read()]).toEqual([null, null])
})

test('what a reader gives back comes first, with what has come since behind it', async () => {
  const server = await started(
    serve((socket) => {
      socket.write('abcdef')
      socket.on('data', () => socket.write('ghi'))
    }),
  )
  const socket = open(server)
  socket.once('readable', () => socket.unshift(socket.read()!.subarray(2)))
  await once(socket, 'readable')
  socket.write('more')
  await once(socket, 'readable')
  expect(`${socket.read()}`).toBe('cdefghi')
  expect(socket.read()).toBeNull()
  expect([socket.bytesRead, socket.bytesWritten]).toEqual([9, 4])
})

test('an error is told while a request is under way, and else the end only', async () => {
  const server = await started(serve((socket) => socket.on('data', () => socket.resetAndDestroy())))
  const told: string[] = []
  for (const isIdle of [false, true]) {
    const socket = open(server, isIdle)
    socket.on('error', (error) => told.push(error.message))
    socket.write('hello')
    await new Promise((resolve) => socket.on('close', resolve))
    expect(socket.destroyed).toBe(true)
    expect(socket.errored?.message).toBe('read ECONNRESET')
  }
  expect(told).toEqual(['read ECONNRESET'])
})

function open(server: RawServer, isIdle = false): ThinSocket {
  const { hostname, port } = new URL(server.origin)
  const socket = new ThinSocket({ endpoint: { host: hostname, port: Number(port) }, isIdle: () => isIdle })
  onTestFinished(() => void socket.destroy())
  return socket
}

async function started(starting: Promise<RawServer>): Promise<RawServer> {
  const server = await starting
  onTestFinished(() => server.close())
  return server
}
