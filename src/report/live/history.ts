/**
 * The last seconds of a run and its failures so far; a frame has only its own second.
 */
import type { Frame } from '../../stats/frame.js'
import type { FrozenHistogram } from '../../stats/frozen-histogram.js'
import { Histogram } from '../../stats/histogram.js'
import type { FailureKind } from '../../stats/result.js'
import { percentileMs } from '../../stats/summary.js'

/** Seconds kept for drawing. */
const SECONDS_KEPT = 120

/** Figures of a request cover this many seconds: those of a single second fluctuate too much to read. */
export const FIGURES_OVER_SECONDS = 10

/** One second of the whole run. */
interface Moment {
  readonly rate: number
  readonly failed: number
  readonly p95Ms: number | null
}

/** One request over the last {@link FIGURES_OVER_SECONDS}. */
export interface LiveRequest {
  readonly name: string
  /** Successful requests per second, as in results. */
  readonly rate: number
  /** Share of failed requests; null if none finished. */
  readonly failedRatio: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  /** Share of responses from a cache; null if none says anything of one. */
  readonly cacheRatio: number | null
  readonly timings: readonly LiveTiming[]
}

/** A server timing of a request, over the same time. */
export interface LiveTiming {
  readonly name: string
  readonly p50Ms: number | null
  readonly p95Ms: number | null
}

/** Failures of one kind since the start of the measured part, or of the warm-up while it lasts. */
export interface FailureGroup {
  readonly kind: FailureKind
  readonly count: number
  /** The latest message, and the request it came from. */
  readonly message: string
  readonly request: string
}

/** Accumulates frames. */
export class History {
  readonly moments: Moment[] = []
  /** Dropped arrivals, counted over the same time as {@link FailureGroup}. */
  dropped = 0
  private groups = new Map<FailureKind, FailureGroup>()
  private readonly recent: Recent[][] = []
  private phase: Frame['phase'] | null = null
  /** Shared by all requests, because a histogram is large. */
  private readonly scratch = new Histogram()

  add(frame: Frame): void {
    if (this.phase === 'warm-up' && frame.phase !== 'warm-up') {
      // The warm-up is in no figure of the result, so it isn't counted here either.
      this.groups = new Map()
      this.dropped = 0
    }
    this.phase = frame.phase
    this.dropped += frame.dropped
    keep(
      this.moments,
      { rate: frame.requestsPerSecond, failed: frame.failedPerSecond, p95Ms: frame.p95Ms },
      SECONDS_KEPT,
    )
    keep(this.recent, frame.series.map(copySeries), FIGURES_OVER_SECONDS)
    for (const { name, kind, series } of frame.series) if (kind !== 'journey') this.addFailures(name, series)
  }

  /** Returns the requests in the order of the scenario. */
  requests(): LiveRequest[] {
    const seconds = this.recent.length
    const last = this.recent.at(-1) ?? []
    return last.map(({ name }, index) => {
      const parts = this.recent.map((second) => second[index]!)
      const requests = parts.reduce((sum, part) => sum + part.requests, 0)
      const failed = parts.reduce((sum, part) => sum + part.failed, 0)
      const { p50Ms, p95Ms } = this.percentiles(parts.map(({ latency }) => latency))
      const sum = (key: 'cacheHits' | 'cacheMisses') => parts.reduce((all, part) => all + part[key], 0)
      const hits = sum('cacheHits')
      const names = [...new Set(parts.flatMap(({ timings }) => [...timings.keys()]))].sort()
      return {
        name,
        rate: (requests - failed) / seconds,
        failedRatio: requests === 0 ? null : failed / requests,
        p50Ms,
        p95Ms,
        cacheRatio: hits + sum('cacheMisses') === 0 ? null : hits / (requests - failed),
        timings: names.map((timing) => ({
          name: timing,
          ...this.percentiles(parts.flatMap(({ timings }) => timings.get(timing) ?? [])),
        })),
      }
    })
  }

  private percentiles(parts: readonly FrozenHistogram[]): Omit<LiveTiming, 'name'> {
    this.scratch.clear()
    for (const part of parts) this.scratch.add(part)
    return { p50Ms: percentileMs(this.scratch, 50), p95Ms: percentileMs(this.scratch, 95) }
  }

  /** Returns the failures, most frequent first. */
  failures(): FailureGroup[] {
    return [...this.groups.values()].sort((a, b) => b.count - a.count)
  }

  private addFailures(request: string, series: Frame['series'][number]['series']): void {
    for (const { kind, message, count } of series.errors.values()) {
      this.groups.set(kind, { kind, message, request, count: (this.groups.get(kind)?.count ?? 0) + count })
    }
  }
}

/** The part of a series that is kept after its second. */
interface Recent {
  readonly name: string
  readonly requests: number
  readonly failed: number
  readonly latency: FrozenHistogram
  readonly timings: ReadonlyMap<string, FrozenHistogram>
  readonly cacheHits: number
  readonly cacheMisses: number
}

function copySeries({ name, series }: Frame['series'][number]): Recent {
  const { requests, failed, cacheHits, cacheMisses } = series
  const timings = new Map([...series.timings].map(([timing, histogram]) => [timing, histogram.freeze()]))
  return { name, requests, failed, cacheHits, cacheMisses, latency: series.latency.freeze(), timings }
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}
