/**
 * Services that go down and come back, and services that accept no requests.
 */
import { spawn } from 'node:child_process'
import dns from 'node:dns'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { now } from '../../src/base/clock.js'
import { makeCertificates } from '../load/http/certificates.js'
import { bookComplaints, complaintsOf, countEndings } from './account.js'
import { type Ending, reset, type Script } from './ask.js'
import { GOOD } from './http1-faults.js'
import { GOOD_STREAM } from './http2-faults.js'
import { GET, HASTY, HTTP, REQUESTS } from './loads.js'
import { type Service, type ServiceOptions, startService } from './service.js'
import { type Unleashed, unleash, type Yaml } from './unleash.js'

const certificates = makeCertificates()!
const tls = { cert: certificates.read('server.pem'), key: certificates.read('server.key') }
const ca = `${certificates.folder}/ca.pem`

/** A valid service for all protocols. */
const WELL: ServiceOptions = { http1: () => GOOD, http2: () => GOOD_STREAM, tls }
/** They run until the test has had enough requests. */
const CLOSED: Yaml = { vus: 6, duration: '40s', thinkTime: '20ms..40ms', gracefulStop: '1s' }
const OPEN: Yaml = { rate: '100/s', duration: '40s', gracefulStop: '1s' }
const SHORT: Yaml = { vus: 6, duration: '1s', thinkTime: '20ms..40ms', gracefulStop: '1s' }
const H2 = { http2: true }
const INSECURE = { tls: { insecure: true } }

interface Case {
  readonly load?: Yaml
  readonly http?: Yaml
  readonly target?: string
  readonly requests?: readonly Yaml[]
}

const OUTAGES: Readonly<Record<string, Case>> = {
  closed: {},
  'closed, without think time': { load: { vus: 3, duration: '40s', gracefulStop: '1s' } },
  open: { load: OPEN },
  'without keep-alive': { http: { keepAlive: false } },
  'shared connections': { http: { connections: 2 } },
  'shared connections, open': { load: OPEN, http: { connections: 4 } },
  pipelined: { http: { connections: 2, pipelining: 2 } },
  TLS: { http: INSECURE, target: 'https' },
  'HTTP/2': { http: H2 },
  'HTTP/2, open': { load: OPEN, http: H2 },
  'HTTP/2, shared': { http: { ...H2, connections: 2 } },
  'HTTP/2, TLS, shared, open': { load: OPEN, http: { ...H2, ...INSECURE, connections: 2 }, target: 'https' },
  journeys: {
    requests: [
      {
        name: 'journey',
        steps: [
          { name: 'first', get: '/r/{{ iteration() }}' },
          { pause: '10ms' },
          { name: 'second', get: '/r/{{ iteration() }}' },
        ],
      },
    ],
  },
}

describe.concurrent('a service that is killed and comes back', () => {
  const GAP_MS = 2000
  const ENOUGH = 30
  const A_WHILE_MS = 300

  /**
   * Waits until the service has seen this many more requests, spread over a while: users without think time send them
   * at once.
   */
  async function seesEnough({ arrivals }: Service): Promise<void> {
    const before = arrivals.size
    await sleep(A_WHILE_MS)
    while (arrivals.size < before + ENOUGH) await sleep(20)
  }

  /** Kills the service during a load and restarts it. Returns the run and the times. */
  async function runWithGap(
    { load = CLOSED, http = {}, target = 'http', requests = REQUESTS }: Case,
    gapMs = GAP_MS,
  ) {
    const service = await startService(WELL)
    let stop = () => {}
    const until = new Promise<void>((resolve) => {
      stop = resolve
    })
    const scenario = { load, http: { ...HTTP, ...http }, requests }
    const running = unleash(scenario, `${target}://127.0.0.1:${service.port}`, { until })
    await seesEnough(service)
    const killedAt = now()
    await service.stop()
    await sleep(gapMs)
    await service.start()
    const backAt = now()
    await Promise.race([seesEnough(service), running])
    const wellAt = now() + 300
    await sleep(300)
    await Promise.race([seesEnough(service), running])
    stop()
    const run = await running
    await service.stop()
    return { run, killedAt, backAt, wellAt }
  }

  test.each(Object.entries(OUTAGES))(
    'loses the requests of the gap and no others, %s',
    async (name, each) => {
      const { run, killedAt, backAt, wellAt } = await runWithGap(each)
      const sent = name === 'journeys' ? countedOf(run) : run.sent
      expect(bookComplaints({ ...run, sent })).toEqual([])
      const between = (from: number, to: number) => {
        const ended = run.ended!.filter(({ at }) => at >= from - run.beginAt && at < to - run.beginAt)
        return Object.fromEntries(countEndings(ended))
      }
      const { ok: before, ...failedBefore } = between(0, killedAt - 20)
      expect(failedBefore).toEqual({})
      expect(before).toBeGreaterThan(5)
      const { ok: after, 'given up': _, ...failedAfter } = between(wellAt, Number.POSITIVE_INFINITY)
      expect(failedAfter).toEqual({})
      expect(after).toBeGreaterThan(5)
      const { connect, reset = 0, ok, ...others } = between(killedAt - 20, wellAt)
      expect(others).toEqual({})
      expect(connect).toBeGreaterThan(10)
      // Requests in flight when it was killed, and those that met the end of their connection.
      expect(reset).toBeLessThan(connect!)
      expect(ok).toBeGreaterThan(5)
      // Timers count whole milliseconds.
      expect(backAt - killedAt).toBeGreaterThan(GAP_MS - 2)
    },
  )

  test('loses no request if requests are retried until it is back', async () => {
    const http = { retries: { count: 20, backoff: '100ms..300ms' } }
    const { run } = await runWithGap({ load: { ...OPEN, gracefulStop: '5s' }, http, requests: [GET] }, 700)
    expect(bookComplaints(run)).toEqual([])
    expect(run.totals.failed).toBe(0)
    expect(run.totals.retries.recovered).toBeGreaterThan(10)
  })

  test('does not end the load of another target beside it', async () => {
    const service = await startService(WELL)
    const requests = [GET, { name: 'gone', get: 'http://127.0.0.1:1/r/{{ iteration() }}' }]
    const run = await unleash({ load: SHORT, http: HTTP, requests }, `http://127.0.0.1:${service.port}`)
    const complaints = await complaintsOf(run, service, () => GOOD, { unseen: ['connect'] })
    await service.stop()
    expect(complaints).toEqual([])
    expect(run.totals.requests - run.totals.failed).toBeGreaterThan(10)
  })
})

describe.concurrent('a service that accepts no requests', () => {
  const never: Script<never> = () => ({ name: 'never answered', ends: [], answer() {} })

  /** All requests of a load end in these ways, at the pace of connection attempts. */
  async function allEnd(
    ends: readonly Ending[],
    options: ServiceOptions,
    each: Case = {},
  ): Promise<Unleashed> {
    const service = await startService({ http1: never as never, ...options })
    const { load = SHORT, http = {}, target = 'http', requests = [GET] } = each
    const scenario = { load, http: { ...HTTP, ...http }, requests }
    const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`)
    const complaints = await complaintsOf(run, service, () => ({ name: 'let in', ends }), {
      unseen: [...ends, 'given up'],
    })
    await service.stop()
    expect(complaints).toEqual([])
    // Only real attempts are counted, except for the last of each user, which may be too late to be accepted.
    if (!('connections' in http)) expect(service.accepted()).toBeGreaterThanOrEqual(run.sent - run.users)
    return run
  }

  const closing = (socket: { destroy(): void }) => {
    socket.destroy()
    return true
  }
  const silent = (socket: Socket) => {
    socket.resume().on('end', () => socket.end())
    return true
  }

  test('accepts and closes', async () => {
    await allEnd(['reset', 'connect'], { accept: closing })
    await allEnd(['reset', 'connect'], { accept: closing }, { http: H2 })
    await allEnd(['reset', 'connect'], { accept: closing }, { http: { connections: 2, pipelining: 2 } })
    await allEnd(['reset', 'connect', 'tls'], { accept: closing }, { target: 'https', http: INSECURE })
  })

  test('accepts and resets', async () => {
    const resetting = (socket: Socket) => {
      reset(socket)
      return true
    }
    await allEnd(['reset', 'connect'], { accept: resetting })
    await allEnd(['reset', 'connect'], { accept: resetting }, { http: { ...H2, connections: 2 } })
    await allEnd(['reset', 'connect', 'tls'], { accept: resetting }, { target: 'https', http: INSECURE })
  })

  test.each<[string, Case]>([
    ['HTTP/1', {}],
    ['HTTP/2', { http: H2 }],
    ['HTTP/2, shared', { http: { ...H2, connections: 2 } }],
    ['TLS', { target: 'https', http: INSECURE }],
    ['HTTP/2 over TLS', { target: 'https', http: { ...H2, ...INSECURE } }],
    ['open', { load: { rate: '50/s', duration: '1s', gracefulStop: '1s' }, target: 'https', http: INSECURE }],
  ])('accepts and says nothing, %s', async (_, each) => {
    const service = await startService({ ...WELL, accept: silent })
    const { load = SHORT, http = {}, target = 'http' } = each
    const scenario = { load, http: { ...HASTY, ...http }, requests: [GET] }
    const run = await unleash(scenario, `${target}://127.0.0.1:${service.port}`)
    const ends: Ending[] = ['timeout', 'connect', 'given up']
    const complaints = await complaintsOf(run, service, () => GOOD, { unseen: ends })
    await service.stop()
    expect(complaints).toEqual([])
    expect(run.totals.failed + run.totals.unfinished).toBeGreaterThan(0)
  })

  test('has an untrusted certificate', async () => {
    await allEnd(['tls'], { tls }, { target: 'https' })
    await allEnd(['tls'], { tls }, { target: 'https', http: { ...H2, connections: 2 } })
    await allEnd(['tls'], { tls }, { target: 'https', load: { rate: '50/s', duration: '1s' } })
  })

  test('has a trusted certificate for another host', async () => {
    const http = { tls: { ca, servername: 'other.test' } }
    await allEnd(['tls'], { tls }, { target: 'https', http })
    await allEnd(['tls'], { tls }, { target: 'https', http: { ...http, ...H2 } })
    // Without think time: no faster than handshakes fail.
    await allEnd(['tls'], { tls }, { target: 'https', http, load: { vus: 4, duration: '1s' } })
  })

  test('speaks only HTTP/1.1 over TLS', async () => {
    await allEnd(
      ['protocol'],
      { tls: { ...tls, alpn: ['http/1.1'] } },
      { target: 'https', http: { ...H2, ...INSECURE } },
    )
  })

  test('speaks only HTTP/2 over TLS', async () => {
    await allEnd(['protocol'], { tls: { ...tls, alpn: ['h2'] } }, { target: 'https', http: INSECURE })
  })

  test('speaks plain HTTP to a TLS client', async () => {
    const plain: ServiceOptions['accept'] = (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'))
      return true
    }
    await allEnd(['tls'], { accept: plain }, { target: 'https', http: INSECURE })
    await allEnd(['tls'], { accept: plain }, { target: 'https', http: { ...H2, ...INSECURE } })
  })

  test('speaks TLS to a plain HTTP client', async () => {
    const alert: ServiceOptions['accept'] = (socket) => {
      socket.once('data', () => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])))
      return true
    }
    await allEnd(['protocol', 'reset'], { accept: alert })
    await allEnd(['protocol', 'reset'], { accept: alert }, { http: H2 })
    await allEnd(['protocol', 'reset'], { accept: alert }, { http: { ...H2, connections: 2 } })
  })

  test('is a proxy that refuses, stalls, closes or talks nonsense', async () => {
    const answers = [
      'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n',
      'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n',
      'SSH-2.0-OpenSSH\r\n',
      'HTTP/1.1 200 Connection established\r\n',
      '',
    ]
    const tunnel: ServiceOptions['tunnel'] = (socket, n) => {
      socket.end(answers[n % answers.length]!)
      return true
    }
    const service = await startService({ ...WELL, tunnel })
    const http = { ...HTTP, ...INSECURE, proxy: `http://127.0.0.1:${service.port}` }
    for (const extra of [{}, { ...H2 }, { connections: 2 }]) {
      const run = await unleash(
        { load: SHORT, http: { ...http, ...extra }, requests: [GET] },
        'https://127.0.0.1:1',
      )
      const complaints = await complaintsOf(run, service, () => GOOD, { unseen: ['connect'] })
      expect(complaints).toEqual([])
    }
    await service.stop()
  })

  test('is a SOCKS proxy that refuses, stalls, closes or talks nonsense', async () => {
    const accept: ServiceOptions['accept'] = (socket, n) => {
      socket.once('data', () => {
        if (n % 4 === 0) socket.end(Buffer.from([5, 0xff]))
        else if (n % 4 === 1) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
        else if (n % 4 === 2) socket.end(Buffer.from([5]))
        else reset(socket)
      })
      return true
    }
    const service = await startService({ accept })
    const http = { ...HTTP, proxy: `socks5://127.0.0.1:${service.port}` }
    for (const extra of [{}, { connections: 2 }, H2]) {
      const run = await unleash(
        { load: SHORT, http: { ...http, ...extra }, requests: [GET] },
        'http://127.0.0.1:1',
      )
      const complaints = await complaintsOf(run, service, () => GOOD, { unseen: ['connect', 'reset'] })
      expect(complaints).toEqual([])
    }
    await service.stop()
  })
})

describe.concurrent('a stopped process', () => {
  /** Listens with the shortest queue, and responds normally. */
  const PROGRAM = `
    const server = require('node:http').createServer((_, response) => response.end('fine'))
    server.listen(0, '127.0.0.1', 1, () => console.log(server.address().port))`

  test('fills its queue of connections, and continues afterwards', async () => {
    const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [text] = (await once(child.stdout, 'data')) as [Buffer]
      const http = { ...HASTY, keepAlive: false }
      const load = { rate: '40/s', duration: '4s', gracefulStop: '1s' }
      const running = unleash({ load, http, requests: [GET] }, `http://127.0.0.1:${Number(text)}`)
      await sleep(1000)
      child.kill('SIGSTOP')
      await sleep(1500)
      child.kill('SIGCONT')
      const run = await running
      expect(bookComplaints(run)).toEqual([])
      const kinds = kindsOf(run)
      expect(kinds.filter((kind) => !['ok', 'timeout', 'connect', 'given up'].includes(kind))).toEqual([])
      expect(run.totals.failed).toBeGreaterThan(5)
      expect(run.ended!.filter(({ ending, at }) => ending === 'ok' && at > 2500).length).toBeGreaterThan(5)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('an unreliable DNS', () => {
  const { lookup } = dns
  let asked = 0

  beforeAll(() => {
    const stub = (name: string, options: dns.LookupAllOptions, callback: (...args: unknown[]) => void) => {
      if (!name.endsWith('.test')) return lookup(name, options, callback as never)
      const isFound = name === 'sometimes.test' && asked++ % 3 !== 0
      const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
        code: 'EAI_AGAIN',
        syscall: 'getaddrinfo',
      })
      setImmediate(() => {
        if (!isFound) callback(error)
        else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
        else callback(null, '127.0.0.1', 4)
      })
    }
    vi.spyOn(dns, 'lookup').mockImplementation(stub as never)
  })
  afterAll(() => void vi.restoreAllMocks())

  test.each<[string, Yaml]>([
    ['without keep-alive', { keepAlive: false }],
    ['HTTP/2', H2],
    ['pipelined', { connections: 2, pipelining: 2 }],
  ])('%s', async (_, http) => {
    asked = 0
    const service = await startService(WELL)
    const scenario = { load: SHORT, http: { ...HTTP, ...http }, requests: [GET] }
    const run = await unleash(scenario, `http://sometimes.test:${service.port}`)
    const complaints = await complaintsOf(run, service, () => GOOD, { unseen: ['dns'] })
    await service.stop()
    expect(complaints).toEqual([])
    expect(run.totals.failed).toBeGreaterThan(0)
    expect(run.totals.requests - run.totals.failed).toBeGreaterThan(10)
  })

  test('never resolves: all requests fail as dns, and the load goes on', async () => {
    const run = await unleash({ load: SHORT, http: HTTP, requests: [GET] }, 'http://never.test')
    expect(bookComplaints(run)).toEqual([])
    expect(kindsOf(run)).toEqual(['dns'])
  })
})

/** The different endings of requests. */
function kindsOf(run: Unleashed): Ending[] {
  return [...new Set(run.ended!.map(({ ending }) => ending))]
}

/** Steps sent after the load's end don't count, so only the counted ones can be compared. */
function countedOf({ totals }: Unleashed): number {
  return totals.requests + totals.unfinished
}
