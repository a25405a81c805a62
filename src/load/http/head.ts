/**
 * Heads of answers that have come whole: most answers of one service have the same head for a second, or for ever,
 * and what was read once need not be read again.
 */
import type { Ms } from '../../base/clock.js'
import { AnswerHead } from '../answer.js'
import { Wire } from './wire.js'

/** The body comes in chunks, each with its length before it (RFC 9112, section 7.1). */
export const CHUNKED = -1

/** A head as it stands in HTTP/1.1, blank line included. */
export class Head {
  private parsed: AnswerHead | null = null

  constructor(
    /** As latin1: as many characters as bytes. */
    readonly text: string,
    readonly status: number,
    /** Bytes of the body, or {@link CHUNKED}. */
    readonly bodyBytes: number,
    /** How long the service keeps an idle connection; null when it doesn't say. */
    readonly keepAliveMs: Ms | null,
  ) {}

  /** Its headers, the same for every answer with this head. */
  get answerHead(): AnswerHead {
    this.parsed ??= new AnswerHead(fieldsIn(this.text))
    return this.parsed
  }
}

/** Reads the heads of one thread. */
export class Heads {
  /** The last one of each series. */
  private readonly known: Head[] = []

  /**
   * The head that `bytes`, an answer to a request of that series, begin with. Null when it isn't all there, or is any but the
   * plain head of an answer on a connection that stays: then it's for undici to say what it is.
   */
  read(bytes: Buffer, series: number, method: string): Head | null {
    const known = this.known[series]
    if (known !== undefined && isSame(known.text, bytes)) return known
    const head = parse(bytes, method)
    if (head !== null) this.known[series] = head
    return head
  }
}

/** Requests and heads of answers as they stand on the wire, known to all connections of a thread. */
export class Texts {
  readonly wire = new Wire()
  readonly heads = new Heads()
}

function isSame(text: string, bytes: Buffer): boolean {
  return bytes.length >= text.length && bytes.toString('latin1', 0, text.length) === text
}

/** More is not read at once; undici refuses it. */
const HEAD_BYTES_MOST = 16_384
const END = '\r\n\r\n'

/** A whole head, and nothing but what RFC 9110 and 9112 allow in one. Announcements (1xx) are left out. */
const PLAIN =
  /^HTTP\/1\.1 [2-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/

function parse(bytes: Buffer, method: string): Head | null {
  const end = bytes.indexOf(END)
  if (end === -1 || end > HEAD_BYTES_MOST) return null
  const text = bytes.toString('latin1', 0, end + END.length)
  if (!PLAIN.test(text)) return null
  const status = Number(text.slice(9, 12))
  let length: string | null = null
  let isChunked = false
  let keepAliveMs: Ms | null = null
  for (const [name, value] of fieldsIn(text)) {
    switch (name) {
      case 'content-length':
        if (length !== null || !/^\d{1,15}$/.test(value)) return null
        length = value
        break
      case 'transfer-encoding':
        if (isChunked || value.toLowerCase() !== 'chunked') return null
        isChunked = true
        break
      case 'connection':
        if (value.toLowerCase() !== 'keep-alive') return null
        break
      case 'keep-alive':
        keepAliveMs = keepAliveIn(value)
        break
      case 'upgrade':
        return null
    }
  }
  // One with both is how requests are smuggled.
  if (length !== null && isChunked) return null
  if (method === 'HEAD' || status === 204 || status === 304) return new Head(text, status, 0, keepAliveMs)
  if (length === null && !isChunked) return null
  return new Head(text, status, isChunked ? CHUNKED : Number(length), keepAliveMs)
}

/** What `timeout=` of a keep-alive header says; null when it has none. */
export function keepAliveIn(value: string): Ms | null {
  const seconds = /(?:^|[\s,])timeout\s*=\s*(\d+)/i.exec(value)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

/** Names in lower case, with their values. */
function fieldsIn(head: string): [name: string, value: string][] {
  const lines = head.slice(0, -END.length).split('\r\n').slice(1)
  return lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
}
