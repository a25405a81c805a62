/**
 * The figures of the demo service in the Prometheus text format, under the names that prom-client gives them.
 */
import type { Ms } from '../base/clock.js'
import { ownCpuMs, ownMemory } from '../base/host.js'

/** The media type of the text. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Counts what the service does. */
export class Metrics {
  /** By the labels of the series, as text. */
  private readonly responses = new Map<string, number>()
  private readonly cache = { hit: 0, miss: 0 }
  private readonly db = { seconds: 0, count: 0 }

  /** Counts a response. `route` has placeholders instead of ids, so that the number of series is bounded. */
  countResponse(method: string, route: string, status: number): void {
    const labels = `method="${method}",route="${route}",code="${status}"`
    this.responses.set(labels, (this.responses.get(labels) ?? 0) + 1)
  }

  /** Counts a look into the cache. */
  countLookup(outcome: 'hit' | 'miss'): void {
    this.cache[outcome]++
  }

  /** Adds the time of a query of the database. */
  addQuery(ms: Ms): void {
    this.db.seconds += ms / 1000
    this.db.count++
  }

  /** Returns all figures, those of the process as they are now. */
  write(): string {
    const { rss, heapTotal, heapUsed, external } = ownMemory()
    return [
      metric(
        'http_requests_total',
        'counter',
        'Responses by route and status.',
        [...this.responses].map(([labels, count]) => [`{${labels}}`, count] as const),
      ),
      metric('db_seconds', 'summary', 'Time of the queries of the database.', [
        ['_sum', this.db.seconds],
        ['_count', this.db.count],
      ]),
      metric('cache_hits_total', 'counter', 'Searches answered from the cache.', [['', this.cache.hit]]),
      metric('cache_misses_total', 'counter', 'Searches that needed the database.', [['', this.cache.miss]]),
      metric('process_cpu_seconds_total', 'counter', 'CPU time of the process.', [['', ownCpuMs() / 1000]]),
      metric('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', [['', rss]]),
      metric('nodejs_heap_size_total_bytes', 'gauge', 'Size of the heap.', [['', heapTotal]]),
      metric('nodejs_heap_size_used_bytes', 'gauge', 'Used part of the heap.', [['', heapUsed]]),
      metric('nodejs_external_memory_bytes', 'gauge', 'Memory outside of the heap.', [['', external]]),
    ].join('')
  }
}

/** Writes a metric; `samples` are what follows its name, and the value. */
function metric(
  name: string,
  type: 'counter' | 'gauge' | 'summary',
  help: string,
  samples: readonly (readonly [rest: string, value: number])[],
): string {
  const lines = samples.map(([rest, value]) => `${name}${rest} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
