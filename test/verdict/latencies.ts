/**
 * Synthetic windows of one request.
 */
import { Random } from '../../src/base/rng.js'
import type { SparseCounts } from '../../src/stats/sparse.js'
import type { Series } from '../../src/verdict/series.js'

/** Slices of a second with lognormal latencies. */
export function makeSlices({
  seconds,
  perSecond,
  medianMs,
  sigma = 0.3,
  seed,
}: {
  readonly seconds: number
  readonly perSecond: number
  readonly medianMs: number
  readonly sigma?: number
  readonly seed: number
}): Series {
  const random = new Random(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
  return Array.from({ length: seconds }, () => {
    const micros = Array.from({ length: perSecond }, () =>
      Math.round(1000 * medianMs * Math.exp(sigma * normal())),
    )
    return { seconds: 1, requests: perSecond, failed: 0, latencies: [countsOf(micros)] }
  })
}

function countsOf(micros: readonly number[]): SparseCounts {
  const values = [...micros].sort((a, b) => a - b)
  return { values, counts: values.map(() => 1), total: values.length }
}
