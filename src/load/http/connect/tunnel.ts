/**
 * Tunnels through a proxy: by `CONNECT` (RFC 9110, section 9.3.6), over TLS to the proxy if required, or by SOCKS.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, rootCertificates } from 'node:tls'
import { codeOf, messageOf } from '../../../base/errors.js'
import type { HttpOptions, ProxyServer } from '../../../scenario/model/http-types.js'
import { askSocks } from './socks5.js'
import { TunnelError } from './tunnel-error.js'

/** The destination, and how to verify proxies that speak TLS. */
export interface TunnelOptions {
  readonly host: string
  readonly port: number
  readonly http: Pick<HttpOptions, 'insecure' | 'tls'>
}

/**
 * Connects to a proxy and asks it for a tunnel to `host` and `port`. Calls `opened` when the tunnel is open, or
 * with the error. Returns the socket at once, for its events.
 */
export function openTunnel(
  server: ProxyServer,
  { host, port, http }: TunnelOptions,
  opened: (error: Error | null) => void,
): Socket {
  const socket = server.isSecure ? dialProxy(server, http) : connectTcp({ ...placeOf(server), noDelay: true })
  let isOver = false
  const done = (error: Error | null) => {
    if (isOver) return
    isOver = true
    socket.off('error', done)
    if (error !== null) socket.destroy()
    opened(error)
  }
  socket.on('error', done)
  socket.once(server.isSecure ? 'secureConnect' : 'connect', () => {
    const ask = server.socks === undefined ? askHttp : askSocks
    ask(socket, server, { host, port }).then(() => done(null), done)
  })
  return socket
}

/**
 * Connects to a proxy that speaks TLS. Its certificate is verified against the usual authorities and the
 * scenario's `ca`. A client certificate is for the service, not for the proxy.
 */
export function dialProxy(server: ProxyServer, { insecure, tls }: TunnelOptions['http']): Socket {
  const socket = connectTls({
    ...placeOf(server),
    rejectUnauthorized: !insecure,
    ALPNProtocols: ['http/1.1'],
    ...(tls?.ca !== undefined && { ca: [...rootCertificates, tls.ca] }),
    ...(isIP(server.host) === 0 && { servername: server.host }),
  })
  socket.setNoDelay(true)
  // Otherwise the error would seem to be about the service's certificate.
  socket.prependOnceListener('error', (error: Error) => {
    if (!/^E[A-Z]+$/.test(codeOf(error) ?? 'E')) error.message = `the proxy's TLS: ${messageOf(error)}`
  })
  return socket
}

function placeOf({ host, port }: ProxyServer): { readonly host: string; readonly port: number } {
  return { host, port }
}

/** The longest head of a response to CONNECT. */
const HEAD_BYTES_MAX = 16_384

/** Asks an HTTP proxy for a tunnel. Throws a TunnelError if it refuses. */
function askHttp(
  socket: Socket,
  { authorization }: ProxyServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const login = authorization === null ? '' : `proxy-authorization: ${authorization}\r\n`
  return new Promise((resolve, reject) => {
    let head = ''
    const done = (reason: string | null) => {
      socket.off('data', read)
      socket.off('end', ended)
      socket.pause()
      if (reason === null) resolve()
      else reject(new TunnelError(reason))
    }
    const ended = () => done('the proxy closed the connection')
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end === -1 && head.length < HEAD_BYTES_MAX) return
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
      if (status === undefined || end === -1) done('the proxy does not speak HTTP')
      else if (!status.startsWith('2')) done(`the proxy responded ${status} to CONNECT ${address}`)
      else {
        done(null)
        // The service may speak first.
        if (head.length > end + 4) socket.unshift(Buffer.from(head.slice(end + 4), 'latin1'))
      }
    }
    socket.once('end', ended)
    socket.on('data', read)
    socket.write(`CONNECT ${address} HTTP/1.1\r\nhost: ${address}\r\n${login}\r\n`)
  })
}
