/**
 * A virtual user against a real server, as in `try` and the load, one request at a time.
 */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Connection, ConnectTimes } from '../../../src/load/connection.js'
import { openNetwork } from '../../../src/load/http/connection-factory.js'
import { type Attempt, SingleUser } from '../../../src/load/once/single-user.js'
import type { Failure } from '../../../src/load/response/failure.js'
import type { Plan } from '../../../src/plan/plan.js'
import type { Outgoing } from '../../../src/plan/request.js'
import type { HttpOptions } from '../../../src/scenario/model/http-types.js'
import { makeRequest } from '../exchanges.js'
import { closedLoad, makeTestPlan } from '../simulate.js'

export interface TestUser {
  /** Sends a request, GET / by default. */
  send(request?: Partial<Outgoing>): Promise<Attempt>
  /** Begins another iteration. */
  begin(): void
}

/** A user whose connections are closed at the end of the test. */
export async function openUser(target: string, http: Partial<HttpOptions> = {}): Promise<TestUser> {
  const user = await SingleUser.open(makePlanFor(target, http))
  onTestFinished(() => user.close())
  return {
    // Like a prepared request, it has its numbers of redirects and retries.
    send: (request) => {
      const { redirects, retries } = http
      return user.send(makeRequest({ redirects, retries, ...request }))
    },
    begin: () => user.begin(),
  }
}

/** A plan for a target, with defaults. */
export function makePlanFor(target: string, http: Partial<HttpOptions> = {}): Plan {
  const plan = makeTestPlan({ load: closedLoad() })
  return { ...plan, target, http: { ...plan.http, ...http } }
}

/** Starts an HTTP server on a free port until the end of the test, and returns its origin. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    listener(request, response)
  })
  return `http://127.0.0.1:${await listenForTest(server)}`
}

/** Listens until the end of the test, then closes all connections. Returns the port. */
export async function listenForTest(server: Server, path?: string): Promise<number> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path === undefined ? (server.address() as AddressInfo).port : 0
}

/** The body of a request. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The end of an exchange. */
export interface Ended {
  readonly failure: Failure | null
  readonly status: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** Users of one network, whose connections are closed at the end of the test. */
export async function openUsers(origin: string, count: number, http: Partial<HttpOptions>) {
  const connects: ConnectTimes[] = []
  const connect = await openNetwork(makePlanFor(origin, http))
  const users = Array.from({ length: count }, () =>
    connect({ connected: (times) => connects.push(times), unsolicited() {} }),
  )
  onTestFinished(() => Promise.all(users.map((user) => user.close())).then(() => {}))
  return { users, connects }
}

/** Sends a request, GET / by default, and waits for its end. */
export function exchange(user: Connection, request: Partial<Outgoing> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    let isOver = false
    user.send(makeRequest(request), {
      ended(failure) {
        // Nobody catches it, so the test fails.
        if (isOver) throw new Error('it ended twice')
        isOver = true
        const { status, bytesSent, bytesReceived } = user
        resolve({ failure, status, bytesSent, bytesReceived })
      },
    })
  })
}
