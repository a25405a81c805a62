/**
 * HTTP proxies (RFC 9110, section 7.6 and 9.3.6): plain requests are sent to the proxy with their whole URL, for
 * encrypted ones it is asked for a tunnel.
 */
import { connect, type Socket } from 'node:net'
import type { Outgoing } from '../../plan/request.js'
import type { Proxies, ProxyServer } from '../../scenario/http-types.js'
import type { Connection, Exchange } from '../connection.js'
import type { Failure } from '../outcome.js'
import { proxyFor } from '../route.js'
import { keepRequest, Layer } from './layer.js'

/** Sends plain requests to the proxy. */
export class ProxiedConnection extends Layer {
  private readonly origin: string
  private readonly proxies: Proxies

  /** `origin`: of the scenario's target. */
  constructor(inner: Connection, origin: string, proxies: Proxies) {
    super(inner)
    this.origin = origin
    this.proxies = proxies
  }

  send(request: Outgoing, exchange: Exchange): void {
    this.start(exchange)
    this.inner.send(this.address(request), this)
  }

  ended(failure: Failure | null): void {
    this.take()
    this.finish(failure)
  }

  private address(request: Outgoing): Outgoing {
    const origin = request.origin ?? this.origin
    const server = origin.startsWith('http:') ? proxyFor(origin, this.proxies) : null
    if (server === null) return request
    const hasHost = request.headers.some((name, i) => i % 2 === 0 && name === 'host')
    const headers = [...(hasHost ? [] : ['host', new URL(origin).host]), ...request.headers]
    if (server.authorization !== null) headers.push('proxy-authorization', server.authorization)
    return keepRequest(request, { origin: originOf(server), path: origin + request.path, headers })
  }
}

function originOf({ host, port }: ProxyServer): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The head of an answer to CONNECT is no longer than that. */
const HEAD_BYTES_MAX = 16_384

/**
 * A connection to a proxy that becomes one to `host` and `port`: `opened` is called when it is, or with what stands
 * in the way. The socket is given at once, for its events.
 */
export function openTunnel(
  server: ProxyServer,
  { host, port }: { readonly host: string; readonly port: number },
  opened: (error: Error | null) => void,
): Socket {
  const socket = connect({ host: server.host, port: server.port, noDelay: true })
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const login = server.authorization === null ? '' : `proxy-authorization: ${server.authorization}\r\n`
  let head = ''
  const done = (error: Error | null) => {
    socket.off('data', read)
    socket.off('error', done)
    socket.off('end', ended)
    if (error === null) socket.pause()
    else socket.destroy()
    opened(error)
  }
  const ended = () => done(new TunnelError('the proxy closed the connection'))
  const read = (chunk: Buffer) => {
    head += chunk.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length < HEAD_BYTES_MAX) return
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
    if (status === undefined || end === -1) done(new TunnelError('the proxy does not speak HTTP'))
    else if (!status.startsWith('2'))
      done(new TunnelError(`the proxy answered ${status} to CONNECT ${address}`))
    else done(null)
  }
  socket.on('error', done)
  socket.once('end', ended)
  socket.on('data', read)
  socket.once('connect', () => {
    socket.write(`CONNECT ${address} HTTP/1.1\r\nhost: ${address}\r\n${login}\r\n`)
  })
  return socket
}

class TunnelError extends Error {
  readonly code = 'PERFCTL_TUNNEL'
}
