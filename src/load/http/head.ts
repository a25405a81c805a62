/**
 * Heads of answers that have come whole: most answers of one service have the same head for a second, or for ever,
 * and what was read once need not be read again.
 */
import type { Ms } from '../../base/clock.js'
import { AnswerHead } from '../answer.js'
import { Wire } from './wire.js'

/** The body comes in chunks, each with its length before it (RFC 9112, section 7.1). */
export const CHUNKED = -1

/** Names in lower case, with their values. */
type Fields = readonly (readonly [name: string, value: string])[]

/** What a head says of its body and its connection. */
interface Framing {
  readonly status: number
  /** Bytes of the body, or {@link CHUNKED}. */
  readonly bodyBytes: number
  /** How long the service keeps an idle connection; null when it doesn't say. */
  readonly keepAliveMs: Ms | null
}

/** A head as it stands in HTTP/1.1, blank line included. */
export class Head implements Framing {
  readonly status: number
  readonly bodyBytes: number
  readonly keepAliveMs: Ms | null
  private readonly fields: Fields
  private whole: AnswerHead | null = null

  constructor(
    /** As latin1: as many characters as bytes. */
    readonly text: string,
    /** Whether it answers HEAD, so that no body follows. */
    readonly isOfHead: boolean,
    fields: Fields,
    { status, bodyBytes, keepAliveMs }: Framing,
  ) {
    this.fields = fields
    this.status = status
    this.bodyBytes = bodyBytes
    this.keepAliveMs = keepAliveMs
  }

  /** Its headers, the same for every answer with this head. */
  get answerHead(): AnswerHead {
    this.whole ??= new AnswerHead(this.fields)
    return this.whole
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
    const isOfHead = method === 'HEAD'
    if (known !== undefined && known.isOfHead === isOfHead && begins(bytes, known.text)) return known
    const head = parse(bytes, isOfHead)
    if (head !== null) this.known[series] = head
    return head
  }
}

/** Requests and heads of answers as they stand on the wire, known to all connections of a thread. */
export class Texts {
  readonly wire = new Wire()
  readonly heads = new Heads()
}

function begins(bytes: Buffer, text: string): boolean {
  return bytes.length >= text.length && bytes.toString('latin1', 0, text.length) === text
}

/** More is not read at once; undici refuses it. */
const HEAD_BYTES_MOST = 16_384
const END = '\r\n\r\n'

/** A whole head, and nothing but what RFC 9110 and 9112 allow in one. Announcements (1xx) are left out. */
const PLAIN =
  /^HTTP\/1\.1 [2-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/

function parse(bytes: Buffer, isOfHead: boolean): Head | null {
  const end = bytes.indexOf(END)
  if (end === -1 || end > HEAD_BYTES_MOST) return null
  const text = bytes.toString('latin1', 0, end + END.length)
  if (!PLAIN.test(text)) return null
  const fields = fieldsIn(text)
  const framing = framingOf(Number(text.slice(9, 12)), fields, isOfHead)
  return framing === null ? null : new Head(text, isOfHead, fields, framing)
}

/** Null when the body ends with the connection, or nobody knows where, or the connection goes on as something else. */
function framingOf(status: number, fields: Fields, isOfHead: boolean): Framing | null {
  let length: string | null = null
  let isChunked = false
  let keepAliveMs: Ms | null = null
  for (const [name, value] of fields) {
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
  if (isOfHead || status === 204 || status === 304) return { status, bodyBytes: 0, keepAliveMs }
  if (length === null && !isChunked) return null
  return { status, bodyBytes: isChunked ? CHUNKED : Number(length), keepAliveMs }
}

/** What `timeout=` of a keep-alive header says; null when it has none. */
export function keepAliveIn(value: string): Ms | null {
  const seconds = /(?:^|[\s,])timeout\s*=\s*(\d+)/i.exec(value)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

function fieldsIn(head: string): Fields {
  const lines = head.slice(0, -END.length).split('\r\n').slice(1)
  return lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
}
