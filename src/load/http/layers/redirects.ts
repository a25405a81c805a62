/**
 * Follows redirects as browsers do (RFC 9110, section 15.4, and the fetch standard). The whole chain is one exchange.
 */
import type { Ms } from '../../../base/clock.js'
import { isSecretHeader } from '../../../base/secrets.js'
import { plural } from '../../../base/units.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { ConnectionLayer, keepRequest } from './layer.js'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Follows redirects, as many as the request allows. */
export class FollowingConnection extends ConnectionLayer {
  private readonly origin: string
  /** The last request sent; null if redirects are not followed. */
  private request: Outgoing | null = null
  private left = 0
  private cookies: readonly string[] = []

  /** `origin`: the origin of the scenario's target. */
  constructor(inner: Connection, origin: string) {
    super(inner)
    this.origin = origin
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.left = request.redirects ?? 0
    this.cookies = []
    // The redirect is in the head.
    this.request = this.left === 0 ? null : keepRequest(request, { keep: request.keep ?? 'head' })
    this.inner.send(this.request ?? request, this)
  }

  ended(failure: Failure | null, at: Ms): void {
    this.take()
    const { request, answer } = this
    if (answer !== null && this.cookies.length > 0)
      answer.setCookies = [...this.cookies, ...answer.setCookies]
    const location = failure === null && REDIRECTS.has(this.status) ? answer?.header('location') : null
    if (request === null || location == null) this.finish(failure, at)
    else if (this.left === 0) this.fail(`more than ${plural(request.redirects!, 'redirect')}`, at)
    else this.go(this.follow(request, location), at)
  }

  private go(next: Outgoing | null, at: Ms): void {
    if (next === null) {
      this.fail('a redirect to a URL that is not http or https', at)
      return
    }
    this.left--
    this.detour().redirects++
    this.cookies = this.answer!.setCookies
    this.request = next
    this.inner.send(next, this)
  }

  private fail(message: string, at: Ms): void {
    this.finish({ kind: 'redirects', message }, at)
  }

  /** The request to `location`; null if that is not an http(s) URL. */
  private follow(request: Outgoing, location: string): Outgoing | null {
    const from = request.origin ?? this.origin
    // Headers are read as latin1, but servers that don't encode URLs write UTF-8.
    const text = Buffer.from(location, 'latin1').toString()
    const base = `${from}${request.path}`
    const url = URL.canParse(text, base) ? new URL(text, base) : null
    if (url === null || !/^https?:$/.test(url.protocol)) return null
    const becomesGet =
      (this.status === 303 && request.method !== 'HEAD') ||
      ((this.status === 301 || this.status === 302) && request.method === 'POST')
    const isAway = url.origin !== from
    const headers = request.headers.filter((_, i) => {
      const name = request.headers[i - (i % 2)]!
      // Another origin must not learn the secrets of this one.
      return (
        !(isAway && (name === 'host' || isSecretHeader(name))) && !(becomesGet && name.startsWith('content-'))
      )
    })
    return keepRequest(request, {
      origin: url.origin === this.origin ? null : url.origin,
      path: url.pathname + url.search,
      headers,
      ...(becomesGet && { method: 'GET', body: null }),
    })
  }
}
