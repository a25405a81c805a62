/**
 * A user of a plan against a real server: what `try` and the load do, one request at a time.
 */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Attempt, SingleUser } from '../../../src/load/once/single-user.js'
import type { Plan } from '../../../src/plan/plan.js'
import type { Outgoing } from '../../../src/plan/request.js'
import type { HttpOptions } from '../../../src/scenario/model/http-types.js'
import { makeRequest } from '../exchanges.js'
import { closedLoad, makeTestPlan } from '../simulate.js'

export interface TestUser {
  /** Sends a request, GET / unless said otherwise. */
  send(request?: Partial<Outgoing>): Promise<Attempt>
  /** Another iteration begins. */
  begin(): void
}

/** A user whose connections are closed when the test is over. */
export async function openUser(target: string, http: Partial<HttpOptions> = {}): Promise<TestUser> {
  const user = await SingleUser.open(makePlanFor(target, http))
  onTestFinished(() => user.close())
  return {
    // As a prepared request does, it says how often it follows and tries again.
    send: (request) => {
      const { redirects, retries } = http
      return user.send(makeRequest({ redirects, retries, ...request }))
    },
    begin: () => user.begin(),
  }
}

/** A plan for a target; what isn't said is as usual. */
export function makePlanFor(target: string, http: Partial<HttpOptions> = {}): Plan {
  const plan = makeTestPlan({ load: closedLoad() })
  return { ...plan, target, http: { ...plan.http, ...http } }
}

/** An HTTP server on a free port until the test is over; gives its origin. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    listener(request, response)
  })
  return `http://127.0.0.1:${await listenForTest(server)}`
}

/** Listens until the test is over, then ends every connection; gives the port. */
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
