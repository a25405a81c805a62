/**
 * Reads one answer after the other from a socket, past undici, as long as they are plain: a head that comes whole, then a body
 * of known length or in chunks.
 */
import { type Failure, failureOf } from '../outcome.js'
import { CHUNKED, type Head, type Heads } from './head.js'
import type { SocketReader } from './socket.js'

/** Who waits for the answer. Chunks are valid until the call returns. */
export interface Receiver {
  onHead(head: Head): void
  onChunk(chunk: Buffer): void
  /** All of it has come; with `isSpent` the connection is of no more use. */
  onAnswered(isSpent: boolean): void
  onBroken(failure: Failure): void
  /** It begins as no plain answer does: none of these bytes were taken. */
  onStrange(bytes: Buffer): void
}

/** What comes next in a body of chunks. */
type Part = 'size' | 'data' | 'data end' | 'trailer'

/** No line of a chunked body is longer. */
const LINE_BYTES_MOST = 16_384

const SIZE_LINE = /^([\da-f]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i
const TRAILER_LINE = /^[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n$/
const LINE_FEED = 10

/** The answers of one connection. */
export class AnswerReader implements SocketReader {
  private readonly heads: Heads
  private readonly receiver: Receiver
  private series = 0
  private method = ''
  /** Null until it has come. */
  private head: Head | null = null
  /** Bytes of the body, or of the chunk, that are still to come. */
  private left = 0
  private part: Part = 'size'
  /** The beginning of a line whose end hasn't come. */
  private line = ''

  constructor(heads: Heads, receiver: Receiver) {
    this.heads = heads
    this.receiver = receiver
  }

  /** A request of that series was sent. */
  begin(series: number, method: string): void {
    this.series = series
    this.method = method
    this.head = null
  }

  read(bytes: Buffer): void {
    if (this.head !== null) {
      this.readBody(bytes)
      return
    }
    const head = this.heads.read(bytes, this.series, this.method)
    const start = head?.text.length ?? 0
    const length = head?.bodyBytes ?? 0
    // What comes behind the end of an answer is no part of any.
    if (head === null || (length !== CHUNKED && bytes.length > start + length)) {
      this.receiver.onStrange(bytes)
      return
    }
    this.head = head
    this.receiver.onHead(head)
    this.left = length
    if (length === CHUNKED) {
      this.part = 'size'
      this.line = ''
      this.left = 0
    } else if (length === 0) {
      this.receiver.onAnswered(false)
      return
    }
    if (bytes.length > start) this.readBody(bytes.subarray(start))
  }

  lost(error: Error | null): void {
    this.receiver.onBroken(failureOf(error ?? CLOSED))
  }

  private readBody(bytes: Buffer): void {
    if (this.head!.bodyBytes === CHUNKED) {
      this.readChunks(bytes)
      return
    }
    const chunk = bytes.length > this.left ? bytes.subarray(0, this.left) : bytes
    this.left -= chunk.length
    this.receiver.onChunk(chunk)
    if (this.left === 0) this.receiver.onAnswered(chunk !== bytes)
  }

  private readChunks(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.part === 'data') {
        const chunk = bytes.subarray(at, at + this.left)
        at += chunk.length
        this.left -= chunk.length
        if (this.left === 0) this.part = 'data end'
        this.receiver.onChunk(chunk)
        continue
      }
      const feed = bytes.indexOf(LINE_FEED, at)
      const end = feed === -1 ? bytes.length : feed + 1
      this.line += bytes.toString('latin1', at, end)
      at = end
      if (feed === -1 && this.line.length <= LINE_BYTES_MOST) return
      const { line } = this
      this.line = ''
      if (this.part === 'trailer' && line === '\r\n') {
        this.receiver.onAnswered(at < bytes.length)
        return
      }
      const fault = this.takeLine(line)
      if (fault !== null) {
        this.receiver.onBroken(brokenProtocol(fault))
        return
      }
    }
  }

  /** Gives what is wrong with it, in llhttp's words, which undici has for the same; null when nothing is. */
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
}

const CLOSED = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })

function brokenProtocol(fault: string): Failure {
  return { kind: 'protocol', message: `Response does not match the HTTP/1.1 protocol (${fault})` }
}
