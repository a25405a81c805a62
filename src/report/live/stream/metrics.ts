/**
 * The live metrics. Names follow k6 where it has the same metric. Every sink adds the prefix `perfctl`, as k6 adds its
 * own, so that they don't mix with metrics of the service under test.
 */

/** A metric as declared to the receiver. */
export interface Metric {
  readonly id: string
  /** `counter`: the increase per second. `gauge`: the current value. `histogram`: the distribution of values. */
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** In UCUM, as in OpenTelemetry. Readings of metrics in `s` are still milliseconds: see `inBaseUnit`. */
  readonly unit: 's' | 'By' | '1' | `{${string}}`
  readonly help: string
}

/** All metrics, in the order they are sent. The help says if a metric has labels of its own. */
export const METRICS = {
  httpReqs: {
    id: 'http_reqs',
    kind: 'counter',
    unit: '{request}',
    help: 'Completed requests, successful or failed.',
  },
  httpReqFailed: { id: 'http_req_failed', kind: 'counter', unit: '{request}', help: 'Failed requests.' },
  httpReqErrors: {
    id: 'http_req_errors',
    kind: 'counter',
    unit: '{error}',
    help: 'Failed requests by kind of failure, in the label error.',
  },
  httpResponses: {
    id: 'http_responses',
    kind: 'counter',
    unit: '{response}',
    help: 'Responses by status, in the label status.',
  },
  httpReqDuration: {
    id: 'http_req_duration',
    kind: 'histogram',
    unit: 's',
    help: 'Latency from due to the last byte of the response; successful requests only.',
  },
  httpReqWaiting: {
    id: 'http_req_waiting',
    kind: 'histogram',
    unit: 's',
    help: 'Time from when a request was written to the first byte of the response; successful requests only.',
  },
  serverTiming: {
    id: 'server_timing',
    kind: 'histogram',
    unit: 's',
    help: 'Durations in the Server-Timing header by name, in the label timing; with observe.serverTiming.',
  },
  cacheHits: {
    id: 'cache_hits',
    kind: 'counter',
    unit: '{response}',
    help: 'Successful responses from a cache; with observe.cache.',
  },
  cacheMisses: {
    id: 'cache_misses',
    kind: 'counter',
    unit: '{response}',
    help: 'Successful responses that passed a cache; with observe.cache.',
  },
  dataSent: { id: 'data_sent', kind: 'counter', unit: 'By', help: 'Bytes sent.' },
  dataReceived: { id: 'data_received', kind: 'counter', unit: 'By', help: 'Bytes received.' },
  journeys: {
    id: 'journeys',
    kind: 'counter',
    unit: '{journey}',
    help: 'Completed journeys, successful or failed.',
  },
  journeysFailed: {
    id: 'journeys_failed',
    kind: 'counter',
    unit: '{journey}',
    help: 'Failed journeys.',
  },
  journeyDuration: {
    id: 'journey_duration',
    kind: 'histogram',
    unit: 's',
    help: 'Time from due to the end of the last step, without pauses; successful journeys only.',
  },
  droppedIterations: {
    id: 'dropped_iterations',
    kind: 'counter',
    unit: '{iteration}',
    help: 'Arrivals that found no free virtual user.',
  },
  serviceMetric: {
    id: 'service_metric',
    kind: 'gauge',
    unit: '{figure}',
    help: 'What the service reports of itself, by name, in the label metric; with observe.metrics.',
  },
  serviceCpuCores: {
    id: 'service_cpu_cores',
    kind: 'gauge',
    unit: '{core}',
    help: 'Cores that the processes of the service used in the last second; with observe.process.',
  },
  serviceMemory: {
    id: 'service_memory',
    kind: 'gauge',
    unit: 'By',
    help: 'Memory of the processes of the service; with observe.process.',
  },
  serviceThrottled: {
    id: 'service_throttled',
    kind: 'counter',
    unit: 's',
    help: 'Time for which the service was kept waiting, as its container or group had used up its CPU time; with observe.process.',
  },
  vus: { id: 'vus', kind: 'gauge', unit: '{virtual_user}', help: 'Active virtual users.' },
  generatorBusy: {
    id: 'generator_busy',
    kind: 'gauge',
    unit: '1',
    help: 'Share of the last second that the busiest worker spent working.',
  },
  generatorSchedulingLag: {
    id: 'generator_scheduling_lag',
    kind: 'gauge',
    unit: 's',
    help: 'The 99th percentile of how late perfctl sent the requests of the last second.',
  },
} as const satisfies Record<string, Metric>

/**
 * Upper bounds of the buckets in ms: ten per decade, 100 µs to 63 s. A percentile derived from buckets is off by up to
 * a quarter, mostly by a few percent; the result has the exact ones.
 */
export const BOUNDS_MS: readonly number[] = [0.1, 1, 10, 100, 1000, 10_000]
  .flatMap((decade) => [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8].map((step) => round(step * decade)))
  .filter((ms) => ms <= 63_000)

/** Converts a reading to the declared unit: milliseconds to seconds. */
export function inBaseUnit({ unit }: Metric, value: number): number {
  return unit === 's' ? round(value / 1000) : value
}

/** Twelve digits exceed the precision of the measurement and hide the noise of binary fractions. */
function round(value: number): number {
  return Number(value.toPrecision(12))
}
