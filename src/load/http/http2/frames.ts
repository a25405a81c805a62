/**
 * Frames (RFC 9113, sections 4 and 6): their names, and how to write them.
 */

/** The types of frames. */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const

/** The flags of frames. Each type has its own; `ack` is the one of SETTINGS and PING. */
export const Flag = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const

/** Settings (RFC 9113, section 6.5.2). */
export const Setting = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const

/** The bytes of a frame before its payload. */
export const FRAME_HEAD_BYTES = 9

/** The largest payload that every endpoint takes. perfctl asks for no larger ones, like browsers. */
export const FRAME_BYTES_MAX = 16_384

/** The largest window, and the last number of a stream. */
export const LARGEST = 2 ** 31 - 1

/** The window of a stream and of a connection until somebody changes it. */
export const WINDOW_BYTES = 65_535

/** The first bytes on a connection, before the client's settings. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Writes the head of a frame to `to` from `at` on. Returns where it ends. */
export function writeFrameHead(
  to: Uint8Array,
  at: number,
  bytes: number,
  type: number,
  flags: number,
  stream: number,
): number {
  to[at] = bytes >>> 16
  to[at + 1] = bytes >>> 8
  to[at + 2] = bytes
  to[at + 3] = type
  to[at + 4] = flags
  return writeUint32(to, at + 5, stream)
}

/** A whole frame. */
export function makeFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length)
  frame.set(payload, writeFrameHead(frame, 0, payload.length, type, flags, stream))
  return frame
}

/** RST_STREAM. */
export function makeReset(stream: number, code: number): Buffer {
  return makeFrame(FrameType.rstStream, 0, stream, uint32s(code))
}

/** WINDOW_UPDATE; stream 0 is the connection. */
export function makeWindowUpdate(stream: number, bytes: number): Buffer {
  return makeFrame(FrameType.windowUpdate, 0, stream, uint32s(bytes))
}

/** GOAWAY from a client, which has taken no streams. */
export function makeGoaway(code: number): Buffer {
  return makeFrame(FrameType.goaway, 0, 0, uint32s(0, code))
}

/** SETTINGS. */
export function makeSettings(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = settings.flatMap(([id, value]) => [id >>> 8, id, ...uint32s(value)])
  return makeFrame(FrameType.settings, 0, 0, Buffer.from(payload))
}

/** The number in the four bytes from `at` on. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function writeUint32(to: Uint8Array, at: number, value: number): number {
  to[at] = value >>> 24
  to[at + 1] = value >>> 16
  to[at + 2] = value >>> 8
  to[at + 3] = value
  return at + 4
}

function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i)
  return bytes
}
