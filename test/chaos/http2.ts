/**
 * HTTP/2 with Node's session as the decoder, and our own frames in between: the session's output goes to the client
 * frame by frame, and a fault adds or substitutes frames.
 */
import { constants, performServerHandshake, type ServerHttp2Stream, type Settings } from 'node:http2'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type Ask, idOf, type Script } from './ask.js'

/** A request on a stream. */
export interface StreamAsk extends Ask {
  readonly stream: ServerHttp2Stream
  readonly streamId: number
  readonly connection: FrameConnection
  /** Sends the head of a response and calls back when its frame is on the wire. The stream stays open. */
  head(headers: Readonly<Record<string, string | number>>): Promise<void>
  /** Writes our own frames. */
  write(...frames: readonly Buffer[]): void
}

/** How connections behave beyond their streams. */
export interface Http2Options {
  readonly settings?: Settings
  /** After this many streams, a connection sends GOAWAY as servers do, finishes its responses and closes. */
  readonly streamsMost?: number
}

/** What faults may know about a connection. */
interface FrameConnection {
  /** Streams that began on it. */
  streams: number
  /** The last stream that is processed; later ones are refused by GOAWAY. */
  lastStream: number
}

interface Options extends Http2Options {
  readonly socket: Duplex
  readonly raw: Socket
  readonly script: Script<StreamAsk>
  note(id: number): void
}

/** Responds to the streams of one connection as the script says. */
export function attendHttp2({ socket, raw, script, note, settings, streamsMost = Infinity }: Options): void {
  const connection: FrameConnection = { streams: 0, lastStream: Number.POSITIVE_INFINITY }
  const heads = new Map<number, () => void>()
  const inner = new Duplex({
    read() {},
    write(bytes: Buffer, _, callback) {
      forward(bytes)
      callback()
    },
    final(callback) {
      socket.end()
      callback()
    },
  })
  let open = 0
  let left = Buffer.alloc(0)

  function forward(bytes: Buffer): void {
    left = Buffer.concat([left, bytes])
    while (left.length >= 9 && left.length >= 9 + left.readUIntBE(0, 3)) {
      const length = 9 + left.readUIntBE(0, 3)
      const frame = left.subarray(0, length)
      left = left.subarray(length)
      // Streams refused by GOAWAY get nothing more, nor a GOAWAY with a later stream.
      const isGoing = connection.lastStream !== Number.POSITIVE_INFINITY
      if (!socket.writable || frame.readUInt32BE(5) > connection.lastStream) continue
      if (isGoing && frame[3] === GOAWAY) continue
      socket.write(frame)
      if (frame[3] === HEADERS) {
        const id = frame.readUInt32BE(5)
        const done = heads.get(id)
        heads.delete(id)
        done?.()
      }
    }
  }

  socket.on('data', (chunk: Buffer) => inner.push(chunk))
  socket.on('end', () => {
    inner.push(null)
    socket.end()
  })
  socket.on('error', () => {})
  socket.on('close', () => inner.destroy())
  inner.on('error', () => {})
  const session = performServerHandshake(inner, settings === undefined ? {} : { settings })
  session.on('error', () => {})
  session.on('close', () => socket.end())
  session.on('stream', (stream, headers) => {
    const streamId = stream.id!
    stream.on('error', () => {})
    if (streamId > connection.lastStream) return
    connection.streams++
    open++
    stream.on('close', () => {
      open--
      // Open streams get their responses; then the connection closes.
      if (open === 0 && connection.lastStream !== Number.POSITIVE_INFINITY)
        setTimeout(() => socket.end(), 20).unref()
    })
    stream.resume()
    const path = String(headers[constants.HTTP2_HEADER_PATH])
    const method = String(headers[constants.HTTP2_HEADER_METHOD])
    const id = idOf(path)
    if (connection.streams >= streamsMost) {
      connection.lastStream = streamId
      socket.write(goaway(streamId, 0))
    }
    note(id)
    // Its client may have canceled it by now.
    if (stream.destroyed) return
    void script(id).answer({
      ...{ id, method, path, socket, raw, stream, streamId, connection },
      head: (fields) =>
        new Promise((resolve) => {
          heads.set(streamId, resolve)
          if (!stream.destroyed) stream.respond(fields)
        }),
      write: (...frames) => {
        if (socket.writable) for (const each of frames) socket.write(each)
      },
    })
  })
}

const HEADERS = 1
const GOAWAY = 7

/** A frame of any type. */
export function frame(type: number, flags: number, stream: number, payload: Buffer = EMPTY): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

const EMPTY = Buffer.alloc(0)

/** DATA; with `end` the last of its stream. */
export function data(stream: number, body: string | Buffer, end = false): Buffer {
  return frame(0, end ? 1 : 0, stream, Buffer.from(body))
}

/** RST_STREAM with an error code. */
export function rst(stream: number, code: number): Buffer {
  return frame(3, 0, stream, number32(code))
}

/** GOAWAY: the last stream that is processed, and an error code. */
export function goaway(last: number, code: number): Buffer {
  return frame(7, 0, 0, Buffer.concat([number32(last), number32(code)]))
}

/** PING. */
export function ping(): Buffer {
  return frame(6, 0, 0, Buffer.alloc(8))
}

/** Empty SETTINGS. */
export function settings(): Buffer {
  return frame(4, 0, 0)
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
