/**
 * The API of the demo service: a function from request to response, without sockets or waiting.
 */
import type { Ms } from '../base/clock.js'
import { Random } from '../base/rng.js'
import { type BookingRequest, Bookings, findProblems } from './bookings.js'
import { Cache } from './cache.js'
import type { Work } from './latency.js'
import { METRICS_TYPE, type Metrics } from './metrics.js'
import { makeServices, type Service } from './records.js'

/** The parts of a request that the API uses. */
export interface ApiRequest {
  readonly method: string
  /** Path and query, as on the request line. */
  readonly url: string
  readonly contentType: string
  /** Null if it exceeds the size limit. */
  readonly body: string | null
}

/** A response, and the work it takes. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The simulated work; null for responses that take no time, such as refusals. */
  readonly work: Work | null
}

const PAGE_SIZE = 20
const CACHE_CAPACITY = 500

/** Results are cached for one to three seconds, at random so that entries don't expire together. */
const CACHE_MS = { from: 1000, to: 3000 }

/** The path of the service's figures. They don't count among its responses. */
export const METRICS_PATH = '/metrics'

type Handler = (request: ApiRequest, part: string, atMs: Ms) => Answer

/** How many entries of a cold cache have to be filled, one by one, before it answers everything that it could. */
const COLD_ENTRIES = 2000

/** What an API is made with. */
interface ApiParts {
  /** Equal seeds give equal records. */
  readonly seed: number
  /** What /metrics shows. */
  readonly metrics: Metrics
  /** Whether the cache begins empty and takes thousands of searches to fill. */
  readonly coldCache: boolean
}

/** The API with its data. `atMs` is the time of the request, by any clock. */
export class Api {
  private readonly random: Random
  private readonly metrics: Metrics
  private readonly services: readonly Service[]
  private readonly searches = new Cache<string>(CACHE_CAPACITY)
  private readonly bookings = new Bookings()
  /** Draws the entry of a search in a cold cache. */
  private readonly entries: Random
  /** The entries of a cold cache that are empty; null if it isn't cold. */
  private readonly empty: Set<number> | null

  constructor({ seed, metrics, coldCache }: ApiParts) {
    this.random = new Random(seed)
    this.services = makeServices(this.random)
    this.metrics = metrics
    this.entries = new Random(seed + 4)
    this.empty = coldCache ? new Set(Array.from({ length: COLD_ENTRIES }, (_, entry) => entry)) : null
  }

  /** Returns the route of a path, with placeholders; `other` if there is none. */
  routeOf(path: string): string {
    return this.routes.find(({ pattern }) => pattern.test(path))?.name ?? 'other'
  }

  /** Returns the response to any request; never throws. */
  answer(request: ApiRequest, atMs: Ms): Answer {
    const path = request.url.split('?', 1)[0]!
    for (const { pattern, methods } of this.routes) {
      const match = pattern.exec(path)
      if (match === null) continue
      const handler = methods[request.method === 'HEAD' ? 'GET' : request.method]
      return handler === undefined ? refuseMethod(methods) : handler(request, match[1] ?? '', atMs)
    }
    return failure(404, `not found: ${path}`)
  }

  private readonly routes: readonly Route[] = [
    route('/api/services', { GET: (request, _, atMs) => this.search(request, atMs) }),
    route('/api/services/:id', { GET: (_, id) => this.details(id) }),
    route('/api/bookings', { POST: (request) => this.book(request) }),
    route('/api/bookings/:id', { GET: (_, id) => this.booking(id) }),
    route('/healthz', { GET: () => json(200, { status: 'ok' }, null) }),
    route(METRICS_PATH, {
      GET: () => ({
        status: 200,
        headers: { 'content-type': METRICS_TYPE },
        body: this.metrics.write(),
        work: null,
      }),
    }),
  ]

  private search(request: ApiRequest, atMs: Ms): Answer {
    const query = new URLSearchParams(request.url.split('?')[1] ?? '')
    const category = query.get('category')
    const location = query.get('location')
    const page = Number(query.get('page') ?? 1)
    if (!Number.isSafeInteger(page) || page < 1) {
      return failure(400, 'invalid query', ['page: must be a whole number, 1 or more'])
    }
    const key = JSON.stringify([category, location, page])
    const cached = this.lookUp(key, atMs)
    this.metrics.countLookup(cached === undefined ? 'miss' : 'hit')
    if (cached !== undefined) {
      return { status: 200, headers: { 'x-cache': 'hit' }, body: cached, work: 'cached search' }
    }
    const found = this.services.filter(
      (service) =>
        (category === null || service.category === category) &&
        (location === null || service.location === location),
    )
    const services = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    const answer = json(200, { total: found.length, page, pageSize: PAGE_SIZE, services }, 'search')
    this.searches.set(key, answer.body, atMs + this.random.integer(CACHE_MS.from, CACHE_MS.to))
    return { ...answer, headers: { 'x-cache': 'miss' } }
  }

  /**
   * Looks into the cache. A cold one has an entry for each user's search, as it were: a search finds its result there
   * once another one, drawn at random, has filled the same entry. So its hit rate rises as that of a large cache does.
   */
  private lookUp(key: string, atMs: Ms): string | undefined {
    const isEmpty = this.empty?.delete(this.entries.integer(0, COLD_ENTRIES - 1)) ?? false
    return isEmpty ? undefined : this.searches.get(key, atMs)
  }

  private details(id: string): Answer {
    const service = this.services[parseId(id) - 1]
    return service === undefined
      ? failure(404, `no service with id ${id}`, [], 'details')
      : json(200, service, 'details')
  }

  private book(request: ApiRequest): Answer {
    if (!/^application\/json\s*(;|$)/i.test(request.contentType)) {
      return failure(415, 'the content type must be application/json')
    }
    if (request.body === null) return failure(413, 'the body is too large')
    const value = parseJson(request.body)
    if (value === undefined) return failure(400, 'the body is not JSON', ['body: must be a JSON object'])
    const problems = findProblems(value, this.services.length)
    if (problems.length > 0) return failure(422, 'invalid booking', problems)
    const wanted = value as BookingRequest
    const booking = this.bookings.add(wanted, this.services[wanted.serviceId - 1]!.pricePerHour)
    return { ...json(201, booking, 'booking'), headers: { location: `/api/bookings/${booking.id}` } }
  }

  private booking(id: string): Answer {
    const booking = this.bookings.get(parseId(id))
    return booking === undefined
      ? failure(404, `no booking with id ${id}`, [], 'details')
      : json(200, booking, 'details')
  }
}

interface Route {
  /** The path, with placeholders. */
  readonly name: string
  readonly pattern: RegExp
  readonly methods: Readonly<Record<string, Handler>>
}

function route(name: string, methods: Route['methods']): Route {
  return { name, pattern: new RegExp(`^${name.replace(':id', '([^/]+)')}$`), methods }
}

/** Builds an error response, with details if there are any. */
export function failure(
  status: number,
  error: string,
  details: readonly string[] = [],
  work: Work | null = null,
): Answer {
  return json(status, details.length === 0 ? { error } : { error, details }, work)
}

function json(status: number, value: unknown, work: Work | null): Answer {
  return { status, headers: {}, body: JSON.stringify(value), work }
}

function refuseMethod(methods: Readonly<Record<string, Handler>>): Answer {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const allow = allowed.join(', ')
  return { ...failure(405, `method not allowed; use ${allow.replace(', ', ' or ')}`), headers: { allow } }
}

/** Parses the id in a path; NaN, which no record has, unless it is all digits. */
function parseId(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

/** Parses JSON; undefined if it is invalid. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
