/**
 * An HTTP/2 service that writes its frames itself, right or wrong.
 */
import { createServer, type Socket } from 'node:net'
import { HeaderDecoder } from '../../../../src/load/http/http2/hpack/decoder.js'
import { listenForTest } from '../user.js'

/** A frame from the client. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** One connection of the client. */
export interface Peer {
  readonly socket: Socket
  /** What came from the client, in order. */
  readonly frames: Frame[]
  /** The header fields of each stream. */
  readonly requests: Map<number, Record<string, string>>
  write(...frames: readonly Buffer[]): void
}

/** Called for each frame of the client. */
export type OnFrame = (peer: Peer, frame: Frame) => void

/** A service and its connections. */
export interface RawService {
  readonly origin: string
  readonly peers: Peer[]
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Listens until the end of the test. `hello`: the first frames; by default, empty settings. */
export async function serveFrames(
  onFrame: OnFrame,
  { hello = [settings()] }: { hello?: readonly Buffer[] } = {},
): Promise<RawService> {
  const peers: Peer[] = []
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    const peer: Peer = {
      socket,
      frames: [],
      requests: new Map(),
      write: (...frames) => {
        if (socket.writable) socket.write(Buffer.concat(frames))
      },
    }
    peers.push(peer)
    const decoder = new HeaderDecoder()
    let rest = Buffer.alloc(0)
    let block = Buffer.alloc(0)
    let isBegun = false
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      if (!isBegun) {
        if (rest.length < PREFACE.length) return
        if (rest.toString('latin1', 0, PREFACE.length) !== PREFACE) throw new Error('no preface')
        rest = rest.subarray(PREFACE.length)
        isBegun = true
        peer.write(...hello)
      }
      while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
        const end = 9 + rest.readUIntBE(0, 3)
        const received: Frame = {
          type: rest[3]!,
          flags: rest[4]!,
          stream: rest.readUInt32BE(5),
          payload: Buffer.from(rest.subarray(9, end)),
        }
        rest = rest.subarray(end)
        peer.frames.push(received)
        if (received.type === SETTINGS && received.flags === 0) peer.write(frame(SETTINGS, 1, 0))
        if (received.type === HEADERS || received.type === CONTINUATION) {
          block = Buffer.concat([block, received.payload])
          if ((received.flags & 4) !== 0) {
            const fields = decoder.read(block, 0, block.length).fields.map(({ name, value }) => [name, value])
            peer.requests.set(received.stream, Object.fromEntries(fields))
            block = Buffer.alloc(0)
          }
        }
        onFrame(peer, received)
      }
    })
  })
  return { origin: `http://127.0.0.1:${await listenForTest(server)}`, peers }
}

export const DATA = 0
export const HEADERS = 1
export const RST_STREAM = 3
export const SETTINGS = 4
export const PUSH_PROMISE = 5
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9

export const END_STREAM = 1
export const END_HEADERS = 4
export const PADDED = 8

/** A frame of any type. */
export function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(payload)
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, bytes])
}

/** SETTINGS. */
export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length)
  for (const [i, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, 6 * i)
    payload.writeUInt32BE(value, 6 * i + 2)
  }
  return frame(SETTINGS, 0, 0, payload)
}

/** HEADERS with a status and other fields. */
export function head(
  stream: number,
  status: number,
  fields: Readonly<Record<string, string>> = {},
  flags = END_HEADERS,
): Buffer {
  return frame(HEADERS, flags, stream, block({ ':status': String(status), ...fields }))
}

/** A block of header fields, as literals. */
export function block(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]),
  )
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const length = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}

/** DATA. */
export function data(stream: number, body: string | Buffer, flags = 0): Buffer {
  return frame(DATA, flags, stream, Buffer.from(body))
}

/** A frame whose payload is 32-bit numbers. */
export function numbers(type: number, stream: number, ...values: readonly number[]): Buffer {
  const payload = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) payload.writeUInt32BE(value, 4 * i)
  return frame(type, 0, stream, payload)
}

/** A complete response. */
export function ok(stream: number, body = 'ok'): Buffer {
  return Buffer.concat([head(stream, 200), data(stream, body, END_STREAM)])
}
