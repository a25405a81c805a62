/**
 * Opens sockets: directly or through a proxy, plain or encrypted.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { Ms } from '../../../base/clock.js'
import { codeOf } from '../../../base/errors.js'
import { formatDuration } from '../../../base/units.js'
import type { HttpOptions, Route } from '../../../scenario/model/http-types.js'
import { NO_HTTP2, NO_PROTOCOL } from '../../response/failure.js'
import { type Endpoint, endpointFor, proxyFor } from './route.js'
import { Transport } from './transport.js'
import type * as tunnels from './tunnel.js'

/** An idle connection is probed this long after its last byte. */
const KEEP_ALIVE_MS = 60_000

/** How to connect. */
export interface DialOptions {
  readonly http: Pick<
    HttpOptions,
    'connectTimeoutMs' | 'insecure' | 'tls' | 'keepAlive' | 'pipelining' | 'http2' | keyof Route
  >
  /** Opens tunnels through a proxy; absent without one. */
  readonly tunnel?: Pick<typeof tunnels, 'openTunnel' | 'dialProxy'> | undefined
}

/** Connects. Returns the raw socket at once, for its events; calls `replaced` if another socket takes its place. */
export type Dial = (target: Target, callback: Dialed, replaced: (socket: Socket) => void) => Socket

/** The host and port of the URL. */
interface Target {
  readonly host: string
  readonly port: number
}

type Dialed = (...result: [error: Error, socket: null] | [error: null, socket: Socket | Transport]) => void

/** Dials plain connections, through a tunnel if a proxy can't take the request itself. */
export function dialTcp({ http, tunnel }: DialOptions): Dial {
  return ({ host, port }, callback) => {
    const server = tunnel === undefined ? null : proxyFor(`http://${inUrl(host)}`, http.proxy)
    if (server !== null && (server.socks !== undefined || http.http2 === true)) {
      const way = tunnel!.openTunnel(server, { host, port, http }, (error) => {
        if (error === null) callback(null, way)
        else callback(error, null)
      })
      return way
    }
    const endpoint = endpointFor(host, port, http)
    const transport = new Transport((reading) =>
      connectTcp({
        ...endpoint,
        ...reading,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
      }),
    )
    callBack(transport.socket, 'connect', callback, () => transport)
    return transport.socket
  }
}

/** Dials encrypted connections, through a tunnel if there is a proxy. TLS sessions are resumed. */
export function dialTls({ http, tunnel }: DialOptions): Dial {
  let session: Buffer | undefined
  const open = (way: Endpoint | { readonly socket: Socket }, { host }: Target, callback: Dialed): Socket => {
    // Subtle: the certificate must match the URL's host, wherever the connection goes and whatever the `host`
    // header says.
    const name = http.tls?.servername ?? host
    const begin = (reading?: object) =>
      connect({
        ...way,
        ...reading,
        secureContext: contextFor(http),
        rejectUnauthorized: !http.insecure,
        checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
        ALPNProtocols: [http.http2 === true ? 'h2' : 'http/1.1'],
        ...(isIP(name) === 0 && { servername: name }),
        ...(session && { session }),
      })
    const transport = 'socket' in way ? null : new Transport(begin)
    const socket = (transport?.socket ?? begin()) as TLSSocket
    const failed = (error: Error) =>
      callback(http.http2 !== true && codeOf(error) === NO_PROTOCOL ? new NoHttp1() : error, null)
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('session', (given) => {
      session = given
    })
    socket.once('error', failed)
    socket.once('secureConnect', () => {
      socket.removeListener('error', failed)
      if (http.http2 !== true || socket.alpnProtocol === 'h2') {
        callback(null, transport ?? socket)
      } else {
        socket.destroy()
        callback(new NoHttp2(), null)
      }
    })
    return socket
  }
  return (target, callback, replaced) => {
    const { host, port } = target
    const server = proxyFor(`https://${inUrl(host)}`, http.proxy)
    if (tunnel !== undefined && isSecureProxy(target, http)) {
      const socket = tunnel.dialProxy(http.proxy!.http!, http)
      callBack(socket, 'secureConnect', callback, () => socket)
      return socket
    }
    if (server === null || tunnel === undefined) return open(endpointFor(host, port, http), target, callback)
    const raw = tunnel.openTunnel(server, { host, port, http }, (error) => {
      if (error !== null) return callback(error, null)
      try {
        replaced(open({ socket: raw }, target, callback))
      } catch (thrown) {
        callback(thrown as Error, null)
      }
    })
    return raw
  }
}

/** Whether the target is the proxy for plain requests rather than a service. */
function isSecureProxy({ host, port }: Target, { proxy }: DialOptions['http']): boolean {
  const server = proxy?.http
  return server?.isSecure === true && server.host === host && server.port === port
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Calls back when the socket is connected, or with the reason why it isn't. */
function callBack(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  callback: Dialed,
  make: () => Socket | Transport,
): void {
  const failed = (error: Error) => callback(error, null)
  socket.once('error', failed)
  socket.once(event, () => {
    socket.removeListener('error', failed)
    callback(null, make())
  })
}

/** No connection was set up in time. */
export class ConnectTimeout extends Error {
  readonly code = 'UND_ERR_CONNECT_TIMEOUT'

  constructor(timeout: Ms) {
    super(`no connection within ${formatDuration(timeout)}`)
  }
}

class NoHttp2 extends Error {
  readonly code = 'PERFCTL_NO_HTTP2'

  constructor() {
    super(NO_HTTP2)
  }
}

class NoHttp1 extends Error {
  readonly code = 'PERFCTL_NO_HTTP1'

  constructor() {
    super('the service speaks only HTTP/2; set http2: true under http')
  }
}

/** Shared by all connections of a thread, because reading certificates is slow. */
const contexts = new WeakMap<object, SecureContext>()

function contextFor(http: DialOptions['http']): SecureContext {
  const known = contexts.get(http)
  if (known !== undefined) return known
  const { servername, ...options } = http.tls ?? {}
  const context = createSecureContext(options)
  contexts.set(http, context)
  return context
}
