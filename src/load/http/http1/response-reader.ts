/**
 * Reads the answers of one connection, one after the other. What is none of the usual answers of HTTP/1.1 is left for
 * undici to read, or to refuse.
 */
import type { Failure } from '../../response/failure.js'
import type { Call } from '../origin-client.js'
import { CHUNKED, type Head, type HeadCache, UNTIL_CLOSE } from './response-head.js'

/** What became of the bytes that were read. */
export type Reading =
  /** All were taken; more of the answer is to come. */
  | 'more'
  /** The answer is whole; {@link AnswerReader.rest} is behind it. */
  | 'answered'
  /** It begins as no usual answer does: {@link AnswerReader.rest} is all of it so far. */
  | 'strange'
  /** It is broken: {@link AnswerReader.failure}. */
  | 'broken'

/** What comes next in a body of chunks. */
type Part = 'size' | 'data' | 'data end' | 'trailer'

/** No line of a chunked body is longer. */
const LINE_BYTES_MOST = 16_384

const SIZE_LINE = /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i
const TRAILER_LINE = /^[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n$/
const LINE_FEED = 10

/** The answers of one connection. */
export class ResponseReader {
  /** Bytes that were given but not taken; null when there are none. */
  rest: Buffer | null = null
  /** Why the answer is broken. */
  failure: Failure | null = null
  private readonly heads: HeadCache
  private call: Call | null = null
  /** Null until it has come. */
  private head: Head | null = null
  /** The beginning of a head whose end hasn't come. */
  private partial: Buffer | null = null
  /** Bytes of the body, or of the chunk, that are still to come. */
  private left = 0
  private part: Part = 'size'
  /** The beginning of a line whose end hasn't come. */
  private line = ''

  constructor(heads: HeadCache) {
    this.heads = heads
  }

  /** What comes next is the answer to `call`. */
  begin(call: Call): void {
    this.call = call
    this.head = null
  }

  /** `call` takes the place of the one that was begun. */
  replace(call: Call): void {
    this.call = call
  }

  /** Whether the service ends the connection after the answer. */
  get isLast(): boolean {
    return this.head?.closes ?? false
  }

  /** How long the service keeps the connection from now on; null when it doesn't say. */
  get keepAliveMs(): number | null {
    return this.head?.keepAliveMs ?? null
  }

  /** Whether the end of the connection is the end of the answer. */
  get endsWithConnection(): boolean {
    return this.head !== null && this.head.bodyBytes === UNTIL_CLOSE
  }

  /** Takes in bytes. The rest, if there is one, is valid as long as they are. */
  read(bytes: Buffer): Reading {
    this.rest = null
    return this.head === null ? this.readHead(bytes) : this.readBody(bytes)
  }

  private readHead(bytes: Buffer): Reading {
    const call = this.call!
    const whole = this.partial === null ? bytes : Buffer.concat([this.partial, bytes])
    this.partial = null
    const head = this.heads.read(whole, call.series, call.method)
    if (head === 'partial') {
      // Subtle: it lies in a buffer that the next read of any socket overwrites.
      this.partial = whole === bytes ? Buffer.from(bytes) : whole
      return 'more'
    }
    if (head === 'too long') return this.break('Headers Overflow Error')
    if (head === 'strange') {
      this.rest = whole
      return 'strange'
    }
    const start = head.text.length
    const next = whole.length > start ? whole.subarray(start) : null
    // 1xx are announcements; the answer is still to come.
    if (head.status < 200) return next === null ? 'more' : this.readHead(next)
    this.head = head
    call.onHead(head.status, head)
    this.left = head.bodyBytes
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
      if (feed === -1 && this.line.length <= LINE_BYTES_MOST) return 'more'
      const { line } = this
      this.line = ''
      if (this.part === 'trailer' && line === '\r\n') {
        this.rest = at < bytes.length ? bytes.subarray(at) : null
        return 'answered'
      }
      const fault = this.takeLine(line)
      // In llhttp's words, which undici has for the same.
      if (fault !== null) return this.break(`Response does not match the HTTP/1.1 protocol (${fault})`)
    }
    return 'more'
  }

  /** Gives what is wrong with it; null when nothing is. */
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
