import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserError } from '../../src/base/errors.js'
import type { DemoOptions } from '../../src/demo/options.js'
import { createDemo, type Demo } from '../../src/demo/service.js'

// A hundredth of the usual latencies: these tests check responses, not times.
const demo = createDemo({ slow: 0.01 })
let url: string

beforeAll(async () => {
  url = await demo.listen()
})
afterAll(() => demo.close())

describe('search', () => {
  test('finds the services of a category in a place, by page', async () => {
    const first = await get('/api/services?category=plumbing&location=Galle')
    expect(first.status).toBe(200)
    const { total, services } = await read(first)
    expect(services).toHaveLength(20)
    expect(total).toBeGreaterThan(20)
    expect(new Set(services.map((s) => `${s.category} ${s.location}`))).toEqual(new Set(['plumbing Galle']))

    const second = await read(await get('/api/services?category=plumbing&location=Galle&page=2'))
    expect(second.total).toBe(total)
    expect(second.services[0]!.id).toBeGreaterThan(services.at(-1)!.id)
  })

  test('finds all without a filter', async () => {
    expect(await (await get('/api/services')).json()).toMatchObject({ total: 5000, page: 1, pageSize: 20 })
  })

  test('finds nothing in an unknown category', async () => {
    const answer = await get('/api/services?category=alchemy')
    expect(await read(answer)).toMatchObject({ total: 0, services: [] })
  })

  test('refuses an invalid page', async () => {
    const answer = await get('/api/services?page=zero')
    expect(answer.status).toBe(400)
    expect((await read(answer)).details).toEqual(['page: must be a whole number, 1 or more'])
  })

  test('reports cache hits and where the time went', async () => {
    const path = '/api/services?category=masonry&location=Matara'
    const miss = await get(path)
    expect(miss.headers.get('x-cache')).toBe('miss')
    expect(miss.headers.get('server-timing')).toMatch(
      /^db;dur=\d+\.\d\d, render;dur=\d+\.\d\d, cache;desc="miss"$/,
    )
    const hit = await get(path)
    expect(hit.headers.get('x-cache')).toBe('hit')
    expect(hit.headers.get('server-timing')).toMatch(/^cache;desc="hit";dur=\d+\.\d\d, render;dur=\d+\.\d\d$/)
    expect(await hit.text()).toBe(await miss.text())
  })
})

describe('details', () => {
  test.each([1, 1000, 5000])('service %d exists', async (id) => {
    const answer = await get(`/api/services/${id}`)
    expect(answer.status).toBe(200)
    expect((await read(answer)).id).toBe(id)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  test.each(['0', '5001', '-1', 'x', '1.0', '0x1', '%00'])('service %s does not', async (id) => {
    const answer = await get(`/api/services/${id}`)
    expect(answer.status).toBe(404)
    expect(await read(answer)).toEqual({ error: `no service with id ${id}` })
  })
})

describe('bookings', () => {
  const valid = { serviceId: 17, date: '2030-12-31', hours: 3 }

  test('a booking is confirmed with its price, and can be looked up', async () => {
    const { pricePerHour } = await read(await get('/api/services/17'))
    const answer = await post(valid)
    expect(answer.status).toBe(201)
    const booking = await answer.json()
    expect(booking).toMatchObject({ ...valid, totalPrice: 3 * pricePerHour })
    expect(await (await get(answer.headers.get('location')!)).json()).toEqual(booking)
  })

  test('each problem of an invalid booking is named', async () => {
    const answer = await post({ serviceId: 0, date: 'tomorrow', hours: 99 })
    expect(answer.status).toBe(422)
    expect((await read(answer)).details).toHaveLength(3)
  })

  test('what is not JSON is refused', async () => {
    expect((await post('{ serviceId: 17 }')).status).toBe(400)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'the content type %s is refused',
    async (type) => {
      expect((await post(valid, type)).status).toBe(415)
    },
  )

  test('the content type may have a charset', async () => {
    expect((await post(valid, 'application/json; charset=utf-8')).status).toBe(201)
  })

  test('a body may have exactly 64 kB', async () => {
    const bare = JSON.stringify(valid)
    expect((await post(bare + ' '.repeat(65_536 - bare.length))).status).toBe(201)
    expect((await post(bare + ' '.repeat(65_537 - bare.length))).status).toBe(413)
  })

  test('a body far too large is refused without resetting the connection', async () => {
    expect((await post('x'.repeat(5_000_000))).status).toBe(413)
  })
})

describe('everything else', () => {
  test('is not found', async () => {
    const answer = await get('/api/unicorns?x=1')
    expect(answer.status).toBe(404)
    expect(await read(answer)).toEqual({ error: 'not found: /api/unicorns' })
  })

  test.each([
    ['DELETE', '/api/services', 'GET, HEAD'],
    ['PUT', '/api/services/1', 'GET, HEAD'],
    ['GET', '/api/bookings', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is refused with the allowed methods', async (method, path, allow) => {
    const answer = await fetch(url + path, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe(allow)
  })

  test('HEAD has the headers of GET and no body', async () => {
    const answer = await fetch(`${url}/api/services/1`, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(100)
    expect(await answer.text()).toBe('')
  })

  test('health responds at once', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' })
  })
})

describe('options', () => {
  test('the error rate is as given, and health never fails', async () => {
    await withDemo({ slow: 0.01, errors: 0.25 }, async (base) => {
      const statuses = await statusesOf(`${base}/api/services/1`, 2000)
      const broken = statuses.filter((status) => status === 503).length
      // Four standard deviations of a binomial distribution with n = 2000, p = 1/4.
      expect(Math.abs(broken - 500)).toBeLessThan(78)
      expect(new Set(statuses)).toEqual(new Set([200, 503]))
      expect(new Set(await statusesOf(`${base}/healthz`, 50))).toEqual(new Set([200]))
    })
  })

  test('a slower service reports proportionally longer times', async () => {
    const healthy = await timings({ seed: 3, slow: 0.1 })
    const slower = await timings({ seed: 3, slow: 1 })
    expect(slower.map((ms, i) => ms / healthy[i]!).every((ratio) => ratio > 8 && ratio < 12)).toBe(true)
  })

  test('a slow database is in its own timing, and in no other', async () => {
    const path = '/api/services/1'
    const healthy = await headers({ seed: 3, slow: 0.1 }, path, 20)
    const slower = await headers({ seed: 3, slow: 0.1, slowDb: 1.5 }, path, 20)
    // Both are rounded to hundredths of a millisecond.
    for (const [index, { db, render }] of slower.entries()) {
      expect(Math.abs(db! - 1.5 * healthy[index]!.db!)).toBeLessThan(0.02)
      expect(render).toBe(healthy[index]!.render)
    }
  })

  test('a slow database takes its time, and does not slow the cache down', async () => {
    const search = '/api/services?category=moving&location=Kandy'
    const [miss, ...hits] = await headers({ slow: 0.1, slowDb: 300 }, search, 5)
    expect(miss!.db).toBeGreaterThan(100)
    expect(miss!.tookMs).toBeGreaterThan(100)
    expect(hits.every(({ cache }) => cache! < 100)).toBe(true)
  })

  test('a cold cache warms with use, as a large one does: after n of N searches, a share of 1 - e^(-n/N) hits', async () => {
    const hitsIn = (statuses: readonly string[]) => statuses.filter((status) => status === 'hit').length
    const search = '/api/services?category=moving&location=Kandy'
    await withDemo({ slow: 0.001, coldCache: true }, async (base) => {
      const cold = await cacheStatuses(base + search, 200)
      await cacheStatuses(base + search, 5800)
      const warm = await cacheStatuses(base + search, 200)
      expect(hitsIn(cold)).toBeLessThan(40)
      expect(hitsIn(warm)).toBeGreaterThan(160)
    })
    await withDemo({ slow: 0.001 }, async (base) => {
      await cacheStatuses(base + search, 1)
      expect(hitsIn(await cacheStatuses(base + search, 200))).toBeGreaterThan(190)
    })
  })

  test('equal seeds give equal services, whichever requests a cold cache answers', async () => {
    const search = '/api/services?category=moving&location=Kandy'
    const one = await headers({ seed: 5, slow: 0.01, coldCache: true }, search, 300)
    const other = await headers({ seed: 5, slow: 0.01, coldCache: true }, search, 300)
    const withoutTimes = (all: typeof one) => all.map(({ tookMs, ...rest }) => rest)
    expect(withoutTimes(other)).toEqual(withoutTimes(one))
  })

  test('with a capacity, what arrives at once is served one after the other', async () => {
    await withDemo({ capacity: 50 }, async (base) => {
      const begin = performance.now()
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => fetch(`${base}/api/services/${i + 1}`)),
      )
      expect(answers.every(({ status }) => status === 200)).toBe(true)
      // 40 requests at 50/s take 800 ms.
      expect(performance.now() - begin).toBeGreaterThan(790)
      expect((await fetch(`${base}/healthz`)).status).toBe(200)
    })
  })

  test('a response that is ready during a stall waits for its end', async () => {
    await withDemo({ slow: 0.01, stall: { everyMs: 600, forMs: 600 } }, async (base) => {
      await fetch(`${base}/api/services/1`)
      const second = performance.now()
      await fetch(`${base}/api/services/1`)
      // The first request comes somewhere within a stall, the second right after its end.
      expect(performance.now() - second).toBeGreaterThan(300)
    })
  })
})

describe('metrics', () => {
  test('count responses by route and status, queries and looks into the cache', async () => {
    await withDemo({ slow: 0.01 }, async (base) => {
      await statusesOf(`${base}/api/services/1`, 50)
      await statusesOf(`${base}/api/services/0`, 50)
      await statusesOf(`${base}/api/unicorns/1`, 50)
      const search = '/api/services?category=moving&location=Kandy'
      await cacheStatuses(base + search, 3)
      const read = await readMetrics(base)
      expect(read('http_requests_total{method="GET",route="/api/services/:id",code="200"}')).toBe(50)
      expect(read('http_requests_total{method="GET",route="/api/services/:id",code="404"}')).toBe(50)
      expect(read('http_requests_total{method="GET",route="other",code="404"}')).toBe(50)
      expect(read('cache_hits_total') + read('cache_misses_total')).toBe(3)
      expect(read('db_seconds_count')).toBe(100 + read('cache_misses_total'))
    })
  })

  test('the time of queries is that of the Server-Timing headers', async () => {
    await withDemo({ slow: 0.1, slowDb: 2 }, async (base) => {
      const timings = await headersOf(`${base}/api/services/1`, 40)
      const seconds = timings.reduce((sum, { db }) => sum + db! / 1000, 0)
      expect((await readMetrics(base))('db_seconds_sum')).toBeCloseTo(seconds, 3)
    })
  })

  test('are those of the process, and count no scrapes', async () => {
    await withDemo({}, async (base) => {
      const cpuMs = process.cpuUsage()
      await readMetrics(base)
      const read = await readMetrics(base)
      const { user, system } = process.cpuUsage(cpuMs)
      expect(read('process_cpu_seconds_total')).toBeGreaterThan((user + system) / 1e6)
      expect(read('process_resident_memory_bytes')).toBeGreaterThan(read('nodejs_heap_size_used_bytes'))
      const text = await (await fetch(`${base}/metrics`)).text()
      expect(text).not.toContain('route="/metrics"')
      expect(text).toMatch(/^(# (HELP|TYPE) \S+ .+\n|[a-z_]+(\{[^}]+\})? [\d.e+-]+\n)+$/)
    })
  })
})

test('a port in use is reported with a hint', async () => {
  const error = await createDemo({ port: Number(new URL(url).port) })
    .listen()
    .catch((reason: UserError) => reason)
  expect(error).toMatchObject({
    name: 'UserError',
    problems: [
      {
        message: `the demo service can't listen on port ${new URL(url).port}: it's in use`,
        hint: 'choose another one with --port, or --port 0 for a free one',
      },
    ],
  })
})

test('closing ends idle connections', async () => {
  const other: Demo = createDemo({ slow: 0.01 })
  const base = await other.listen()
  await (await fetch(`${base}/healthz`)).text()
  await other.close()
  await expect(fetch(`${base}/healthz`)).rejects.toThrow()
})

interface Found {
  readonly id: number
  readonly category: string
  readonly location: string
}

/** The fields of bodies that the tests read. */
interface Body extends Found {
  readonly total: number
  readonly services: readonly Found[]
  readonly pricePerHour: number
  readonly details: readonly string[]
}

async function read(answer: Response): Promise<Body> {
  return (await answer.json()) as Body
}

function get(path: string): Promise<Response> {
  return fetch(url + path)
}

function post(body: unknown, type = 'application/json'): Promise<Response> {
  return fetch(`${url}/api/bookings`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function withDemo<T>(options: Partial<DemoOptions>, use: (base: string) => Promise<T>): Promise<T> {
  const other = createDemo(options)
  try {
    return await use(await other.listen())
  } finally {
    await other.close()
  }
}

async function statusesOf(address: string, count: number): Promise<number[]> {
  const statuses: number[] = []
  while (statuses.length < count) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(address)))
    statuses.push(...(await Promise.all(answers.map((answer) => answer.text().then(() => answer.status)))))
  }
  return statuses
}

interface Timings {
  readonly db?: number
  readonly cache?: number
  readonly render?: number
  readonly tookMs: number
}

/** Returns the server timings of consecutive requests of a service of its own. */
function headers(options: Partial<DemoOptions>, path: string, count: number): Promise<Timings[]> {
  return withDemo(options, (base) => headersOf(base + path, count))
}

async function headersOf(address: string, count: number): Promise<Timings[]> {
  const all: Timings[] = []
  while (all.length < count) {
    const startMs = performance.now()
    const answer = await fetch(address)
    await answer.text()
    const named = [...answer.headers.get('server-timing')!.matchAll(/(\w+);(?:desc="hit";)?dur=([\d.]+)/g)]
    const timings = Object.fromEntries(named.map(([, name, ms]) => [name, Number(ms)]))
    all.push({ ...timings, tookMs: performance.now() - startMs })
  }
  return all
}

/** Returns whether the cache answered each of many searches, 50 at once. */
async function cacheStatuses(address: string, count: number): Promise<string[]> {
  const statuses: string[] = []
  while (statuses.length < count) {
    const size = Math.min(50, count - statuses.length)
    const answers = await Promise.all(Array.from({ length: size }, () => fetch(address)))
    statuses.push(
      ...(await Promise.all(
        answers.map((answer) => answer.text().then(() => answer.headers.get('x-cache')!)),
      )),
    )
  }
  return statuses
}

/** Returns a function that returns the value of a series. */
async function readMetrics(base: string): Promise<(series: string) => number> {
  const answer = await fetch(`${base}/metrics`)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await answer.text()).split('\n')
  return (series) => Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1))
}

/** Returns the durations that the service reports for consecutive requests. */
function timings(options: Partial<DemoOptions>): Promise<number[]> {
  return withDemo(options, async (base) => {
    const all: number[] = []
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`${base}/api/services/1`)
      await answer.text()
      all.push(Number(/dur=([\d.]+)/.exec(answer.headers.get('server-timing')!)![1]))
    }
    return all
  })
}
