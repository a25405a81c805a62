/**
 * Makes the connections of a plan's virtual users, with a layer for each feature that the scenario uses.
 * Modules of unused features aren't loaded.
 */
import { Random } from '../../base/rng.js'
import type { Plan } from '../../plan/plan.js'
import { sentBy } from '../../plan/series.js'
import { HTTP2_STREAMS } from '../../scenario/model/http-types.js'
import type { Connection, ConnectionEvents } from '../connection.js'
import { Completions } from './completion.js'
import { HttpConnection } from './http-connection.js'
import { WireCaches } from './http1/response-head.js'
import { Origins, type OriginsOptions } from './origins.js'

/** Makes a connection for another virtual user. */
export type Connect = (events: ConnectionEvents) => Connection

/** Options of a network. */
export interface NetworkOptions {
  /** The lowest layer, to observe what goes over the wire. */
  readonly watch?: Put | null
  /** The segment of the load; shared connections are divided among segments. */
  readonly part?: { readonly index: number; readonly of: number }
}

const ALL = { index: 0, of: 1 }

/** Wraps a connection in a layer. */
type Put = (inner: Connection) => Connection

/** Returns how to connect to the target of `plan`, and to any other origin. */
export async function openNetwork(
  plan: Plan,
  { watch = null, part = ALL }: NetworkOptions = {},
): Promise<Connect> {
  const { origin } = new URL(plan.target)
  const { http } = plan
  const tunnel = http.proxy === undefined ? undefined : await import('./connect/tunnel.js')
  const http2 = http.http2 === true ? (await import('./http2/client.js')).http2Clients() : undefined
  const completions = new Completions()
  const network = {
    origin,
    completions,
    options: { http, tunnel, http2, completions, texts: new WireCaches(http.keepAlive) },
  }
  const connect =
    http.connections === undefined
      ? connectAlone(network)
      : await openPool(network, http.connections, http.pipelining, part)
  // From bottom to top: cookies apply to each hop, and a retry starts at the first hop.
  const layers = [
    watch,
    await putProxy(plan, origin),
    await putAllowed(plan, origin, network.completions),
    await putCookies(plan, origin),
    await putRedirects(plan, origin),
    await putRetries(plan),
    await putIds(plan),
  ]
  const put = layers.filter((layer) => layer !== null)
  if (put.length === 0) return connect
  return (events) => put.reduce((inner, layer) => layer(inner), connect(events))
}

/** What all connections of a thread share. */
interface Network {
  readonly origin: string
  readonly completions: Completions
  readonly options: Omit<OriginsOptions, 'events' | 'width'>
}

/** Gives each user its own connections. */
function connectAlone({ origin, completions, options }: Network): Connect {
  return (events) =>
    new HttpConnection({ origin, completions, origins: new Origins({ ...options, events, width: 1 }) })
}

/** Opens the shared connections of one segment. */
async function openPool(
  { origin, completions, options }: Network,
  connections: number,
  pipelining: number | undefined,
  { index, of }: { readonly index: number; readonly of: number },
): Promise<Connect> {
  const { Pool, PooledConnection } = await import('./pool.js')
  // All users of a segment report to the same listener.
  let told: ConnectionEvents = { connected() {}, unsolicited() {} }
  const events: ConnectionEvents = {
    connected: (times) => told.connected(times),
    unsolicited: () => told.unsolicited(),
  }
  const width = pipelining ?? (options.http2 === undefined ? 1 : HTTP2_STREAMS)
  const pool = new Pool(Math.max(1, Math.ceil((connections - index) / of)), width, () => {
    const origins = new Origins({ ...options, events, width })
    return Array.from({ length: width }, () => new HttpConnection({ origin, completions, origins }))
  })
  return (events) => {
    told = events
    return new PooledConnection(pool)
  }
}

async function putProxy({ http: { proxy, http2 } }: Plan, origin: string): Promise<Put | null> {
  // Absolute URLs exist only in HTTP/1.1: plain HTTP/2 goes through a tunnel.
  if (proxy === undefined || http2 === true) return null
  const { ProxiedConnection } = await import('./layers/proxy.js')
  return (inner) => new ProxiedConnection(inner, origin, proxy)
}

async function putAllowed(
  { allowedHosts }: Plan,
  origin: string,
  completions: Completions,
): Promise<Put | null> {
  if (allowedHosts === undefined) return null
  const { AllowedConnection } = await import('./layers/allowed.js')
  return (inner) => new AllowedConnection(inner, { origin, hosts: allowedHosts, completions })
}

async function putCookies({ http }: Plan, origin: string): Promise<Put | null> {
  if (http.cookies === undefined) return null
  const { CookieConnection } = await import('./layers/cookies.js')
  const options = { origin, keep: http.cookies === 'user' }
  return (inner) => new CookieConnection(inner, options)
}

async function putRedirects(plan: Plan, origin: string): Promise<Put | null> {
  if (!plan.http.redirects && !sentBy(plan).some(({ redirects }) => redirects)) return null
  const { FollowingConnection } = await import('./layers/redirects.js')
  return (inner) => new FollowingConnection(inner, origin)
}

/** Pauses use their own random numbers, so that retries don't change what is sent. */
const PAUSE_SEED = 0x9a05

async function putRetries(plan: Plan): Promise<Put | null> {
  const { http, seed } = plan
  if (http.retries === undefined && !sentBy(plan).some(({ retries }) => retries !== undefined)) return null
  const { RetryingConnection } = await import('./layers/retries.js')
  let count = 0
  return (inner) => {
    const random = new Random(seed + PAUSE_SEED)
    random.seek(count++)
    return new RetryingConnection(inner, { timeoutMs: http.timeoutMs, random })
  }
}

async function putIds({ http: { idHeader } }: Plan): Promise<Put | null> {
  if (idHeader === undefined) return null
  const { RequestIdConnection } = await import('./layers/request-id.js')
  return (inner) => new RequestIdConnection(inner, idHeader)
}
