/**
 * Single exchanges over a real connection, as promises.
 */
import { onTestFinished } from 'vitest'
import type { ConnectTimes } from '../../src/load/connection.js'
import { HttpConnection } from '../../src/load/http/client.js'
import { Texts } from '../../src/load/http/head.js'
import type { Failure } from '../../src/load/outcome.js'
import type { Outgoing } from '../../src/plan/request.js'

export interface Ended {
  readonly failure: Failure | null
  readonly status: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

export interface Client {
  readonly connection: HttpConnection
  /** The times of each connection that was set up. */
  readonly connects: ConnectTimes[]
  /** Sends a request, GET / unless said otherwise, and waits for its end. */
  exchange(request?: Partial<Outgoing>): Promise<Ended>
  /** How often an exchange ended that had ended already. */
  readonly surplus: () => number
}

/** A virtual user's connections, closed when the test is over. */
export function openClient(
  origin: string,
  { connectTimeoutMs = 2000, insecure = false }: { connectTimeoutMs?: number; insecure?: boolean } = {},
): Client {
  const connects: ConnectTimes[] = []
  const connection = new HttpConnection({
    origin,
    http: { connectTimeoutMs, insecure },
    texts: new Texts(),
    onConnect: (times) => connects.push(times),
  })
  let surplus = 0
  onTestFinished(() => connection.close())
  return {
    connection,
    connects,
    surplus: () => surplus,
    exchange: (request) =>
      new Promise((resolve) => {
        let isOver = false
        connection.send(makeRequest(request), {
          ended(failure) {
            if (isOver) surplus++
            isOver = true
            const { status, bytesSent, bytesReceived } = connection
            resolve({ failure, status, bytesSent, bytesReceived })
          },
        })
      }),
  }
}

/** A request, GET / unless said otherwise. */
export function makeRequest(request: Partial<Outgoing> = {}): Outgoing {
  return { index: 0, method: 'GET', origin: null, path: '/', headers: [], body: null, ...request }
}
