/**
 * Cookies of one virtual user (RFC 6265): the only file that knows tough-cookie.
 */

import { CookieJar } from 'tough-cookie'
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { ConnectionLayer, keepRequest } from './layer.js'

/** What a layer of cookies has to know. */
export interface CookieOptions {
  /** Of the scenario's target. */
  readonly origin: string
  /** Whether an iteration finds the cookies of the one before. */
  readonly keep: boolean
}

/** Sends the cookies that fit, and keeps those that come. */
export class CookieConnection extends ConnectionLayer {
  private readonly options: CookieOptions
  private jar = new CookieJar(null, { looseMode: true })
  /** What each iteration begins with: the cookies from before the first one. Undefined until that. */
  private base: CookieJar | null | undefined = undefined
  private isEmpty = true
  private isChanged = false
  /** Since the jar was last looked through. */
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

  /** `a=1; b=2`: what goes with a request to the current URL. */
  private read(): string {
    // What is no URL is refused when it's sent.
    return URL.canParse(this.url) ? this.jar.getCookieStringSync(this.url) : ''
  }

  private write(cookie: string): void {
    // What can't be a cookie of that service is left out, as browsers do.
    this.jar.setCookieSync(cookie, this.url, { ignoreError: true })
    this.isEmpty = false
    this.isChanged = true
    if (++this.written < COOKIES_MOST) return
    this.written = 0
    this.jar = withoutOldest(this.jar)
  }
}

/** More of one domain are not kept, as in Chrome: a service that sets ever new ones must not fill the memory. */
const COOKIES_MOST = 180

/** The jar with the newest cookies of each domain. */
function withoutOldest(jar: CookieJar): CookieJar {
  const whole = jar.serializeSync()
  if (whole === undefined) return jar
  const counts = new Map<unknown, number>()
  // They are in the order of their creation.
  const cookies = whole.cookies
    .toReversed()
    .filter(({ domain }) => {
      const count = (counts.get(domain) ?? 0) + 1
      counts.set(domain, count)
      return count <= COOKIES_MOST
    })
    .reverse()
  return CookieJar.deserializeSync({ ...whole, cookies })
}

/** The headers with cookies; those that the scenario writes itself come first and win. */
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
