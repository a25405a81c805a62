/**
 * Response heads (RFC 9113, section 8.3.2), read once and cached while services keep sending the same ones.
 */
import { ResponseHead } from '../../response/response.js'
import type { Block, HeaderDecoder } from './hpack/decoder.js'
import type { HeaderField } from './hpack/static-table.js'

/** A head or trailers. */
export class Http2Head {
  /** 0 if there is none, as in trailers. */
  readonly status: number
  /** The `content-length`; -1 if there is none. */
  readonly bodyBytes: number
  /** Why it is malformed; null if it isn't. */
  readonly fault: string | null
  private whole: ResponseHead | null = null

  constructor(readonly fields: readonly HeaderField[]) {
    let status = 0
    let bodyBytes = -1
    let fault: string | null = null
    let hasRegular = false
    for (const { name, value } of fields) {
      if (name.charCodeAt(0) === COLON) {
        if (name !== ':status') fault ??= 'an unknown pseudo-header'
        else if (hasRegular) fault ??= ':status behind other headers'
        else if (status !== 0) fault ??= ':status twice'
        else if (!STATUS.test(value)) fault ??= 'an invalid :status'
        else status = Number(value)
        continue
      }
      hasRegular = true
      if (!NAME.test(name)) fault ??= 'an invalid header name'
      else if (!VALUE.test(value)) fault ??= 'an invalid header value'
      else if (OF_CONNECTION.has(name)) fault ??= 'a header of HTTP/1.1 connections'
      else if (name === 'content-length') {
        if (bodyBytes !== -1 || !LENGTH.test(value)) fault ??= 'an invalid content-length'
        else bodyBytes = Number(value)
      }
    }
    this.status = status
    this.bodyBytes = bodyBytes
    this.fault = fault
  }

  /** Its headers, shared by all responses with this head. */
  get responseHead(): ResponseHead {
    this.whole ??= new ResponseHead(
      this.fields.flatMap(({ name, value }) => (name === ':status' ? [] : [[name, value] as const])),
    )
    return this.whole
  }
}

const COLON = ':'.charCodeAt(0)
const STATUS = /^[1-9]\d\d$/
const LENGTH = /^\d{1,15}$/
/** RFC 9113, section 8.2.1: lower-case, and without what is no token. */
const NAME = /^[a-z\d!#$%&'*+\-.^_`|~]+$/
const VALUE = /^(?![\t ])[^\0\r\n]*(?<![\t ])$/
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** A block that was read before. */
interface Known {
  readonly bytes: Uint8Array
  readonly block: Block
  readonly head: Http2Head
}

/** A power of two. A thread meets few different heads at a time. */
const PLACES = 256
/** Longer blocks are not cached: they would take too much memory. */
const BLOCK_BYTES_MAX = 4096

/** Reads the heads of one thread. */
export class Http2HeadCache {
  /** By a hash of their bytes. */
  private readonly known: (Known | undefined)[] = new Array(PLACES).fill(undefined)

  /** The head in a block of the connection that `decoder` belongs to. Throws like the decoder. */
  read(decoder: HeaderDecoder, bytes: Uint8Array, from: number, to: number): Http2Head {
    const place = hash(bytes, from, to) & (PLACES - 1)
    const known = this.known[place]
    if (known !== undefined && isSame(known.bytes, bytes, from, to) && decoder.repeat(known.block))
      return known.head
    const block = decoder.read(bytes, from, to)
    const head = new Http2Head(block.fields)
    if (block.isRepeatable && to - from <= BLOCK_BYTES_MAX)
      this.known[place] = { bytes: new Uint8Array(bytes.subarray(from, to)), block, head }
    return head
  }
}

/** FNV-1a. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0x811c9dc5
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193)
  return sum ^ (sum >>> 16)
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false
  return true
}
