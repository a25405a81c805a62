/**
 * What is kept of an answer whose body or headers are looked at. Other answers are counted and thrown away.
 */
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import type { Keep } from '../plan/request.js'

/** More of a body is not kept, before and after decoding. */
export const BODY_BYTES_MOST = 10_000_000

/** The headers and the body of one answer, as they come in. */
export class Answer {
  /** Names in lower case, in the order of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Bytes of the body so far, as transferred. */
  bodyBytes = 0
  private readonly keepsBody: boolean
  private readonly chunks: Buffer[] = []

  /** `rawHeaders`: names and values in turn. */
  constructor(rawHeaders: readonly Buffer[], keep: Keep) {
    // Subtle: headers and chunks lie in a buffer that the next read of any socket overwrites, so all are copied.
    const headers: [string, string][] = []
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      headers.push([rawHeaders[i]!.toString('latin1').toLowerCase(), rawHeaders[i + 1]!.toString('latin1')])
    }
    this.headers = headers
    this.keepsBody = keep === 'body'
  }

  /** Takes a part of the body in. */
  add(chunk: Buffer): void {
    this.bodyBytes += chunk.length
    if (this.keepsBody && this.bodyBytes <= BODY_BYTES_MOST) this.chunks.push(Buffer.from(chunk))
  }

  /** The value of a header, several of one name joined by commas; null when there is none. */
  header(name: string): string | null {
    const values = this.headers.filter(([each]) => each === name).map(([, value]) => value)
    return values.length === 0 ? null : values.join(', ')
  }

  /** The body, decoded from its transfer. Throws a BodyError when that can't be done. */
  body(): Buffer {
    if (this.bodyBytes > BODY_BYTES_MOST) throw new BodyError(TOO_LARGE)
    const encodings = (this.header('content-encoding') ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
    // They were applied in the order of the header.
    return encodings.reverse().reduce(decode, Buffer.concat(this.chunks))
  }

  /** The body as text, in the character set that its type names; UTF-8 otherwise. Throws like {@link body}. */
  text(): string {
    const charset = /;\s*charset="?([^\s;"]+)/i.exec(this.header('content-type') ?? '')?.[1] ?? 'utf-8'
    return decodeText(this.body(), charset)
  }
}

/** A body that can't be looked at, and why. */
export class BodyError extends Error {}

const TOO_LARGE = 'the body is larger than 10MB, too large to be looked at'

const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  br: brotliDecompressSync,
  deflate: inflate,
}

function decode(body: Buffer, encoding: string): Buffer {
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined
  if (decoder === undefined) throw new BodyError(`the body's encoding ${encoding} is not known`)
  try {
    return decoder(body, { maxOutputLength: BODY_BYTES_MOST })
  } catch (error) {
    const isLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BodyError(isLarge ? TOO_LARGE : `the body is not ${encoding}, though its header says so`)
  }
}

/** `deflate` means zlib's format (RFC 9110), but some servers send the bare stream; zlib's begins with method 8. */
function inflate(body: Buffer, options: { maxOutputLength: number }): Buffer {
  return (body[0]! & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)
}

function decodeText(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // A character set that nobody knows.
    return body.toString('utf8')
  }
}
