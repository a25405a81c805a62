/**
 * The cookies of one virtual user (RFC 6265). The only file that knows tough-cookie.
 */

import { CookieJar } from 'tough-cookie'
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { ConnectionLayer, keepRequest } from './layer.js'

/** Options of the cookie layer. */
export interface CookieOptions {
  /** The origin of the scenario's target. */
  readonly origin: string
  /** Whether cookies are kept from one iteration to the next. */
  readonly keep: boolean
}

/** Sends matching cookies and stores those that are set. */
export class CookieConnection extends ConnectionLayer {
  private readonly options: CookieOptions
  private jar = new CookieJar(null, { looseMode: true })
  /** The cookies that each iteration begins with: those from before the first one. Undefined until then. */
  private base: CookieJar | null | undefined = undefined
  private isEmpty = true
  private isChanged = false
  /** Cookies written since old ones were last removed. */
  private written = 0
  private url = ''

  constructor(inner: Connection, options: CookieOptions) {
    super(inner)
    this.options = options
  }

  override begin(): void {
    super.begin()
    if (this.options.keep) return
    if (this.base === undefined) {
      this.base = this.isEmpty ? null : this.jar
    } else if (!this.isChanged) {
      return
    }
    this.jar = this.base?.cloneSync() ?? new CookieJar(null, { looseMode: true })
    this.isEmpty = this.base === null
    this.isChanged = false
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.url = `${request.origin ?? this.options.origin}${request.path}`
    const headers = this.isEmpty ? request.headers : withCookies(request.headers, this.read())
    this.inner.send(keepRequest(request, { headers, keep: request.keep ?? 'head' }), this)
  }

  ended(failure: Failure | null, at: Ms): void {
    this.take()
    for (const cookie of this.answer?.setCookies ?? []) this.write(cookie)
    this.finish(failure, at)
  }

  /** The cookies for the current URL, as `a=1; b=2`. */
  private read(): string {
    // An invalid URL is refused when it is sent.
    return URL.canParse(this.url) ? this.jar.getCookieStringSync(this.url) : ''
  }

  private write(cookie: string): void {
    // Cookies that the service may not set are ignored, as in browsers.
    this.jar.setCookieSync(cookie, this.url, { ignoreError: true })
    this.isEmpty = false
    this.isChanged = true
    if (++this.written < COOKIES_MAX) return
    this.written = 0
    this.jar = withoutOldest(this.jar)
  }
}

/** The most cookies per domain, as in Chrome: a service that keeps setting new ones must not fill the memory. */
const COOKIES_MAX = 180

/** Returns a jar with only the newest cookies of each domain. */
function withoutOldest(jar: CookieJar): CookieJar {
  const whole = jar.serializeSync()
  if (whole === undefined) return jar
  const counts = new Map<unknown, number>()
  // They are sorted by creation.
  const cookies = whole.cookies
    .toReversed()
    .filter(({ domain }) => {
      const count = (counts.get(domain) ?? 0) + 1
      counts.set(domain, count)
      return count <= COOKIES_MAX
    })
    .reverse()
  return CookieJar.deserializeSync({ ...whole, cookies })
}

/** Adds cookies to headers. Cookies that the scenario itself writes come first and win. */
function withCookies(headers: readonly string[], cookies: string): string[] {
  if (cookies === '') return [...headers]
  const at = headers.findIndex((name, i) => i % 2 === 0 && name === 'cookie')
  if (at === -1) return [...headers, 'cookie', cookies]
  const own = headers[at + 1]!
  const names = new Set(own.split(';').map(nameOf))
  const others = cookies.split('; ').filter((pair) => !names.has(nameOf(pair)))
  return headers.with(at + 1, [own, ...others].join('; '))
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0]!.trim()
}
