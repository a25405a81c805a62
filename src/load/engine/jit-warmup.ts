/**
 * Before a worker reports ready, it sends the plan's requests to its own server within the thread, so that the
 * first real requests meet compiled code and a loaded HTTP parser. Without this, the first half second of every
 * run would measure the generator: at 5,000/s the first arrivals were sent 60 ms late and piled up.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { withEndlessData } from '../../plan/feeder-sources.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import type { HttpOptions } from '../../scenario/model/http-types.js'
import type { Load } from '../../scenario/model/load-types.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import { openWorld } from './node-world.js'
import { WorkerLoad } from './worker-load.js'

/**
 * How many requests are sent matters more than for how long. Users are added throughout, because setting up connections needs to be
 * warm, too.
 */
const WARMUP_MS = 300
const USERS = 100
const RATE = 16_000

/**
 * The warm-up pretends to have begun this long ago, with nothing to do, so that it includes the end of a
 * window. Otherwise that code would be cold at the end of the first second.
 */
const IDLE_MS = 800

/** Resolves when the code is warm. The target receives nothing. */
export async function warmUpJit(plan: Plan): Promise<void> {
  const server = await makeServer(plan.http.http2 === true, (request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    // The first cookie is slow: it loads the list of public suffixes, for example.
    if (plan.http.cookies !== undefined) response.setHeader('set-cookie', 'warmup=1')
    response.end('{"warmup":true}')
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  const port = await listen(server)
  const { isSteered: _, ...known } = plan
  const jitPlan = {
    ...withEndlessData(known),
    target: `http://127.0.0.1:${port}`,
    http: directly(plan.http),
    load: plan.load.model === 'open' ? OPEN : CLOSED,
    // Steps are sent one by one, because these responses have nothing to capture.
    requests: listSeries(plan).flatMap(({ request }) => (request === null ? [] : [toOwnServer(request)])),
    beforeEach: [],
  }
  const world = await openWorld(jitPlan)
  const part = new WorkerLoad(
    jitPlan,
    { index: 0, of: 1 },
    { world, beginAt: world.now() - IDLE_MS, emit() {} },
  )
  await part.done
  world.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
}

async function makeServer(isHttp2: boolean, listener: RequestListener): Promise<Server> {
  if (!isHttp2) return createServer(listener)
  const http2 = await import('node:http2')
  return http2.createServer(listener as never)
}

const COMMON = { warmupMs: 0, gracefulStopMs: 1000, iterations: null, start: 0 }

const CLOSED: Load = {
  ...COMMON,
  model: 'closed',
  stages: [
    { durationMs: IDLE_MS, target: 0 },
    { durationMs: WARMUP_MS, target: USERS },
  ],
  thinkTimeMs: [0, 0],
}

const OPEN: Load = {
  ...COMMON,
  model: 'open',
  stages: [
    { durationMs: IDLE_MS, target: 0 },
    { durationMs: WARMUP_MS, target: RATE },
  ],
  arrivals: 'even',
  maxVus: USERS,
}

/** Connects directly, without TLS. */
function directly({ socketPath, proxy, connectTo, tls, ...http }: HttpOptions): HttpOptions {
  return http
}

/** Replaces absolute URLs, which would lead to another server. */
function toOwnServer({ capture: _, ...request }: RequestSpec): RequestSpec {
  const [first] = request.path
  return typeof first === 'string' && first.startsWith('/') ? request : { ...request, path: ['/'] }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
