/**
 * HTTP proxies (RFC 9110, section 7.6): plain requests are sent to the proxy with an absolute URL. Encrypted
 * requests use a tunnel, as do all requests through a SOCKS proxy; tunnels are opened when connecting.
 */
import type { Ms } from '../../../base/clock.js'
import type { Outgoing } from '../../../plan/request.js'
import type { Proxies, ProxyServer } from '../../../scenario/model/http-types.js'
import type { Connection, Exchange } from '../../connection.js'
import type { Failure } from '../../response/failure.js'
import { proxyFor } from '../connect/route.js'
import { ConnectionLayer, keepRequest } from './layer.js'

/** Sends plain requests to the proxy. */
export class ProxiedConnection extends ConnectionLayer {
  private readonly origin: string
  private readonly proxies: Proxies

  /** `origin`: the origin of the scenario's target. */
  constructor(inner: Connection, origin: string, proxies: Proxies) {
    super(inner)
    this.origin = origin
    this.proxies = proxies
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.inner.send(this.address(request), this)
  }

  ended(failure: Failure | null, at: Ms): void {
    this.take()
    this.finish(failure, at)
  }

  private address(request: Outgoing): Outgoing {
    const origin = request.origin ?? this.origin
    const server = origin.startsWith('http:') ? proxyFor(origin, this.proxies) : null
    if (server === null || server.socks !== undefined) return request
    const hasHost = request.headers.some((name, i) => i % 2 === 0 && name === 'host')
    const headers = [...(hasHost ? [] : ['host', new URL(origin).host]), ...request.headers]
    if (server.authorization !== null) headers.push('proxy-authorization', server.authorization)
    return keepRequest(request, { origin: originOf(server), path: origin + request.path, headers })
  }
}

function originOf({ host, port, isSecure }: ProxyServer): string {
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
