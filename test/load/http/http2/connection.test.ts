import { expect, test } from 'vitest'
import { Completions } from '../../../../src/load/http/completion.js'
import type { Transport } from '../../../../src/load/http/connect/transport.js'
import { Http2Connection } from '../../../../src/load/http/http2/connection.js'
import { RequestHeads } from '../../../../src/load/http/http2/request-heads.js'
import { Http2HeadCache } from '../../../../src/load/http/http2/response-heads.js'
import { Http2Stream } from '../../../../src/load/http/http2/stream.js'
import type { Call } from '../../../../src/load/http/origin-client.js'
import { makeRequest } from '../../exchanges.js'
import { ok, settings } from './raw-service.js'

/** A connection whose other side is this test. */
function open() {
  const written: Buffer[] = []
  const socket = { errored: null as Error | null, writableNeedDrain: false, cork() {}, uncork() {} }
  const transport = {
    isClosed: false,
    socket,
    readBy() {},
    write: (bytes: Buffer) => written.push(bytes),
    destroy() {
      transport.isClosed = true
    },
  }
  const again: Http2Stream[] = []
  const unsent: Http2Stream[] = []
  const owner = {
    options: { width: 100, completions: new Completions() },
    heads: new Http2HeadCache(),
    sendAgain: (stream: Http2Stream) => again.push(stream),
    putBack: (streams: readonly Http2Stream[]) => void unsent.push(...streams),
    advanceLater() {},
    leave() {},
  }
  const connection = new Http2Connection(owner, transport as unknown as Transport)
  return { connection, socket, written, again, unsent }
}

const heads = new RequestHeads()

function makeStream(ends: unknown[]): Http2Stream {
  const request = makeRequest({ method: 'POST' })
  const { head, path } = heads.make(request, { scheme: 'http', authority: 'a' })
  const call = {
    method: 'POST',
    isAnswering: false,
    onWritten() {},
    onHead: () => true,
    onChunk() {},
    addBytes() {},
    end: (failure: unknown) => ends.push(failure),
  }
  return new Http2Stream(call as unknown as Call, head, path, request)
}

/** The end of the turn, at which everything is written. */
const turn = () => Promise.resolve()

test('all requests of a turn go out in one write, after the first bytes of a client', async () => {
  const { connection, written } = open()
  const ends: unknown[] = []
  for (let i = 0; i < 10; i++) connection.send(makeStream(ends))
  expect(written).toEqual([])
  await turn()
  expect(written).toHaveLength(1)
  expect(written[0]!.toString('latin1', 0, 24)).toBe('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  connection.read(Buffer.concat([settings(), ...Array.from({ length: 10 }, (_, i) => ok(2 * i + 1))]))
  expect(ends).toEqual(Array(10).fill(null))
})

test('a request of which nothing could be written is sent again, whatever its method', async () => {
  const { connection, socket, again } = open()
  const ends: unknown[] = []
  connection.send(makeStream(ends))
  await turn()
  connection.read(Buffer.concat([settings(), ok(1)]))
  const second = makeStream(ends)
  connection.send(second)
  socket.errored = new Error('write EPIPE')
  await turn()
  connection.lost(socket.errored)
  expect(again).toEqual([second])
  expect(ends).toEqual([null])
})

test('when the numbers of streams are used up, the connection takes no more requests', async () => {
  const { connection, unsent } = open()
  const ends: unknown[] = []
  connection.sender.nextId = 2 ** 31 - 3
  connection.send(makeStream(ends))
  expect(connection.isOpen).toBe(true)
  await turn()
  connection.send(makeStream(ends))
  expect(connection.isOpen).toBe(false)
  await turn()
  expect([...connection.streams.keys()]).toEqual([2 ** 31 - 3, 2 ** 31 - 1])
  connection.read(Buffer.concat([settings(), ok(2 ** 31 - 3), ok(2 ** 31 - 1)]))
  expect(ends).toEqual([null, null])
  expect(unsent).toEqual([])
})
