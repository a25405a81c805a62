import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeRequest, openClient } from '../../exchanges.js'
import { answering, listen, OK, serve } from '../../raw-server.js'

const certificate = makeCertificate()

describe.skipIf(certificate === null)('over TLS', () => {
  test('an untrusted certificate fails the request', async () => {
    const client = openClient(await startHttps())
    for (let i = 0; i < 2; i++) {
      const { failure } = await client.exchange()
      expect(failure).toEqual({
        kind: 'tls',
        message: 'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
      })
    }
    expect(client.connects).toEqual([])
    expect(client.surplus()).toBe(0)
  })

  test('except with insecure: true; then the time of the handshake is measured', async () => {
    const client = openClient(await startHttps(), { insecure: true })
    for (let i = 0; i < 3; i++) {
      const ended = await client.exchange({ method: 'POST', body: 'hello' })
      expect(ended).toMatchObject({ failure: null, status: 200 })
      expect(ended.bytesReceived).toBeGreaterThan(100)
    }
    expect(client.connects).toEqual([{ dnsMs: null, tcpMs: expect.any(Number), tlsMs: expect.any(Number) }])
    expect(client.connects[0]!.tlsMs).toBeGreaterThan(0)
  })

  test("a service that doesn't speak TLS fails as tls", async () => {
    const server = await serve((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    onTestFinished(() => server.close())
    const client = openClient(server.origin.replace('http:', 'https:'))
    expect((await client.exchange()).failure?.kind).toBe('tls')
  })

  test('a handshake without a response fails at the connect timeout', async () => {
    const silent = await serve((socket) => socket.resume())
    onTestFinished(() => silent.close())
    const client = openClient(silent.origin.replace('http:', 'https:'), { connectTimeoutMs: 100 })
    const { failure } = await client.exchange()
    expect(failure).toEqual({ kind: 'connect', message: 'no connection within 100ms' })
    await expect.poll(silent.open).toBe(0)
  })

  test('an abort during the handshake leaves nothing open', async () => {
    const silent = await serve((socket) => socket.resume())
    onTestFinished(() => silent.close())
    const client = openClient(silent.origin.replace('http:', 'https:'))
    const ended = client.exchange()
    await expect.poll(silent.open).toBe(1)
    client.connection.abort()
    await expect.poll(silent.open).toBe(0)
    expect(await isPending(ended)).toBe(true)
  })
})

describe('a service that accepts nothing', { timeout: 15_000 }, () => {
  test('fails at the connect timeout, each time', async () => {
    const client = openClient(await startDeaf(), { connectTimeoutMs: 150 })
    for (let i = 0; i < 2; i++) {
      const began = performance.now()
      const { failure } = await client.exchange()
      expect(failure).toEqual({ kind: 'connect', message: 'no connection within 150ms' })
      expect(performance.now() - began).toBeGreaterThan(140)
    }
    expect(client.surplus()).toBe(0)
  })

  test.each(['abort', 'close'] as const)('leaves nothing open after %s', async (act) => {
    const origin = await startDeaf()
    const [sockets, timers] = [openSockets(), alive(/^Timeout/)]
    const client = openClient(origin)
    const ended = client.exchange()
    await turn()
    expect(openSockets()).toBeGreaterThan(sockets)
    expect(alive(/^Timeout/)).toBe(timers + 1)
    await client.connection[act]()
    await turn()
    expect(openSockets()).toBe(sockets)
    expect(alive(/^Timeout/)).toBe(timers)
    expect(await isPending(ended)).toBe(true)
  })
})

describe('aborting', () => {
  test('a request without a response closes its connection, and the next one works', async () => {
    const server = await answering(() => {}, `${OK.slice(0, -1)}`)
    onTestFinished(() => server.close())
    const client = openClient(server.origin)
    for (let i = 1; i <= 2; i++) {
      const ended = client.exchange()
      await expect.poll(() => server.requests.length).toBe(i)
      await sleep(10)
      client.connection.abort()
      expect(client.connection.bytesReceived).toBe(i === 1 ? 0 : OK.length - 1)
      expect(client.connection.bytesSent).toBe(server.requests[0]!.length)
      await expect.poll(server.open).toBe(0)
      expect(await isPending(ended)).toBe(true)
    }
    expect((await client.exchange()).failure).toBeNull()
    expect(server.accepted()).toBe(3)
  })

  test('and sending the next one at once mixes up nothing', async () => {
    const server = await answering(() => {})
    onTestFinished(() => server.close())
    const client = openClient(server.origin)
    const first = client.exchange()
    client.connection.abort()
    const second = client.exchange({ path: '/second' })
    await expect.poll(() => server.requests.length).toBe(1)
    client.connection.abort()
    expect((await client.exchange({ path: '/third' })).failure).toBeNull()
    expect(await isPending(first)).toBe(true)
    expect(await isPending(second)).toBe(true)
    expect(server.requests.map((text) => text.split(' ')[1])).toEqual(['/second', '/third'])
    expect(client.surplus()).toBe(0)
  })

  test('a request that follows at once', async () => {
    const server = await answering()
    onTestFinished(() => server.close())
    const { connection, exchange } = openClient(server.origin)
    let ends = 0
    await new Promise<void>((resolve) =>
      connection.send(makeRequest(), {
        ended() {
          connection.send(makeRequest({ path: '/never' }), { ended: () => ends++ })
          connection.abort()
          resolve()
        },
      }),
    )
    expect((await exchange()).failure).toBeNull()
    expect(ends).toBe(0)
    expect(server.accepted()).toBe(2)
  })
})

describe('closing', () => {
  test('ends idle connections, requests in flight and unsent requests, and lets the process exit', async () => {
    const server = await answering(OK, () => {})
    onTestFinished(() => server.close())
    // Earlier test files in this process may have left some.
    const before = openSockets()
    const idle = openClient(server.origin)
    const busy = openClient(server.origin)
    const fresh = openClient(server.origin)
    const unused = openClient(server.origin)
    await idle.exchange()
    const pending = [busy.exchange(), fresh.exchange()]
    await Promise.all([idle, fresh, busy, unused].map(({ connection }) => connection.close()))
    await expect.poll(server.open).toBe(0)
    await expect.poll(openSockets).toBeLessThanOrEqual(before)
    for (const ended of pending) expect(await isPending(ended)).toBe(true)
    await idle.connection.close()
  })

  test('after a request that was never sent', async () => {
    const { connection } = openClient('http://127.0.0.1:1')
    connection.send(makeRequest(), { ended: () => expect.unreachable() })
    await connection.close()
    await sleep(20)
  })
})

/** A self-signed certificate for 127.0.0.1; null without openssl. */
function makeCertificate(): { key: Buffer; cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'perfctl-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    return null
  }
}

async function startHttps(): Promise<string> {
  const server = createHttpsServer(certificate!, (request, response) => {
    request.resume()
    request.on('end', () => response.end('ok'))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `https://127.0.0.1:${await listen(server as unknown as Server)}`
}

/** A process whose queue of connections is full: new ones wait forever, as behind a firewall that drops packets. */
async function startDeaf(): Promise<string> {
  const script = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port))
      process.kill(process.pid, 'SIGSTOP')
    })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const port = Number(
    await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(`${text}`))),
  )
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy()
  })
  await sleep(50)
  return `http://127.0.0.1:${port}`
}

/** The number of resources of a kind that keep the process alive. */
function alive(kind: RegExp): number {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name)).length
}

/** Connections of clients and servers, connected or connecting. */
const openSockets = () => alive(/^(TCPSocket|TCPConnect|TLS)/)

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => false), sleep(20).then(() => true)])
}
