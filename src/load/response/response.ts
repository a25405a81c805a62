/**
 * What is kept of an answer whose body or headers are looked at. Other answers are counted and thrown away.
 */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { formatSize } from '../../base/units.js'
import type { Keep } from '../../plan/request.js'
import { quoted } from '../../scenario/yaml/tree.js'

/** A larger body is not kept, neither before nor after decoding. */
export const BODY_BYTES_MOST = 10_000_000

/** The headers of an answer. Never changed, so that answers with the same head can share it. */
export class ResponseHead {
  /** Names in lower case, in the order of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The values of `set-cookie`, one for each cookie. */
  readonly setCookies: readonly string[]
  /** The value of `content-encoding`; null without one. */
  readonly encoding: string | null
  private knownCharset: string | null = null

  constructor(headers: readonly (readonly [name: string, value: string])[]) {
    this.headers = headers
    this.setCookies = headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
    this.encoding = this.header('content-encoding')
  }

  /** `raw`: names and values in turn, copied. */
  static of(raw: readonly Buffer[]): ResponseHead {
    const headers: [string, string][] = []
    for (let i = 0; i + 1 < raw.length; i += 2) {
      headers.push([raw[i]!.toString('latin1').toLowerCase(), raw[i + 1]!.toString('latin1')])
    }
    return new ResponseHead(headers)
  }

  /** The value of a header, several of one name joined by commas; null when there is none. */
  header(name: string): string | null {
    let found: string | null = null
    for (const [each, value] of this.headers)
      if (each === name) found = found === null ? value : `${found}, ${value}`
    return found
  }

  /** The character set that the type names; UTF-8 otherwise. */
  get charset(): string {
    this.knownCharset ??=
      /;\s*charset="?([^\s;"]+)/i.exec(this.header('content-type') ?? '')?.[1]?.toLowerCase() ?? 'utf-8'
    return this.knownCharset
  }
}

/** The head and the body of one answer, as they come in. */
export class ReceivedResponse {
  readonly head: ResponseHead
  /** Bytes of the body so far, as transferred. */
  bodyBytes = 0
  /** The values of `set-cookie`, one for each cookie, those of redirects on the way first. */
  setCookies: readonly string[]
  private readonly keepsBody: boolean
  private readonly bytesMost: number
  private readonly chunks: Buffer[] = []
  private decoded: Buffer | null = null
  private decodedSize = 0

  /** `bytesMost`: a larger body, as transferred, is only counted. */
  constructor(head: ResponseHead, keep: Keep, bytesMost = BODY_BYTES_MOST) {
    this.bytesMost = Math.min(bytesMost, BODY_BYTES_MOST)
    this.head = head
    this.setCookies = head.setCookies
    this.keepsBody = keep === 'body' || (keep === 'compressed' && head.encoding !== null)
  }

  /** Names in lower case, in the order of the wire. */
  get headers(): ResponseHead['headers'] {
    return this.head.headers
  }

  /** Takes a part of the body in. */
  add(chunk: Buffer): void {
    this.bodyBytes += chunk.length
    if (!this.keepsBody) return
    // Subtle: chunks lie in a buffer that the next read of any socket overwrites, so they are copied.
    if (this.bodyBytes <= this.bytesMost) this.chunks.push(Buffer.from(chunk))
    // Half a body is of no use, and what comes may have no end.
    else this.chunks.length = 0
  }

  /** The value of a header, several of one name joined by commas; null when there is none. */
  header(name: string): string | null {
    return this.head.header(name)
  }

  /** The body, decoded from its transfer. Throws a BodyError when that can't be done. */
  body(): Buffer {
    if (this.decoded === null) {
      this.decoded = this.decode()
      this.decodedSize = this.decoded.length
    }
    return this.decoded
  }

  /** Forgets the body: it has been looked into, and the next request may be minutes away. */
  release(): void {
    this.chunks.length = 0
    this.decoded = EMPTY
  }

  /** Bytes of the body after decoding; 0 when it wasn't decoded. */
  get decodedBytes(): number {
    return this.decodedSize
  }

  /** Makes sure that the body is what its headers say. Throws like {@link body}. */
  decodeBody(): void {
    if (this.head.encoding === null) this.decodedSize = this.bodyBytes
    else this.body()
  }

  /** The body as text, in the character set that its type names; UTF-8 otherwise. Throws like {@link body}. */
  text(): string {
    return decodeText(this.body(), this.head.charset)
  }

  private decode(): Buffer {
    if (this.bodyBytes > this.bytesMost) throw new BodyError(tooLarge(this.bytesMost))
    const [first] = this.chunks
    const body = this.chunks.length === 1 ? first! : Buffer.concat(this.chunks)
    const { encoding } = this.head
    if (encoding === null) return body
    // They were applied in the order of the header.
    const names = encoding.split(',').map((name) => name.trim().toLowerCase())
    return names.reverse().reduce(decode, body)
  }
}

const EMPTY = Buffer.alloc(0)

/** A body that can't be looked at, and why. */
export class BodyError extends Error {}

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
    return decoder(body, { maxOutputLength: BODY_BYTES_MOST })
  } catch (error) {
    const isLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BodyError(
      isLarge ? tooLarge(BODY_BYTES_MOST) : `the body is not ${encoding}, though its header says so`,
    )
  }
}

/** `deflate` means zlib's format (RFC 9110), but some servers send the bare stream; zlib's begins with method 8. */
function inflate(body: Buffer, options: { maxOutputLength: number }): Buffer {
  return (body[0]! & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)
}

function decodeText(body: Buffer, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') {
    // A mark says more than the header (https://encoding.spec.whatwg.org/#decode).
    const wide = wideCharset(body)
    if (wide !== null) return new TextDecoder(wide).decode(body)
    return body.toString('utf8', hasMark(body) ? 3 : 0)
  }
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // An unknown character set.
    return body.toString('utf8')
  }
}

/** A mark of the order of bytes, which is no part of the text. */
function hasMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

/** UTF-16, when the body begins with its mark. */
function wideCharset(body: Buffer): string | null {
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : null
}
