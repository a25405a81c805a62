/**
 * Real services on loopback for the tests from end to end: what they answer is a function, what they saw is counted.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

export interface Target {
  readonly url: string
  readonly seen: {
    /** How many requests came, by method and path without the query. */
    readonly counts: Record<string, number>
    /** Bytes that came and went, over all connections. */
    bytesReceived: number
    bytesSent: number
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const servers: Server[] = []

// Not after each test: tests that wait for time to pass run side by side.
afterAll(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})

/** A service that answers as `handler` does, until all tests of the file are over. */
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

/** Answers 200 with a few bytes after so many ms. */
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
