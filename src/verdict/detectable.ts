/**
 * What a baseline can tell from chance: an unpowered green would lose trust as surely as a false red.
 */
import { COMPARE_DEFAULTS } from './compare.js'
import type { JudgedMetric } from './judge.js'
import { spread } from './judges/bootstrap.js'
import type { Measurement } from './measurement.js'
import { requestSeries, runSeries } from './series.js'

export interface Detectable {
  /** Null for the whole run. */
  readonly request: string | null
  readonly metric: JudgedMetric
  /** The smallest relative worsening that a run as long and as noisy would show 9 times in 10; null without data. */
  readonly change: number | null
}

/** The detectable changes of a measurement under the default tolerances, for its latencies and its throughput. */
export function detectable(measurement: Measurement): readonly Detectable[] {
  const { tolerance } = COMPARE_DEFAULTS
  const ofRequests = measurement.requests.flatMap(({ name }) => {
    const metrics = ['p50', 'p95', 'p99'] as const
    const spreads = spread(requestSeries(measurement, name), metrics)
    return metrics.map((metric, index) => ({
      request: name,
      metric,
      change: needed(spreads[index]!, tolerance[metric]),
    }))
  })
  const whole = spread(runSeries(measurement), ['throughput'])[0]!
  const fall = needed(whole, 1 / (1 - tolerance.throughput) - 1)
  const throughput = {
    request: null,
    metric: 'throughput' as const,
    change: fall === null ? null : fall / (1 + fall),
  }
  return [...ofRequests, throughput]
}

/** The tolerance, the interval's half-width for two such runs, and as much again as luck may take 1 time in 10. */
function needed(halfWidth: number | null, tolerance: number): number | null {
  return halfWidth === null
    ? null
    : Math.expm1(Math.log1p(tolerance) + Math.SQRT2 * halfWidth * (1 + 1.2816 / 1.96))
}
