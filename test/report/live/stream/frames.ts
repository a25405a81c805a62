/**
 * Frames for testing sinks.
 */
import type { SinkWorld } from '../../../../src/report/live/stream/sink.js'
import type { WatchedRun } from '../../../../src/report/live/watcher.js'
import type { Frame } from '../../../../src/stats/frame.js'
import type { SeriesKind } from '../../../../src/stats/result.js'
import type { Series } from '../../../../src/stats/tally.js'
import { writeSeries } from '../../../stats/series.js'

/** A request name with quotes, a backslash, a newline, and separators of other formats. */
export const HOSTILE = 'a "b"\\ {c},d=e|f#g:h\n#i 检'

export const RUN: WatchedRun = { scenario: 'shop', target: 'http://localhost:3000', seed: 1, workers: 1 }

/** What one request did in a second. Latencies are in ms; the first byte arrives half way. */
export interface Doing {
  readonly latenciesMs?: readonly number[]
  readonly failures?: readonly (readonly ['status' | 'timeout', number])[]
  /** A request by default. */
  readonly kind?: SeriesKind
  /** Server timings in ms. */
  readonly timings?: Readonly<Record<string, readonly number[]>>
  /** Responses from a cache, and others. */
  readonly cache?: readonly [hits: number, misses: number]
}

/** Builds the series. Every request sends 100 bytes and receives 1000; a journey sends nothing itself. */
function makeSeries({ latenciesMs = [], failures = [], kind, timings = {}, cache = [0, 0] }: Doing): Series {
  return writeSeries((row) => {
    if (kind === 'journey') {
      for (const ms of latenciesMs) row.recordJourney(ms)
      for (const [kind, status] of failures) row.recordFailure(kind, `${kind} ${status}`, 0)
      return
    }
    for (const ms of latenciesMs) row.recordSuccess(200, ms, ms, ms / 2)
    for (const [kind, status] of failures) row.recordFailure(kind, `${kind} ${status}`, status)
    for (const [name, all] of Object.entries(timings))
      for (const ms of all) row.recordTiming(row.timingIndex(name), 1000 * ms)
    ;[row.cacheHits, row.cacheMisses] = cache
    row.bytesSent = 100 * (latenciesMs.length + failures.length)
    row.bytesReceived = 1000 * (latenciesMs.length + failures.length)
  })
}

/** Builds the frame of such a second. */
export function makeFrame(requests: Readonly<Record<string, Doing>>, fields: Partial<Frame> = {}): Frame {
  const series = Object.entries(requests).map(([name, doing]) => ({
    name,
    kind: doing.kind ?? 'request',
    series: makeSeries(doing),
  }))
  return {
    phase: 'load',
    elapsedMs: 1000,
    totalMs: 10_000,
    stage: 1,
    stages: 1,
    vus: 5,
    requestsPerSecond: series.reduce((sum, one) => sum + one.series.requests, 0),
    failedPerSecond: series.reduce((sum, one) => sum + one.series.failed, 0),
    p50Ms: 2,
    p95Ms: 10,
    p99Ms: 20,
    requests: 0,
    failed: 0,
    busy: 0.25,
    dropped: 3,
    latenessMsP99: 0.5,
    series,
    ...fields,
  }
}

const SERVICE = { cpuCores: 1.24, memory: 212e6, throttledMs: 150 }

/** A second with server timings, a cache, and the processes of the service. */
export const OBSERVED = makeFrame(
  { search: { latenciesMs: [20, 30], timings: { db: [10, 20], 'a "b"': [5] }, cache: [1, 1] } },
  { service: SERVICE },
)

/** A busy second of two requests, one of which also fails. */
export const BUSY = makeFrame({
  search: { latenciesMs: [2, 3, 3, 40] },
  [HOSTILE]: {
    latenciesMs: [700],
    failures: [
      ['status', 503],
      ['status', 404],
      ['timeout', 0],
    ],
  },
})

/** A second of a journey with two steps, one of which failed once, and so the journey. */
export const JOURNEY = makeFrame(
  {
    buy: { kind: 'journey', latenciesMs: [30, 50], failures: [['status', 503]] },
    search: { kind: 'step', latenciesMs: [10, 20, 20] },
    order: { kind: 'step', latenciesMs: [20, 30], failures: [['status', 503]] },
  },
  { service: SERVICE },
)

export interface MemoryWorld extends SinkWorld {
  readonly notices: string[]
  readonly printed: string[]
}

/** A world that records notices and output. */
export function makeWorld(env: Readonly<Record<string, string>> = {}, cwd = '/nowhere'): MemoryWorld {
  const notices: string[] = []
  const printed: string[] = []
  return {
    env,
    cwd,
    notices,
    printed,
    notice: (text) => notices.push(text),
    print: (text) => printed.push(text),
  }
}
