/**
 * What a mean latency consists of. Unlike percentiles, the means of parts add up to the mean of the whole.
 */
import type { LatencySummary } from '../stats/result.js'
import type { Parts, RequestFigures, Setup } from './job-figures.js'
import { isPlain, type MeasuredRequest, type Measurement } from './measurement.js'
import { requestSlices, type Series, type Slice } from './series.js'

/** Returns the parts of a request of a result, rounded as baselines keep them; null if they are unknown. */
export function partsOfRequest(measurement: Measurement, request: MeasuredRequest): Parts | null {
  const { latency, serviceTime, timeToFirstByte, bytesReceived = 0, retries, statuses = {} } = request
  const [whole, service, firstByte] = [latency.mean, serviceTime?.mean, timeToFirstByte?.mean]
  // A journey has no service time of its own.
  if (whole === null || service == null || firstByte == null) return null
  return {
    latency: rounded(whole),
    error: rounded(errorOfMean(requestSlices(measurement, request.name))),
    firstByte: rounded(firstByte),
    body: rounded(Math.max(0, service - firstByte)),
    bytes: Math.round(bytesReceived / request.requests),
    retried: rounded((retries?.requests ?? 0) / request.requests),
    timings: mapValues(request.serverTiming ?? {}, (timing) => shareOfMean(timing, latency.count)),
    statuses: mapValues(statuses, (count) => count / request.requests),
  }
}

/** Returns how connections were set up; null if that is unknown. */
export function setupOf({ connections, totals }: Measurement): Setup | null {
  if (connections === undefined || totals.requests === 0) return null
  const { dns, tcp, tls } = connections
  const ms = [dns, tcp, tls].reduce((sum, { count, mean }) => sum + count * (mean ?? 0), 0)
  return { connections: rounded(tcp.count / totals.requests), ms: rounded(ms / totals.requests) }
}

/** A request's parts, and how much of the run it is. */
export interface RequestParts {
  readonly name: string
  readonly requests: number
  readonly parts: Parts
  readonly cacheHitRate: number | null
}

/** Returns the parts of all requests that have them: of the newest accepted run, or of the measurement itself. */
export function listParts(measurement: Measurement): RequestParts[] {
  const plain = measurement.requests.filter(isPlain)
  const kept = new Map(
    measurement.jobs
      ?.at(-1)
      ?.runs.at(-1)
      ?.requests.map((own) => [own.name, own]),
  )
  return plain.flatMap((request) => {
    const own: Pick<RequestFigures, 'parts' | 'cacheHitRate'> | undefined = kept.get(request.name)
    const parts = own?.parts ?? partsOfRequest(measurement, request)
    if (parts === null) return []
    const { name, requests, cache } = request
    return [{ name, requests, parts, cacheHitRate: own?.cacheHitRate ?? cache?.ratio ?? null }]
  })
}

/** Returns the parts of all requests together; null without any. */
export function joinParts(all: readonly RequestParts[]): Parts | null {
  const total = all.reduce((sum, { requests }) => sum + requests, 0)
  if (total === 0) return null
  const sum = (read: (parts: Parts) => number) =>
    all.reduce((sum, { requests, parts }) => sum + (requests / total) * read(parts), 0)
  const join = (key: 'timings' | 'statuses') => {
    const names = new Set(all.flatMap(({ parts }) => Object.keys(parts[key])))
    return Object.fromEntries([...names].map((name) => [name, sum((parts) => figureIn(parts[key], name))]))
  }
  return {
    latency: sum(({ latency }) => latency),
    // Requests slow down together, so their errors add up.
    error: sum(({ error }) => error),
    firstByte: sum(({ firstByte }) => firstByte),
    body: sum(({ body }) => body),
    bytes: sum(({ bytes }) => bytes),
    retried: sum(({ retried }) => retried),
    timings: join('timings'),
    statuses: join('statuses'),
  }
}

/** Returns the figure of a name; 0 if there is none. */
export function figureIn(figures: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(figures, name) ? figures[name]! : 0
}

function shareOfMean({ count, mean }: LatencySummary, answers: number): number {
  return answers === 0 ? 0 : ((mean ?? 0) * count) / answers
}

function mapValues<T>(
  values: Readonly<Record<string, T>>,
  change: (value: T) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(change(value))]))
}

/**
 * The standard error of a mean, in ms. Requests of a second are slow together, so it is the seconds that vary (a
 * cluster-robust error, Liang and Zeger 1986).
 */
function errorOfMean(series: Series): number {
  const sums = series.map(sumUp).filter(({ count }) => count > 0)
  const count = sums.reduce((all, each) => all + each.count, 0)
  // A single second says nothing about the next one.
  if (sums.length < 2) return Number.MAX_SAFE_INTEGER
  const mean = sums.reduce((all, each) => all + each.sum, 0) / count
  const squares = sums.reduce((all, each) => all + (each.sum - each.count * mean) ** 2, 0)
  return Math.sqrt((squares * sums.length) / (sums.length - 1)) / count
}

/** Counts the successful requests of a slice and adds their latencies up, in ms; `longest` is the highest of them. */
export function sumUp({ latencies }: Slice): {
  readonly count: number
  readonly sum: number
  readonly longest: number
} {
  let count = 0
  let sum = 0
  let longest = 0
  for (const histogram of latencies) {
    histogram.forEach((us, times) => {
      count += times
      sum += (times * us) / 1000
      longest = Math.max(longest, us / 1000)
    })
  }
  return { count, sum, longest }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
