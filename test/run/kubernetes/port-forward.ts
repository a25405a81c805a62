/**
 * The server's side of `kubectl port-forward`, as far as one connection at a time needs it: SPDY/3.1 over an upgraded
 * HTTP connection.
 */
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Types of control frames. */
const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const PING = 6

/** The flag of a side's last frame in a stream. */
const LAST = 1

/** Compressed headers: the beginning of the first ones, and all of them: the number zero, then an empty block. */
const ZLIB_BEGIN = Buffer.from([0x78, 0x9c])
const NO_HEADERS = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])

const UPGRADED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n'

/** Connects all that kubectl sends by this connection with a port of this machine. */
export function forwardPort(client: Duplex, port: number): void {
  const sockets = new Map<number, Socket>()
  let streams = 0
  let rest = Buffer.alloc(0)
  const control = (type: number, ...payload: Buffer[]) => {
    const length = Buffer.concat(payload).length
    client.write(Buffer.concat([Buffer.from([0x80, 3, 0, type]), number(length), ...payload]))
  }
  const data = (stream: number, flags: number, bytes: Buffer) =>
    client.write(
      Buffer.concat([number(stream), Buffer.from([flags]), number(bytes.length).subarray(1), bytes]),
    )

  /** kubectl opens two streams for each connection: the first for errors, then one for data. */
  const open = (stream: number) => {
    streams++
    control(SYN_REPLY, number(stream), ...(streams === 1 ? [ZLIB_BEGIN] : []), NO_HEADERS)
    if (streams % 2 === 1) return
    const socket = connect(port, '127.0.0.1')
    sockets.set(stream, socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => data(stream, 0, bytes))
    socket.on('close', () => {
      for (const each of [stream, stream - 2]) data(each, LAST, Buffer.alloc(0))
    })
  }
  const take = (head: number, flags: number, payload: Buffer) => {
    const type = head & 0xffff
    const isControl = head >>> 31 === 1
    const stream = isControl && type !== PING ? payload.readUInt32BE(0) : head
    if (!isControl) sockets.get(stream)?.write(payload)
    else if (type === SYN_STREAM) open(stream)
    else if (type === PING) control(PING, payload)
    if ((isControl && type === RST_STREAM) || (!isControl && flags === LAST)) sockets.get(stream)?.destroy()
  }
  client.write(UPGRADED)
  client.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 8 && rest.length >= 8 + rest.readUIntBE(5, 3)) {
      const end = 8 + rest.readUIntBE(5, 3)
      take(rest.readUInt32BE(0), rest[4]!, rest.subarray(8, end))
      rest = rest.subarray(end)
    }
  })
  client.on('error', () => {})
  client.on('end', () => client.destroy())
  client.on('close', () => {
    for (const socket of sockets.values()) socket.destroy()
  })
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
