import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Random } from '../../../src/base/rng.js'
import { openClient } from '../exchanges.js'
import { answering } from '../raw-server.js'

const HEAD = 'HTTP/1.1 200 OK\r\n'
const BODY = '{"ok":true}'

/** Responses with the same body: usual ones, and ones that undici has to read. */
const ANSWERS: readonly (readonly string[])[] = [
  [`${HEAD}content-length: 11\r\n\r\n${BODY}`],
  [`${HEAD}content-length: 11\r\nx-other: 1\r\n\r\n${BODY}`],
  [`${HEAD}content-length: 11\r\n\r\n`, BODY.slice(0, 4), BODY.slice(4)],
  [`${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n{"ok\r\n7\r\n":true}\r\n0\r\n\r\n`],
  [`${HEAD}transfer-encoding: chunked\r\n\r\n`, 'b\r\n{"ok"', ':true}\r', '\n0\r\n', '\r\n'],
  // The head in pieces, something before it, a closing connection.
  ['HTTP/1.1 2', `00 OK\r\ncontent-length: 11\r\n\r\n${BODY}`],
  [`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${HEAD}content-length: 11\r\n\r\n${BODY}`],
  [`${HEAD}connection: close\r\ncontent-length: 11\r\n\r\n${BODY}`],
  [`${HEAD}connection: close\r\n\r\n${BODY}`],
  // For undici: a transfer coding beside chunked.
  [`${HEAD}transfer-encoding: gzip, chunked\r\n\r\nb\r\n{"ok"`, ':true}\r\n0\r\n\r\n'],
]

test('usual and unusual responses in any order are all read completely', async () => {
  const random = new Random(7)
  const chosen = Array.from({ length: 400 }, () =>
    random.float() < 0.9 ? ANSWERS[random.integer(0, 4)]! : ANSWERS[random.integer(5, ANSWERS.length - 1)]!,
  )
  const server = await answering(...chosen.map((pieces) => (socket: Socket) => void send(socket, pieces)))
  onTestFinished(() => server.close())
  const { connection, exchange, surplus } = openClient(server.origin)
  for (const pieces of chosen) {
    const ended = await exchange({ keep: 'body' })
    const bytes = pieces.join('').length
    expect(ended).toMatchObject({ failure: null, status: 200, bytesReceived: bytes })
    expect(connection.answer?.text()).toBe(BODY)
  }
  const closing = chosen.filter(([first]) => first!.includes('connection: close')).length
  expect(server.accepted()).toBe(1 + closing - (chosen.at(-1)![0]!.includes('connection: close') ? 1 : 0))
  expect(server.requests).toHaveLength(chosen.length)
  expect(surplus()).toBe(0)
})

async function send(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece)
    if (pieces.length > 1) await turn()
  }
  if (pieces[0]!.includes('connection: close')) socket.end()
}
