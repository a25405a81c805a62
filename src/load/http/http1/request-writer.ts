/**
 * Requests as the bytes that go over the wire, just as undici writes them.
 */
import { Payload } from '../../../plan/payload.js'
import type { Outgoing } from '../../../plan/request.js'

/** What was made of the last request of a series. */
interface Known {
  readonly request: Outgoing
  readonly host: string
  /** Its headers, each with its line's end; null when they are such that undici has to see them. */
  readonly fields: string | null
  path: string
  body: Outgoing['body']
  /** The whole; null when it's for undici. */
  text: string | Buffer | null
}

/** Writes the requests of one thread. What stays the same from one to the next is put together once. */
export class RequestWriter {
  private readonly known: Known[] = []
  private readonly connection: string

  /** `keepAlive`: whether connections are kept after an answer. */
  constructor(keepAlive = true) {
    this.connection = keepAlive ? 'keep-alive' : 'close'
  }

  /**
   * The bytes of a request to `host`, without a body that is a {@link Payload}; a string when each of its characters is a byte.
   * Null when it's none of the usual ones, or has something in it that must not be sent: undici writes the former, and says
   * what is wrong with the latter.
   */
  write(request: Outgoing, host: string): string | Buffer | null {
    const known = this.known[request.index]
    if (known === undefined || known.request !== request || known.host !== host || !request.hasFixedHeaders) {
      const { path, body } = request
      const fields = this.fieldsOf(request, host)
      const text = fields === null ? null : join(request, fields)
      if (request.hasFixedHeaders) this.known[request.index] = { request, host, fields, path, body, text }
      return text
    }
    if (known.path !== request.path || known.body !== request.body) {
      known.path = request.path
      known.body = request.body
      known.text = known.fields === null ? null : join(request, known.fields)
    }
    return known.text
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
/** Headers that say how the connection goes on, or what comes after the head. */
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
  // Only of ASCII are there as many characters as bytes.
  return bytes === body.length ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
}

/** Whether it can be sent as the target of a request: a path, or a whole URL for a proxy. */
export function isPath(path: string): boolean {
  return PATH.test(path) && !NOT_IN_PATH.test(path)
}

/** Whether a length is said even if there is no body (RFC 9110, section 8.6). */
export function isPayloadExpected(method: string): boolean {
  return WITH_PAYLOAD.has(method)
}
