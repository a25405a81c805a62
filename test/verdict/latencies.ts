/**
 * Synthetic windows of one request.
 */
import { Random } from '../../src/base/rng.js'
import type { FrozenHistogram } from '../../src/stats/frozen-histogram.js'
import { Histogram } from '../../src/stats/histogram.js'
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
    return { seconds: 1, requests: perSecond, failed: 0, latencies: [histogramOf(micros)] }
  })
}

/** Latencies in microseconds, each of which came `count` times. */
export function histogramOf(micros: readonly number[], count = 1): FrozenHistogram {
  const histogram = new Histogram()
  for (const us of micros) histogram.recordCount(us, count)
  return histogram.freeze()
}
