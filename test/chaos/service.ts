/**
 * A service on one port that speaks its client's protocol: HTTP/1, HTTP/2 with and without TLS, and as a proxy HTTP,
 * CONNECT and SOCKS 5. A script decides what happens to each request.
 */
import { randomInt } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, type TLSSocketOptions } from 'node:tls'
import { type Ask, reset, type Script } from './ask.js'
import { attendHttp1 } from './http1.js'
import { attendHttp2, type Http2Options, type StreamAsk } from './http2.js'

/** What a service does. */
export interface ServiceOptions {
  readonly http1?: Script<Ask>
  readonly http2?: Script<StreamAsk>
  readonly http2Options?: Http2Options
  /** In PEM. Without it there is no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly alpn?: readonly string[] }
  /** Called for each connection. Returns true if it has handled the connection. */
  readonly accept?: (socket: Socket, n: number) => boolean
  /** Called for each CONNECT. Returns true if it has handled it. */
  readonly tunnel?: (socket: Socket, n: number) => boolean
}

export interface Service {
  readonly port: number
  /** How many times each request came, by its number. */
  readonly arrivals: ReadonlyMap<number, number>
  /** Resolves when this many different requests have come. */
  sees(requests: number): Promise<void>
  readonly accepted: () => number
  /** The number of open connections. */
  readonly open: () => number
  /** Stops; every connection is reset. */
  stop(): Promise<void>
  /** Listens again on the same port. */
  start(): Promise<void>
}

/** Listens on a free port of this machine. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const arrivals = new Map<number, number>()
  const sockets = new Set<Socket>()
  const tls = options.tls && { ...options.tls, context: createSecureContext(options.tls) }
  const waiting = new Set<{ requests: number; resolve: () => void }>()
  let accepted = 0
  let tunnels = 0
  let server: Server | null = null
  let port = 0

  function note(id: number): void {
    arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
    for (const each of waiting) {
      if (arrivals.size < each.requests) continue
      waiting.delete(each)
      each.resolve()
    }
  }

  /** Reads the first bytes of a connection, or of a tunnel through it, and hands it to the handler of that protocol. */
  function attend(socket: Socket, raw: Socket): void {
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer | null
      if (bytes === null) return void socket.destroy()
      const text = bytes.toString('latin1', 0, 16)
      if (bytes[0] === 0x05) {
        attendSocks(socket, bytes, () => attend(socket, raw))
        return
      }
      if (text.startsWith('CONNECT ')) {
        if (options.tunnel?.(socket, tunnels++)) return
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        attend(socket, raw)
        return
      }
      socket.unshift(bytes)
      if (bytes[0] === 0x16 && tls !== undefined) attendTls(socket, raw)
      else if (text.startsWith('PRI * HTTP/2') && options.http2 !== undefined)
        attendHttp2({ socket, raw, script: options.http2, note, ...options.http2Options })
      else attendHttp1({ socket, raw, script: options.http1 ?? noScript, note })
    })
  }

  function attendTls(socket: Socket, raw: Socket): void {
    const { context, alpn = ['h2', 'http/1.1'] } = tls!
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: [...alpn],
    } as TLSSocketOptions)
    secure.on('error', () => {})
    attend(secure, raw)
  }

  async function start(): Promise<void> {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      socket.setNoDelay(true)
      accepted++
      if (!options.accept?.(socket, accepted - 1)) attend(socket, socket)
    })
    port = await listen(server, port)
  }

  async function stop(): Promise<void> {
    const closed = new Promise((resolve) => server!.close(resolve))
    for (const socket of sockets) reset(socket)
    await closed
  }

  const sees = (requests: number) => new Promise<void>((resolve) => void waiting.add({ requests, resolve }))
  await start()
  return { port, arrivals, sees, accepted: () => accepted, open: () => sockets.size, start, stop }
}

/** Listens on a port, or on any if it is 0. Returns which. */
async function listen(server: Server, port: number): Promise<number> {
  // Not one that the system may give to a connection: after an outage, it must still be free.
  const chosen = port === 0 ? randomInt(10_000, 32_000) : port
  const failure = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve)
    server.listen(chosen, '127.0.0.1', 511, () => resolve(null))
  })
  server.removeAllListeners('error')
  if (failure === null) return chosen
  if (port !== 0) throw failure
  return listen(server, port)
}

const noScript: Script<Ask> = () => {
  throw new Error('this service speaks no HTTP/1')
}

/** SOCKS 5 without a login: every destination is this service. */
function attendSocks(socket: Socket, first: Buffer, done: () => void): void {
  socket.write(Buffer.from([5, 0]))
  let text = first.subarray(2 + first[1]!)
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) text = Buffer.concat([text, chunk])
    const kind = text[3]
    const length = kind === 1 ? 4 : kind === 4 ? 16 : 1 + (text[4] ?? 0)
    if (text.length < 4 + length + 2) return
    socket.off('readable', read)
    socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 80]))
    done()
  }
  socket.on('readable', read)
  read()
}
