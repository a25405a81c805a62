/**
 * Frames of a simulated run, second by second.
 */
import type { Frame } from '../../../src/stats/frame.js'
import type { FailureKind } from '../../../src/stats/result.js'
import { writeSeries } from '../../stats/series.js'

/** What happened to the requests of one name in one second. */
export interface Happened {
  readonly latenciesMs?: readonly number[]
  readonly failures?: readonly (readonly [kind: FailureKind, message: string])[]
}

const QUIET: Frame = {
  phase: 'load',
  elapsedMs: 0,
  totalMs: 60_000,
  stage: 1,
  stages: 1,
  vus: 5,
  requestsPerSecond: 0,
  failedPerSecond: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  requests: 0,
  failed: 0,
  busy: 0.2,
  dropped: 0,
  latenessMsP99: null,
  series: [],
}

/** Builds a frame from what happened in its second. */
export function frameOf(happened: Readonly<Record<string, Happened>>, rest: Partial<Frame> = {}): Frame {
  const series = Object.entries(happened).map(([name, { latenciesMs = [], failures = [] }]) => {
    const series = writeSeries((row) => {
      for (const ms of latenciesMs) row.recordSuccess(200, ms, ms, ms)
      for (const [kind, message] of failures) row.recordFailure(kind, message, 0)
    })
    return { name, kind: 'request' as const, series }
  })
  return {
    ...QUIET,
    requestsPerSecond: series.reduce((sum, one) => sum + one.series.requests, 0),
    failedPerSecond: series.reduce((sum, one) => sum + one.series.failed, 0),
    series,
    ...rest,
  }
}
