/**
 * Writes requests as bytes, exactly as undici would.
 */
import { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'

/** The last request of a series, as written. */
interface Known {
  readonly request: Outgoing
  readonly host: string
  /** Its header lines; null if undici has to handle them. */
  readonly fields: string | null
  path: string
  body: Outgoing['body']
  /** The whole request; null if undici has to send it. */
  text: string | Buffer | null
  /** Whether the text is one piece of memory. */
  isFlat: boolean
}

/** Writes the requests of one thread. Parts that don't change between requests are reused. */
export class RequestWriter {
  private readonly known: Known[] = []
  private readonly connection: string
  private host = ''

  /** `keepAlive`: whether connections are kept open after a response. */
  constructor(keepAlive = true) {
    this.connection = keepAlive ? 'keep-alive' : 'close'
  }

  /**
   * The bytes of a request to `host`, without a body that is a {@link Payload}; a string if each of its
   * characters is one byte. Null if the request is unusual or invalid: undici sends the former and reports what
   * is wrong with the latter.
   */
  write(request: Outgoing, host: string): string | Buffer | null {
    const known = this.known[request.index]
    if (known === undefined || known.request !== request || known.host !== host || !request.hasFixedHeaders) {
      const { path, body } = request
      const fields = this.fieldsOf(request, host)
      const text = fields === null ? null : join(request, fields)
      if (request.hasFixedHeaders)
        this.known[request.index] = { request, host, fields, path, body, text, isFlat: false }
      return text
    }
    if (known.path !== request.path || known.body !== request.body) {
      known.path = request.path
      known.body = request.body
      known.text = known.fields === null ? null : join(request, known.fields)
      known.isFlat = false
    } else if (!known.isFlat) {
      // It will be written again and again.
      known.isFlat = true
      if (typeof known.text === 'string') known.text = Buffer.from(known.text, 'latin1').toString('latin1')
    }
    return known.text
  }

  /** Returns the same string for equal hosts in a row, so that they are compared by identity rather than letter by letter. */
  sameHost(host: string): string {
    if (host !== this.host) this.host = host
    return this.host
  }

  private fieldsOf({ method, headers }: Outgoing, host: string): string | null {
    if (!METHODS.has(method)) return null
    let named: string | null = null
    let fields = ''
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i]!
      const value = headers[i + 1]!
      if (!NAME.test(name) || NOT_IN_VALUE.test(value)) return null
      const lower = name.toLowerCase()
      if (OF_CONNECTION.has(lower)) return null
      if (lower === 'host') {
        if (named !== null) return null
        named = value
      } else {
        fields += `${name}: ${value}\r\n`
      }
    }
    return `host: ${named ?? host}\r\nconnection: ${this.connection}\r\n${fields}`
  }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const WITH_PAYLOAD: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
/** Headers that affect the connection or the framing. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'expect',
])

const PATH = /^(?:\/|https?:\/\/)/
const NOT_IN_PATH = /[^\x21-\xff]/
const NAME = /^[\w!#$%&'*+\-.^`|~]+$/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

function join(request: Outgoing, fields: string): string | Buffer | null {
  const { method, path, body } = request
  if (!isPath(path)) return null
  const start = `${method} ${path} HTTP/1.1\r\n${fields}`
  if (body === null || body === '')
    return isPayloadExpected(method) ? `${start}content-length: 0\r\n\r\n` : `${start}\r\n`
  if (body instanceof Payload) return `${start}content-length: ${body.sizeBytes}\r\n\r\n`
  const bytes = Buffer.byteLength(body)
  const head = `${start}content-length: ${bytes}\r\n\r\n`
  // Only in ASCII are there as many characters as bytes.
  return bytes === body.length ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
}

/** Whether it is a valid request target: a path, or an absolute URL for a proxy. */
export function isPath(path: string): boolean {
  return PATH.test(path) && !NOT_IN_PATH.test(path)
}

/** Whether a request without a body has a `content-length` (RFC 9110, section 8.6). */
export function isPayloadExpected(method: string): boolean {
  return WITH_PAYLOAD.has(method)
}
