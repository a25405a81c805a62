/**
 * Reads the responses of one connection, one after the other. Unusual ones are left to undici, which reads or
 * refuses them.
 */
import type { Ms } from '../../../base/clock.js'
import type { Failure } from '../../response/failure.js'
import type { Call } from '../origin-client.js'
import { CHUNKED, type Head, type HeadCache, UNTIL_CLOSE } from './response-head.js'

/** The outcome of reading bytes. */
export type Reading =
  /** All bytes were taken; the response is not complete. */
  | 'more'
  /** The response is complete; {@link ResponseReader.rest} has the bytes after it. */
  | 'answered'
  /** The response begins in an unusual way; {@link ResponseReader.rest} has all of it so far. */
  | 'strange'
  /** The response is invalid: see {@link ResponseReader.failure}. */
  | 'broken'

/** What comes next in a chunked body. */
type Part = 'size' | 'data' | 'data end' | 'trailer'

/** The longest line in a chunked body. */
const LINE_BYTES_MAX = 16_384

const SIZE_LINE = /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i
const TRAILER_LINE = /^[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n$/
const LINE_FEED = 10

/** Reads the responses of one connection. */
export class ResponseReader {
  /** Bytes that were not taken; null if there are none. */
  rest: Buffer | null = null
  /** Why the response is invalid. */
  failure: Failure | null = null
  private readonly heads: HeadCache
  private call: Call | null = null
  /** Null until it is complete. */
  private head: Head | null = null
  /** The beginning of an incomplete head. */
  private partial: Buffer | null = null
  /** Whether the call needs the body. */
  private needsBody = false
  /** Remaining bytes of the body or the chunk. */
  private left = 0
  private part: Part = 'size'
  /** The beginning of an incomplete line. */
  private line = ''

  constructor(heads: HeadCache) {
    this.heads = heads
  }

  /** The next response belongs to `call`. */
  begin(call: Call): void {
    this.call = call
    this.head = null
  }

  /** Replaces the current call. */
  replace(call: Call): void {
    this.call = call
  }

  /** Whether the service closes the connection after the response. */
  get isLast(): boolean {
    return this.head?.closes ?? false
  }

  /** How long the service keeps the connection open from now on; null if it doesn't say. */
  get keepAliveMs(): number | null {
    return this.head?.keepAliveMs ?? null
  }

  /** Whether the response ends with the connection. */
  get endsWithConnection(): boolean {
    return this.head !== null && this.head.bodyBytes === UNTIL_CLOSE
  }

  /** Reads bytes that came at `at`. The rest, if there is one, is valid as long as they are. */
  read(bytes: Buffer, at: Ms): Reading {
    this.rest = null
    return this.head === null ? this.readHead(bytes, at) : this.readBody(bytes)
  }

  private readHead(bytes: Buffer, at: Ms): Reading {
    const call = this.call!
    const whole = this.partial === null ? bytes : Buffer.concat([this.partial, bytes])
    this.partial = null
    const head = this.heads.read(whole, call.series, call.method)
    if (head === 'partial') {
      // Subtle: the next read of any socket overwrites the buffer.
      this.partial = whole === bytes ? Buffer.from(bytes) : whole
      return 'more'
    }
    if (head === 'too long') return this.break('Headers Overflow Error')
    if (head === 'strange') {
      this.rest = whole
      return 'strange'
    }
    const start = head.text.length
    // 1xx responses are interim; the final one is still to come.
    if (head.status < 200) return whole.length > start ? this.readHead(whole.subarray(start), at) : 'more'
    this.head = head
    this.needsBody = call.onHead(head.status, head, at)
    this.left = head.bodyBytes
    if (!this.needsBody && whole.length === start + this.left) return 'answered'
    const next = whole.length > start ? whole.subarray(start) : null
    if (this.left === 0) {
      this.rest = next
      return 'answered'
    }
    if (this.left === CHUNKED) {
      this.part = 'size'
      this.line = ''
      this.left = 0
    }
    return next === null ? 'more' : this.readBody(next)
  }

  private readBody(bytes: Buffer): Reading {
    const { bodyBytes } = this.head!
    if (bodyBytes === CHUNKED) return this.readChunks(bytes)
    if (bodyBytes === UNTIL_CLOSE || bytes.length < this.left) {
      this.left -= bytes.length
      this.call!.onChunk(bytes)
      return 'more'
    }
    const isExact = bytes.length === this.left
    this.call!.onChunk(isExact ? bytes : bytes.subarray(0, this.left))
    this.rest = isExact ? null : bytes.subarray(this.left)
    return 'answered'
  }

  private readChunks(bytes: Buffer): Reading {
    let at = 0
    while (at < bytes.length) {
      if (this.part === 'data') {
        const chunk = bytes.subarray(at, at + this.left)
        at += chunk.length
        this.left -= chunk.length
        if (this.left === 0) this.part = 'data end'
        this.call!.onChunk(chunk)
        continue
      }
      const feed = bytes.indexOf(LINE_FEED, at)
      const end = feed === -1 ? bytes.length : feed + 1
      this.line += bytes.toString('latin1', at, end)
      at = end
      if (feed === -1 && this.line.length <= LINE_BYTES_MAX) return 'more'
      const { line } = this
      this.line = ''
      if (this.part === 'trailer' && line === '\r\n') {
        this.rest = at < bytes.length ? bytes.subarray(at) : null
        return 'answered'
      }
      const fault = this.takeLine(line)
      // Same message as undici's, which comes from llhttp.
      if (fault !== null) return this.break(`Response does not match the HTTP/1.1 protocol (${fault})`)
    }
    return 'more'
  }

  /** Returns what is wrong with the line; null if nothing is. */
  private takeLine(line: string): string | null {
    switch (this.part) {
      case 'size': {
        const size = SIZE_LINE.exec(line)?.[1]
        if (size === undefined) return 'Invalid character in chunk size'
        this.left = Number.parseInt(size, 16)
        this.part = this.left === 0 ? 'trailer' : 'data'
        return null
      }
      case 'data end':
        this.part = 'size'
        return line === '\r\n' ? null : 'Expected LF after chunk data'
      default:
        return TRAILER_LINE.test(line) ? null : 'Invalid header token'
    }
  }

  private break(message: string): Reading {
    this.failure = { kind: 'protocol', message }
    return 'broken'
  }
}
