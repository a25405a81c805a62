/**
 * Single exchanges over a real connection, as promises.
 */
import { onTestFinished } from 'vitest'
import type { ConnectTimes } from '../../src/load/connection.js'
import { Completions } from '../../src/load/http/completion.js'
import { HttpConnection } from '../../src/load/http/http-connection.js'
import { WireCaches } from '../../src/load/http/http1/response-head.js'
import { Origins } from '../../src/load/http/origins.js'
import type { Failure } from '../../src/load/response/failure.js'
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
  /** Sends a request, GET / by default, and waits for its end. */
  exchange(request?: Partial<Outgoing>): Promise<Ended>
  /** The number of connections closed because of unsolicited bytes. */
  readonly unsolicited: () => number
  /** How many times an exchange ended again. */
  readonly surplus: () => number
}

/** A virtual user's connections, closed at the end of the test. */
export function openClient(
  origin: string,
  { connectTimeoutMs = 2000, insecure = false }: { connectTimeoutMs?: number; insecure?: boolean } = {},
): Client {
  const connects: ConnectTimes[] = []
  let unsolicited = 0
  const completions = new Completions()
  const origins = new Origins({
    http: { connectTimeoutMs, insecure },
    completions,
    texts: new WireCaches(),
    events: { connected: (times) => connects.push(times), unsolicited: () => unsolicited++ },
    width: 1,
  })
  const connection = new HttpConnection({ origin, origins, completions })
  let surplus = 0
  onTestFinished(() => connection.close())
  return {
    connection,
    connects,
    unsolicited: () => unsolicited,
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

/** A request, GET / by default. */
export function makeRequest(request: Partial<Outgoing> = {}): Outgoing {
  return { index: 0, method: 'GET', origin: null, path: '/', headers: [], body: null, ...request }
}
