/**
 * Parses complete response heads, and caches them: most responses of a service have the same head for a second or
 * forever, or one in which a few values differ.
 */
import type { Ms } from '../../../base/clock.js'
import { ResponseHead } from '../../response/response.js'
import { ReadBuffer } from '../connect/read-buffer.js'
import { type Field, fieldIn, fieldLinesIn, HeadTemplate, LINE_END } from './head-template.js'
import { RequestWriter } from './request-writer.js'

/** The body is chunked (RFC 9112, section 7.1). */
export const CHUNKED = -1
/** The body ends when the connection closes. */
export const UNTIL_CLOSE = -2

/** What a head says about its body and the connection. */
interface Framing {
  readonly status: number
  /** Bytes of the body, {@link CHUNKED} or {@link UNTIL_CLOSE}. */
  readonly bodyBytes: number
  /** Whether the service closes the connection after the response. */
  readonly closes: boolean
  /** How long the service keeps an idle connection; null if it doesn't say. */
  readonly keepAliveMs: Ms | null
}

/** An HTTP/1.1 head. */
export class Head implements Framing {
  readonly status: number
  readonly bodyBytes: number
  readonly closes: boolean
  readonly keepAliveMs: Ms | null
  private whole: ResponseHead | null = null
  /** The text's bytes, four in one; null until a second response has the same. */
  private words: Int32Array | null = null

  constructor(
    /** The head with its blank line, as latin1: as many characters as bytes. */
    readonly text: string,
    /** Whether it responds to HEAD, so that no body follows. */
    readonly isForHead: boolean,
    readonly fields: readonly Field[],
    { status, bodyBytes, closes, keepAliveMs }: Framing,
  ) {
    this.status = status
    this.bodyBytes = bodyBytes
    this.closes = closes
    this.keepAliveMs = keepAliveMs
  }

  /** Whether `bytes` begin with it. */
  begins(bytes: Buffer): boolean {
    const { text, words } = this
    if (bytes.length < text.length) return false
    const buffer = ReadBuffer.get()
    if (words === null || !buffer.isView(bytes)) {
      if (bytes.toString('latin1', 0, text.length) !== text) return false
      this.words ??= wordsIn(text)
      return true
    }
    const read = buffer.words
    for (let i = 0; i < words.length; i++) if (words[i] !== read[i]) return false
    for (let i = 4 * words.length; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
    return true
  }

  /** Its headers, shared by all responses with this head. */
  get responseHead(): ResponseHead {
    this.whole ??= new ResponseHead(this.fields)
    return this.whole
  }
}

/** Reads the heads of one thread. */
export class HeadCache {
  /** The latest head of each series. */
  private readonly known: Head[] = []
  private readonly templates: HeadTemplate[] = []

  /**
   * The head that `bytes` begin with, which respond to a request of the series. 'partial' if it isn't complete;
   * 'strange' if it is unusual and left to undici.
   */
  read(bytes: Buffer, series: number, method: string): Head | 'partial' | 'too long' | 'strange' {
    const isForHead = method === 'HEAD'
    const last = this.known[series]
    const known = last?.isForHead === isForHead ? last : undefined
    if (known?.begins(bytes)) return known
    const like = known && this.readLike(known, bytes, series)
    if (like != null) return like
    const head = parse(bytes, isForHead)
    if (typeof head === 'object' && head.status >= 200) {
      if (known !== undefined) this.templates[series] = HeadTemplate.of(head, known, this.templates[series])
      this.known[series] = head
    }
    return head
  }

  /** The head, if it differs from the known one only where others did before; null otherwise. */
  private readLike(known: Head, bytes: Buffer, series: number): Head | null {
    const template = this.templates[series]
    const read = template?.read(bytes, known) ?? null
    if (template === undefined || read === null) return null
    const { text, fields } = read
    const framing = template.hasSame(FRAMING) ? known : framingOf(text, fields, known.isForHead)
    if (framing === null || text.length > HEAD_BYTES_MAX) return null
    const head = new Head(text, known.isForHead, fields, framing)
    this.known[series] = head
    return head
  }
}

/** The fields that {@link framingOf} looks at. */
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive']

/** Caches of requests and response heads as bytes, shared by all connections of a thread. */
export class WireCaches {
  readonly wire: RequestWriter
  readonly heads = new HeadCache()

  /** `keepAlive`: whether connections are kept open after a response. */
  constructor(keepAlive = true) {
    this.wire = new RequestWriter(keepAlive)
  }
}

/** A text's bytes, four in one, without those that are left over. */
function wordsIn(text: string): Int32Array {
  const bytes = new ArrayBuffer(text.length)
  Buffer.from(bytes).write(text, 'latin1')
  return new Int32Array(bytes, 0, Math.floor(text.length / 4))
}

/** Longer heads are refused, as in undici. */
const HEAD_BYTES_MAX = 16_384
const END = `${LINE_END}${LINE_END}`
const START = 'HTTP/1.1 '

/** A complete head with nothing but what RFC 9110 and 9112 allow. */
const PLAIN =
  /^HTTP\/1\.[01] [1-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[\w!#$%&'*+\-.^`|~]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/
/** Finds errors in an incomplete head, so that they are reported at once rather than at the timeout. */
const BARE_LINE_FEED = /(?:^|[^\r])\n/

function parse(bytes: Buffer, isForHead: boolean): Head | 'partial' | 'too long' | 'strange' {
  const end = bytes.indexOf(END)
  if (end === -1 || end > HEAD_BYTES_MAX) {
    const start = bytes.toString('latin1', 0, Math.min(bytes.length, START.length))
    if (!START.startsWith(start) && !/^HTTP\/1\.0/.test(start)) return 'strange'
    if (end !== -1 || bytes.length > HEAD_BYTES_MAX) return 'too long'
    return BARE_LINE_FEED.test(bytes.toString('latin1')) ? 'strange' : 'partial'
  }
  const text = bytes.toString('latin1', 0, end + END.length)
  if (!PLAIN.test(text)) return 'strange'
  const fields = fieldLinesIn(text).map(fieldIn)
  const framing = framingOf(text, fields, isForHead)
  return framing === null ? 'strange' : new Head(text, isForHead, fields, framing)
}

/** Null if the end of the body is unknown, or if the connection switches protocols. */
function framingOf(text: string, fields: readonly Field[], isForHead: boolean): Framing | null {
  const status = Number(text.slice(9, 12))
  if (status === 101) return null
  let length: string | null = null
  let isChunked = false
  let keepAliveMs: Ms | null = null
  let connection = ''
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
        connection += `,${value.toLowerCase()}`
        break
      case 'keep-alive':
        keepAliveMs = keepAliveIn(value)
        break
    }
  }
  const isOld = text.charCodeAt(7) === ZERO
  // A head with both is used for request smuggling; HTTP/1.0 has no chunks.
  if (isChunked && (length !== null || isOld)) return null
  const closes = isOld ? !hasToken(connection, 'keep-alive') : hasToken(connection, 'close')
  if (status < 200 || isForHead || status === 204 || status === 304)
    return { status, bodyBytes: 0, closes, keepAliveMs }
  if (length === null && !isChunked) return { status, bodyBytes: UNTIL_CLOSE, closes: true, keepAliveMs }
  return { status, bodyBytes: isChunked ? CHUNKED : Number(length), closes, keepAliveMs }
}

const ZERO = '0'.charCodeAt(0)

/** Whether a lower-case list contains the token. */
function hasToken(list: string, token: string): boolean {
  return list !== '' && list.split(',').some((each) => each.trim() === token)
}

/** The `timeout` of a keep-alive header; null if it has none. */
export function keepAliveIn(value: string): Ms | null {
  const seconds = /(?:^|[\s,])timeout\s*=\s*(\d+)/i.exec(value)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}
