/**
 * The demo service: a directory of local services to search, view and book, over real HTTP. Its work is waiting, so its
 * latencies are known and it uses next to no CPU time beside the load generator, unless an option makes it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { now } from '../base/clock.js'
import { codeOf, userError } from '../base/errors.js'
import { Random } from '../base/rng.js'
import { type Answer, Api, failure, METRICS_PATH } from './api.js'
import { Burner } from './burner.js'
import { Delays } from './delays.js'
import { afterStall, drawLatency, splitWork, type WorkTime } from './latency.js'
import { Leak } from './leak.js'
import { Metrics } from './metrics.js'
import { DEMO_DEFAULTS, type DemoOptions } from './options.js'
import { Slots } from './slots.js'

/** A demo service that isn't listening yet. */
export interface Demo {
  /**
   * Starts listening. Returns the URL without a trailing slash. Throws a UserError if that isn't possible there.
   */
  listen(): Promise<string>
  /** Closes all connections and stops. */
  close(): Promise<void>
}

const BODY_BYTES_MAX = 64 * 1024

/** Longer than any think time: closing a connection just as a client uses it would look like a failure. */
const KEEP_ALIVE_MS = 120_000

/** Creates a demo service. Missing options are those of a healthy one. */
export function createDemo(given: Partial<DemoOptions> = {}): Demo {
  const options = { ...DEMO_DEFAULTS, ...given }
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, createHandler(options))
  const leak = new Leak(options.leak)
  return {
    listen: async () => {
      const url = await listen(server, options)
      leak.start()
      return url
    },
    close: () =>
      new Promise((resolve) => {
        leak.stop()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function createHandler(options: DemoOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const startMs = now()
  const metrics = new Metrics()
  const api = new Api({ ...options, metrics })
  const burner = new Burner(options.cpu)
  // Separate streams, so that the error rate doesn't change the latencies drawn.
  const latencies = new Random(options.seed + 1)
  const errors = new Random(options.seed + 2)
  const slots = options.capacity === null ? null : new Slots(options.capacity, options.slow)
  const delays = new Delays(new Random(options.seed + 3))

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = now() - startMs
    const { method = 'GET', url = '/' } = request
    const route = api.routeOf(url.split('?', 1)[0]!)
    const body = await readBody(request)
    const contentType = request.headers['content-type'] ?? ''
    const answer = api.answer({ method, url, contentType, body }, atMs)
    const reply = (answer: Answer) => {
      if (route !== METRICS_PATH) metrics.countResponse(method, route, answer.status)
      send(response, answer)
    }
    // Before the waiting, so that it doesn't add to the latency.
    burner.pay()
    if (answer.work === null) return reply(answer)
    const workMs = slots?.workMs ?? drawLatency(answer.work, options.slow, latencies)
    const time = splitWork(answer.work, workMs, options.slowDb)
    const isBroken = errors.float() < options.errors
    const doneMs = slots?.take(atMs) ?? atMs + workMs
    // A slower database keeps no slot.
    const readyMs = doneMs + time.findMs + time.renderMs - workMs
    await delays.wait(afterStall(readyMs, options.stall) - (now() - startMs))
    if (answer.work !== 'cached search') metrics.addQuery(time.findMs)
    if (isBroken) return reply(failure(503, 'the service is overloaded'))
    response.setHeader('server-timing', serverTiming(answer, time))
    reply(answer)
  }

  return (request, response) => {
    // The only possible rejection: the client disconnected while sending its body.
    handle(request, response).catch(() => response.destroy())
  }
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  })
  response.end(answer.body)
}

/** Returns the Server-Timing header (W3C Server Timing), which browsers and perfctl read. */
function serverTiming(answer: Answer, { findMs, renderMs }: WorkTime): string {
  const cache = answer.headers['x-cache']
  const find = findMs.toFixed(2)
  const render = `render;dur=${renderMs.toFixed(2)}`
  if (cache === 'hit') return `cache;desc="hit";dur=${find}, ${render}`
  return `db;dur=${find}, ${render}${cache === undefined ? '' : ', cache;desc="miss"'}`
}

/**
 * Returns the body as text, or null if it is too large. Even then it is read to the end: refusing it midway would reset
 * the connection, and the client might never see why.
 */
async function readBody(request: IncomingMessage): Promise<string | null> {
  if (request.method === 'GET' || request.method === 'HEAD') return ''
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
  }
  return bytes <= BODY_BYTES_MAX ? Buffer.concat(chunks).toString('utf8') : null
}

async function listen(server: Server, { host, port }: DemoOptions): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, host, port)))
    server.listen(port, host, resolve)
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

function explain(error: Error, host: string, port: number): Error {
  if (codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'ENOTFOUND') {
    return userError(
      `the demo service can't listen on ${host}: that is no address of this machine`,
      'choose another one with --host, or --host 0.0.0.0 for all',
    )
  }
  if (codeOf(error) === 'EADDRINUSE') {
    return userError(
      `the demo service can't listen on port ${port}: it's in use`,
      'choose another one with --port, or --port 0 for a free one',
    )
  }
  if (codeOf(error) === 'EACCES') {
    return userError(
      `the demo service is not allowed to listen on port ${port}`,
      'choose a port above 1023 with --port, or --port 0 for a free one',
    )
  }
  return error
}
