/**
 * A server for a few browsers: one page, and one stream of server-sent events (WHATWG HTML). Requests need the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import type { ListenAddress } from '../../../base/address.js'
import { codeOf, messageOf, type UserError, userError } from '../../../base/errors.js'
import { randomToken } from '../../../base/rng.js'
import { LIVE_PAGE, LIVE_POLICY } from './page.js'

/** A message to the page; `data` is sent as JSON. */
export interface LiveEvent {
  readonly name: 'live' | 'report' | 'end'
  readonly data: unknown
  /** The next one follows within a second, so slow readers may miss it. */
  readonly isTransient?: boolean
}

/** Further browsers are refused. */
const VIEWERS_MAX = 16
/** A browser with more unread bytes than this gets no transient events. */
const BACKLOG_BYTES = 1_000_000
/** Time limit for delivering the last events. */
const CLOSE_MS = 2000

/** Listens until it is closed. Never keeps the process alive. */
export class LiveServer {
  private readonly token = randomToken()
  private readonly server: Server
  private readonly viewers = new Set<ServerResponse>()
  private readonly initialEvents: () => readonly LiveEvent[]
  private host = ''

  /** `initialEvents` returns the events for a browser that has just connected. */
  constructor(initialEvents: () => readonly LiveEvent[]) {
    this.initialEvents = initialEvents
    this.server = createServer((request, response) => {
      // A bug in the page must not end the run.
      try {
        this.answer(request, response)
      } catch {
        if (!response.headersSent)
          refuse(response, 500, 'could not render the page: this is a bug in perfctl')
        else response.destroy()
      }
    })
    this.server.on('connection', (socket) => socket.unref())
    this.server.maxConnections = 4 * VIEWERS_MAX
  }

  /** Returns the URL to open, including the token. Throws a UserError if it can't listen on the address. */
  async listen({ host, port }: ListenAddress): Promise<string> {
    this.host = host
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => reject(explain(error, host, port)))
      this.server.listen(port, host, resolve)
    })
    // From here on, errors concern single connections or can't be helped.
    this.server.on('error', () => undefined)
    this.server.unref()
    const { port: taken } = this.server.address() as AddressInfo
    return `http://${inUrl(reachableHost(host))}:${taken}/?token=${this.token}`
  }

  /** Whether any browser is connected; without one, events needn't be rendered. */
  get isWatched(): boolean {
    return this.viewers.size > 0
  }

  send(event: LiveEvent): void {
    const text = formatEvent(event)
    for (const viewer of this.viewers) {
      if (event.isTransient !== true || viewer.writableLength < BACKLOG_BYTES) viewer.write(text)
    }
  }

  /** Waits, for a limited time, until everything is delivered, and stops. */
  async close(): Promise<void> {
    const left = [...this.viewers].map(
      (viewer) => new Promise<void>((resolve) => viewer.on('close', resolve).end(resolve)),
    )
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS)
    })
    await Promise.race([Promise.all(left), deadline])
    clearTimeout(timer)
    this.server.close()
    this.server.closeAllConnections()
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = parseUrl(`http://x${request.url}`)
    const refusal = this.findRefusal(request, url)
    if (refusal !== null) refuse(response, ...refusal)
    else if (url?.pathname === '/events') this.addViewer(response)
    else {
      response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' })
      response.end(request.method === 'HEAD' ? undefined : LIVE_PAGE)
    }
  }

  private findRefusal({ method, headers }: IncomingMessage, url: URL | null): [number, string] | null {
    if (url === null || !this.isAllowedHost(headers.host)) return [403, 'unknown host']
    if (!isSame(url.searchParams.get('token') ?? '', this.token))
      return [403, 'open the address that perfctl printed, including its token']
    if (method !== 'GET' && method !== 'HEAD') return [405, 'GET only']
    if (url.pathname !== '/' && url.pathname !== '/events') return [404, 'not found']
    return this.viewers.size >= VIEWERS_MAX ? [503, 'too many viewers'] : null
  }

  private addViewer(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
    response.on('close', () => this.viewers.delete(response))
    response.on('error', () => this.viewers.delete(response))
    this.viewers.add(response)
    response.write(this.initialEvents().map(formatEvent).join('') || ': nothing yet\n\n')
  }

  /**
   * Guards against DNS rebinding: a foreign page may make a browser send requests to this server under the page's own
   * host name. Allowed are IP addresses, localhost, this machine's name, and the host given by the user.
   */
  private isAllowedHost(host: string | undefined): boolean {
    const url = parseUrl(`http://${host ?? ''}`)
    if (url === null) return false
    const name = url.hostname.replace(/^\[|\]$/g, '')
    return isIP(name) !== 0 || ['localhost', hostname().toLowerCase(), this.host.toLowerCase()].includes(name)
  }
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

const HEADERS = {
  'content-security-policy': LIVE_POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${why}\n`)
}

/** JSON has no line breaks, so it fits into one data line. */
function formatEvent({ name, data }: LiveEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Compares in constant time. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

/** Returns a host that a browser can open: `0.0.0.0` isn't one. */
function reachableHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const outer = addresses.find(({ family, internal }) => !internal && (host === '::' || family === 'IPv4'))
  return outer?.address ?? (host === '::' ? '::1' : '127.0.0.1')
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

function explain(error: Error, host: string, port: number): UserError {
  const flag = `--live-web ${inUrl(host)}:${port}`
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return userError(
        `${flag}: the port is in use`,
        'use another port, or write --live-web without one to get a free port',
      )
    case 'EACCES':
      return userError(`${flag}: not allowed to use this port`, 'use one above 1023, such as --live-web 8080')
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return userError(
        `${flag}: this machine has no such address`,
        'to listen on all addresses, write --live-web 0.0.0.0:8080',
      )
    default:
      return userError(`${flag}: ${messageOf(error)}`, 'try another port, such as --live-web 8080')
  }
}
