/**
 * A response whose body or headers are needed. Other responses are only counted.
 */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { formatSize } from '../../base/units.js'
import type { Keep } from '../../plan/request.js'
import { quoted } from '../../scenario/yaml/tree.js'

/** Larger bodies are not kept, neither before nor after decoding. */
export const BODY_BYTES_MAX = 10_000_000

/** The headers of a response. Immutable, so that responses with the same head can share it. */
export class ResponseHead {
  /** Lower-case names with their values, in the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The values of `set-cookie`, one per cookie. */
  readonly setCookies: readonly string[]
  /** The value of `content-encoding`; null without one. */
  readonly encoding: string | null
  private knownCharset: string | null = null

  constructor(headers: readonly (readonly [name: string, value: string])[]) {
    this.headers = headers
    this.setCookies = headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
    this.encoding = this.header('content-encoding')
  }

  /** `raw`: names and values in turn; they are copied. */
  static of(raw: readonly Buffer[]): ResponseHead {
    const headers: [string, string][] = []
    for (let i = 0; i + 1 < raw.length; i += 2) {
      headers.push([raw[i]!.toString('latin1').toLowerCase(), raw[i + 1]!.toString('latin1')])
    }
    return new ResponseHead(headers)
  }

  /** The value of a header, with repeated headers joined by commas; null if there is none. */
  header(name: string): string | null {
    let found: string | null = null
    for (const [each, value] of this.headers)
      if (each === name) found = found === null ? value : `${found}, ${value}`
    return found
  }

  /** The character set named in the content type; UTF-8 by default. */
  get charset(): string {
    this.knownCharset ??=
      /;\s*charset="?([^\s;"]+)/i.exec(this.header('content-type') ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
    return this.knownCharset
  }
}

/** The head and the body of one response, as they arrive. */
export class ReceivedResponse {
  readonly head: ResponseHead
  /** Bytes of the body received so far, before decoding. */
  bodyBytes = 0
  /** The values of `set-cookie`, one per cookie, with those of earlier redirects first. */
  setCookies: readonly string[]
  private readonly keepsBody: boolean
  private readonly bytesMost: number
  private readonly chunks: Buffer[] = []
  private decoded: Buffer | null = null
  private decodedSize = 0

  /** `bytesMost`: larger bodies, before decoding, are only counted. */
  constructor(head: ResponseHead, keep: Keep, bytesMost = BODY_BYTES_MAX) {
    this.bytesMost = Math.min(bytesMost, BODY_BYTES_MAX)
    this.head = head
    this.setCookies = head.setCookies
    this.keepsBody = keep === 'body' || (keep === 'compressed' && head.encoding !== null)
  }

  /** Lower-case names with their values, in the order received. */
  get headers(): ResponseHead['headers'] {
    return this.head.headers
  }

  /** Adds a part of the body. */
  add(chunk: Buffer): void {
    this.bodyBytes += chunk.length
    if (!this.keepsBody) return
    // Subtle: the next read of any socket overwrites the buffer of a chunk, so chunks are copied.
    if (this.bodyBytes <= this.bytesMost) this.chunks.push(Buffer.from(chunk))
    // A partial body is of no use, and the rest may never end.
    else this.chunks.length = 0
  }

  /** The value of a header, with repeated headers joined by commas; null if there is none. */
  header(name: string): string | null {
    return this.head.header(name)
  }

  /** The decoded body. Throws a BodyError if it can't be decoded. */
  body(): Buffer {
    if (this.decoded === null) {
      this.decoded = this.decode()
      this.decodedSize = this.decoded.length
    }
    return this.decoded
  }

  /** Discards the body: it has been checked, and the next request may be minutes away. */
  release(): void {
    this.chunks.length = 0
    this.decoded = EMPTY
  }

  /** Bytes of the body after decoding; 0 if it wasn't decoded. */
  get decodedBytes(): number {
    return this.decodedSize
  }

  /** Checks that the body can be decoded. Throws like {@link body}. */
  decodeBody(): void {
    if (this.head.encoding === null) this.decodedSize = this.bodyBytes
    else this.body()
  }

  /** The body as text, in the character set of its content type; UTF-8 by default. Throws like {@link body}. */
  text(): string {
    return decodeText(this.body(), this.head.charset)
  }

  private decode(): Buffer {
    if (this.bodyBytes > this.bytesMost) throw new BodyError(tooLarge(this.bytesMost), true)
    const [first] = this.chunks
    const body = this.chunks.length === 1 ? first! : Buffer.concat(this.chunks)
    const { encoding } = this.head
    if (encoding === null) return body
    // Encodings were applied in the order of the header.
    const names = encoding.split(',').map((name) => name.trim().toLowerCase())
    return names.reverse().reduce(decode, body)
  }
}

const EMPTY = Buffer.alloc(0)

/** Why a body can't be used. */
export class BodyError extends Error {
  readonly isTooLarge: boolean

  constructor(message: string, isTooLarge = false) {
    super(message)
    this.isTooLarge = isTooLarge
  }
}

function tooLarge(bytesMost: number): string {
  return `the body is larger than ${formatSize(bytesMost)}, too large to check`
}

const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  deflate: inflate,
}

function decode(body: Buffer, encoding: string): Buffer {
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined
  if (decoder === undefined) throw new BodyError(`unknown body encoding ${quoted(encoding)}`)
  try {
    return decoder(body, { maxOutputLength: BODY_BYTES_MAX })
  } catch (error) {
    const isLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BodyError(
      isLarge ? tooLarge(BODY_BYTES_MAX) : `the body is not ${encoding}, though its header says so`,
      isLarge,
    )
  }
}

/**
 * `deflate` means the zlib format (RFC 9110), but some servers send the raw stream. In zlib, the first byte's
 * low bits are 8.
 */
function inflate(body: Buffer, options: { maxOutputLength: number }): Buffer {
  return (body[0]! & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)
}

function decodeText(body: Buffer, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') {
    // A byte order mark beats the header (https://encoding.spec.whatwg.org/#decode).
    const wide = wideCharset(body)
    if (wide !== null) return new TextDecoder(wide).decode(body)
    return body.toString('utf8', hasMark(body) ? 3 : 0)
  }
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // The character set is unknown.
    return body.toString('utf8')
  }
}

/** Whether the body begins with a UTF-8 byte order mark, which is not part of the text. */
function hasMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

/** The UTF-16 variant, if the body begins with its byte order mark; else null. */
function wideCharset(body: Buffer): string | null {
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : null
}
