/**
 * Real services on loopback for end-to-end tests: a function makes their responses, and what they receive is counted.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

export interface Target {
  readonly url: string
  readonly seen: {
    /** The number of requests by method and path, without the query. */
    readonly counts: Record<string, number>
    /** Bytes received and sent on all connections. */
    bytesReceived: number
    bytesSent: number
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const servers: Server[] = []

// Not after each test, because slow tests run side by side.
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

/** A service that responds with `handler`, until all tests of the file are over. */
export async function startTarget(handler: Handler): Promise<Target> {
  const seen: Target['seen'] = { counts: {}, bytesReceived: 0, bytesSent: 0 }
  const server = createServer((request, response) => {
    const key = `${request.method} ${request.url?.replace(/\?.*/, '')}`
    seen.counts[key] = (seen.counts[key] ?? 0) + 1
    request.resume()
    handler(request, response)
  })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('close', () => {
      seen.bytesReceived += socket.bytesRead
      seen.bytesSent += socket.bytesWritten
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** Responds 200 with a few bytes after `ms`. */
export function answerAfter(ms: number): Handler {
  return async (_, response) => {
    if (ms > 0) await sleep(ms)
    response.end('fine')
  }
}

/** An address of this machine at which nobody listens. */
export async function findFreeUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** The sum of all counts. */
export function countAll({ seen }: Target): number {
  return Object.values(seen.counts).reduce((a, b) => a + b, 0)
}
