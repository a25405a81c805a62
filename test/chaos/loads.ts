/**
 * Kinds of loads. Each meets every fault.
 */
import type { Excuses } from './account.js'
import type { Yaml } from './unleash.js'

/** A kind of load. */
interface LoadCase {
  readonly load: Yaml
  readonly http?: Yaml
  /** What its users send instead of GETs, some of them POSTs. */
  readonly requests?: readonly Yaml[]
  readonly excuses?: Excuses
}

/** Where the service is, for proxy settings. */
export type AtPort = (port: number) => LoadCase & { readonly target?: string }

/** Every request has its own number, and any body will do; matching is checked elsewhere. */
export const GET: Yaml = { name: 'get', weight: 8, get: '/r/{{ iteration() }}', expect: { matches: '^' } }
const POST: Yaml = {
  name: 'post',
  weight: 1,
  post: '/r/{{ iteration() }}',
  body: 'a few bytes',
  expect: { matches: '^' },
}

/** The default requests. */
export const REQUESTS: readonly Yaml[] = [GET, POST]

/** Both run until their service has had enough requests. */
export const CLOSED: Yaml = { vus: 10, duration: '30s', thinkTime: '30ms..60ms', gracefulStop: '2s' }
export const OPEN: Yaml = { rate: '150/s', duration: '30s', gracefulStop: '2s' }

/** Timeouts that are never reached: hanging requests are found at the end. */
export const HTTP: Yaml = { timeout: '5s', connectTimeout: '5s' }
/** Short timeouts, because a run has to meet many hanging requests. */
export const HASTY: Yaml = { timeout: '800ms', connectTimeout: '5s' }

/** Requests that can't be sent twice meet the ends of kept-alive connections. */
const POSTS: Excuses = { notIdempotent: ['reset'] }
/** Several requests on one connection fail with it, and surplus bytes look like the next response. */
const NEIGHBOURS: Excuses = { innocent: ['reset', 'given up', 'timeout', 'protocol'] }

/** Loads over HTTP/1.1. */
export const HTTP1_LOADS: Readonly<Record<string, AtPort>> = {
  closed: () => ({ load: CLOSED, excuses: POSTS }),
  open: () => ({ load: OPEN, excuses: POSTS }),
  'without keep-alive': () => ({ load: CLOSED, http: { keepAlive: false } }),
  'shared connections': () => ({ load: CLOSED, http: { connections: 8 }, excuses: POSTS }),
  'shared connections, open': () => ({ load: OPEN, http: { connections: 30 }, excuses: POSTS }),
  pipelined: () => ({ load: CLOSED, http: { connections: 3, pipelining: 4 }, excuses: NEIGHBOURS }),
  'pipelined, open': () => ({ load: OPEN, http: { connections: 10, pipelining: 4 }, excuses: NEIGHBOURS }),
  retries: () => ({
    load: { ...CLOSED, gracefulStop: '4s' },
    http: { retries: { count: 2, backoff: '5ms..10ms' } },
    excuses: POSTS,
  }),
  TLS: () => ({ load: CLOSED, http: { tls: { insecure: true } }, target: 'https', excuses: POSTS }),
  'through an HTTP proxy': (port) => ({
    load: CLOSED,
    http: { proxy: `http://127.0.0.1:${port}` },
    excuses: POSTS,
  }),
  'through CONNECT': (port) => ({
    load: CLOSED,
    http: { proxy: `http://127.0.0.1:${port}`, tls: { insecure: true } },
    target: 'https',
    excuses: POSTS,
  }),
  'through SOCKS': (port) => ({
    load: CLOSED,
    http: { proxy: `socks5://127.0.0.1:${port}` },
    excuses: POSTS,
  }),
}

/** Loads over HTTP/2. */
export const HTTP2_LOADS: Readonly<Record<string, AtPort>> = {
  closed: () => ({ load: CLOSED, http: { http2: true }, excuses: POSTS }),
  open: () => ({ load: OPEN, http: { http2: true }, excuses: POSTS }),
  'shared connections': () => ({ load: CLOSED, http: { http2: true, connections: 2 }, excuses: NEIGHBOURS }),
  'shared connections, open': () => ({
    load: OPEN,
    http: { http2: true, connections: 2 },
    excuses: NEIGHBOURS,
  }),
  retries: () => ({
    load: { ...CLOSED, gracefulStop: '4s' },
    http: { http2: true, retries: { count: 2, backoff: '5ms..10ms' } },
    excuses: POSTS,
  }),
  TLS: () => ({
    load: CLOSED,
    http: { http2: true, tls: { insecure: true } },
    target: 'https',
    excuses: POSTS,
  }),
  'TLS, shared': () => ({
    load: CLOSED,
    http: { http2: true, connections: 2, tls: { insecure: true } },
    target: 'https',
    excuses: NEIGHBOURS,
  }),
  'through CONNECT': (port) => ({
    load: CLOSED,
    http: { http2: true, proxy: `http://127.0.0.1:${port}`, tls: { insecure: true } },
    target: 'https',
    excuses: POSTS,
  }),
}
