/**
 * Requests as the bytes that go over the wire, just as undici writes them.
 */
import type { Outgoing } from '../../plan/request.js'

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
export class Wire {
  private readonly known: Known[] = []

  /**
   * The bytes of a request to `host`, a string when each of its characters is one. Null when it's none of the plain ones,
   * or has something in it that must not be sent: undici writes the former, and says what is wrong with the latter.
   */
  write(request: Outgoing, host: string): string | Buffer | null {
    const known = this.known[request.index]
    if (known === undefined || known.request !== request || known.host !== host || !request.hasFixedHeaders) {
      const { path, body } = request
      const fields = fieldsOf(request, host)
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
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** A length is said even if there is no body (RFC 9110, section 8.6). */
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

const SLASH = '/'.charCodeAt(0)
const NOT_IN_PATH = /[^\x21-\xff]/
const NAME = /^[\w!#$%&'*+\-.^`|~]+$/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

function join(request: Outgoing, fields: string): string | Buffer | null {
  const { method, path, body } = request
  if (path.charCodeAt(0) !== SLASH || NOT_IN_PATH.test(path)) return null
  const start = `${method} ${path} HTTP/1.1\r\n${fields}`
  if (body === null || body === '')
    return WITH_PAYLOAD.has(method) ? `${start}content-length: 0\r\n\r\n` : `${start}\r\n`
  if (typeof body !== 'string') return null
  const bytes = Buffer.byteLength(body)
  const head = `${start}content-length: ${bytes}\r\n\r\n`
  // Only of ASCII are there as many characters as bytes.
  return bytes === body.length ? head + body : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
}

function fieldsOf({ method, headers }: Outgoing, host: string): string | null {
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
  return `host: ${named ?? host}\r\nconnection: keep-alive\r\n${fields}`
}
