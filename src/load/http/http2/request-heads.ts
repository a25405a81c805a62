/**
 * The header fields of requests (RFC 9113, section 8.3.1). What stays the same from one request of a series to the next
 * is kept, so that most requests take a few bytes and little time to write.
 */
import type { Outgoing } from '../../../plan/request.js'
import { isPath } from '../http1/request-writer.js'
import { ChangingField, FixedField, RESIZE_BYTES_MAX, type RequestField } from './hpack/encoder.js'

/** The fields of a request, except `:path` and `content-length`. Immutable. */
export interface RequestHead {
  /** {@link PSEUDO_FIELDS} for `:method`, `:scheme` and `:authority`, then the headers. */
  readonly fields: readonly RequestField[]
  /** An upper bound of the bytes of all fields of the request except `:path`. */
  readonly bytesMost: number
}

/** The place of `:authority` among the fields: those before it have few values. */
const AUTHORITY = 2

/** The number of fields before `:path`. */
export const PSEUDO_FIELDS = 3

/** Where requests go. */
export interface Destination {
  /** `http` or `https`. */
  readonly scheme: string
  /** Host and port. */
  readonly authority: string
}

/** The last request of a series. */
interface Known {
  readonly request: Outgoing
  readonly destination: Destination
  /** The names and values of the head, in turn. */
  readonly pairs: readonly string[]
  readonly head: RequestHead
  path: RequestField
}

/** Of more different fields, the later ones are sent in full each time. */
const FIXED_MAX = 2000
const LENGTH_BYTES_MAX = 32

/** Makes the heads of one thread. */
export class RequestHeads {
  private readonly known: Known[] = []
  private readonly fixed = new Map<string, FixedField>()

  /** The head and the `:path` of a request. Throws if something in them is not allowed. */
  make(
    request: Outgoing,
    destination: Destination,
  ): { readonly head: RequestHead; readonly path: RequestField } {
    const known = this.known[request.index]
    if (known !== undefined && known.request === request && request.hasFixedHeaders) {
      if (isSame(known.destination, destination)) {
        known.path = this.pathOf(request, known)
        return known
      }
    }
    const pairs = pairsOf(request, destination)
    const head = this.headOf(pairs, request.hasFixedHeaders === true, known)
    const made: Known = { request, destination, pairs, head, path: this.pathOf(request, known) }
    this.known[request.index] = made
    return made
  }

  private pathOf({ path }: Outgoing, known: Known | undefined): RequestField {
    if (known?.path.value === path) {
      if (known.path instanceof ChangingField) known.path.keep()
      return known.path
    }
    if (!isPath(path)) throw new Error('invalid request path')
    // Paths aren't remembered by connections: there are too many. The most common one has an index of its own.
    return path === '/' ? this.fieldOf(':path', path, true) : new ChangingField(':path', path)
  }

  private headOf(pairs: readonly string[], areFixed: boolean, known: Known | undefined): RequestHead {
    const fields: RequestField[] = []
    let isKnown = known?.pairs.length === pairs.length
    let bytesMost = RESIZE_BYTES_MAX + LENGTH_BYTES_MAX
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i]!
      const value = pairs[i + 1]!
      const cameBefore = known !== undefined && known.pairs[i] === name && known.pairs[i + 1] === value
      const last = cameBefore ? known.head.fields[i / 2] : undefined
      // What came twice in a row is expected to come again.
      const isFixed = areFixed || cameBefore || i < 2 * AUTHORITY
      const field = last instanceof FixedField ? last : this.fieldOf(name, value, isFixed)
      isKnown &&= field === last
      bytesMost += field.bytesMost
      fields.push(field)
    }
    return isKnown ? known!.head : { fields, bytesMost }
  }

  private fieldOf(name: string, value: string, isFixed: boolean): RequestField {
    if (!isFixed) return new ChangingField(name, value)
    const key = `${name}\0${value}`
    const known = this.fixed.get(key)
    if (known !== undefined) return known
    if (this.fixed.size >= FIXED_MAX) return new ChangingField(name, value)
    const field = new FixedField(this.fixed.size, name, value)
    this.fixed.set(key, field)
    return field
  }
}

function isSame(a: Destination, b: Destination): boolean {
  return a === b || (a.authority === b.authority && a.scheme === b.scheme)
}

const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/
/** RFC 9113, section 8.2.2. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

function pairsOf({ method, headers }: Outgoing, { scheme, authority }: Destination): string[] {
  if (!TOKEN.test(method)) throw new Error('invalid request method')
  const pairs = [':method', method, ':scheme', scheme, ':authority', authority]
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase()
    const value = headers[i + 1]!.trim()
    if (!TOKEN.test(name)) throw new Error('invalid header name')
    if (NOT_IN_VALUE.test(value)) throw new Error(`invalid value of the header ${name}`)
    if (OF_CONNECTION.has(name) || (name === 'te' && value !== 'trailers'))
      throw new Error(`the header ${name} is not allowed in HTTP/2`)
    // The length of the body is known better.
    if (name === 'content-length') continue
    if (name === 'host') pairs[2 * AUTHORITY + 1] = value
    else pairs.push(name, value)
  }
  return pairs
}
