/**
 * `--stream otlp=URL`: OpenTelemetry's protocol over HTTP as JSON (opentelemetry.io/docs/specs/otlp), with cumulative
 * values.
 */
import type { Ms } from '../../../base/clock.js'
import { readVersion } from '../../../base/host.js'
import { readReceiverHeaders } from '../../../base/receiver-headers.js'
import type { BucketCounts } from '../../../stats/buckets.js'
import type { Watcher } from '../watcher.js'
import { type Address, showAddress } from './address.js'
import { BOUNDS_MS, inBaseUnit, type Metric } from './metrics.js'
import { openOutbox } from './outbox.js'
import { type Labels, type Meter, watchWith } from './readings.js'
import { type Sink, type SinkWorld, STREAM_HEADERS } from './sink.js'
import { type Total, Totals } from './totals.js'

const PATH = '/v1/metrics'
/** AGGREGATION_TEMPORALITY_CUMULATIVE: since the start. */
const CUMULATIVE = 2

async function open(address: Address, world: SinkWorld): Promise<Watcher> {
  if (address.kind !== 'url') throw new Error('OTLP goes to a URL')
  const totals = new Totals()
  const outbox = openOutbox({
    url: endpointOf(address.url),
    headers: { 'content-type': 'application/json' },
    credentials: readReceiverHeaders(address.url, [STREAM_HEADERS, 'OTEL_EXPORTER_OTLP_HEADERS'], world.env),
    label: `--stream otlp=${showAddress(address)}`,
    notice: world.notice,
  })
  let startMs: Ms | null = null
  const meter: Meter = {
    take(readings, atMs) {
      // The first readings cover the second that has just passed.
      startMs ??= atMs - 1000
      totals.add(readings)
      outbox.push(JSON.stringify(exportOf(totals.list(), startMs, atMs)))
    },
    close: () => outbox.close(),
  }
  return watchWith(meter, world.env)
}

/** Returns an ExportMetricsServiceRequest as ProtoJSON, in which 64-bit integers are strings. */
export function exportOf(totals: readonly Total[], startMs: Ms, atMs: Ms): object {
  const times = { startTimeUnixNano: nanos(startMs), timeUnixNano: nanos(atMs) }
  const metrics = [...new Set(totals.map(({ metric }) => metric))].map((metric) => ({
    name: `perfctl.${metric.id}`,
    unit: metric.unit,
    description: metric.help,
    ...dataOf(
      metric,
      totals.filter((total) => total.metric === metric),
      times,
    ),
  }))
  const version = readVersion()
  return {
    resourceMetrics: [
      {
        resource: {
          attributes: attributesOf([
            ['service.name', 'perfctl'],
            ['service.version', version],
          ]),
        },
        scopeMetrics: [{ scope: { name: 'perfctl', version }, metrics }],
      },
    ],
  }
}

function dataOf({ kind, ...metric }: Metric, totals: readonly Total[], times: object): object {
  const dataPoints = totals.map(({ labels, value }) => {
    const point = { attributes: attributesOf(labels), ...times }
    if (typeof value !== 'number') return { ...point, ...distributionOf({ kind, ...metric }, value) }
    return kind === 'counter' && metric.unit !== 's'
      ? { ...point, asInt: String(value) }
      : { ...point, asDouble: inBaseUnit({ kind, ...metric }, value) }
  })
  if (kind === 'gauge') return { gauge: { dataPoints } }
  if (kind === 'histogram') return { histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
  return { sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
}

function distributionOf(metric: Metric, { counts, count, sumMs }: BucketCounts): object {
  return {
    count: String(count),
    sum: inBaseUnit(metric, sumMs),
    bucketCounts: counts.map(String),
    explicitBounds: BOUNDS_MS.map((boundMs) => inBaseUnit(metric, boundMs)),
  }
}

function attributesOf(labels: Labels): object[] {
  return labels.map(([key, value]) => ({ key, value: { stringValue: value } }))
}

function nanos(ms: Ms): string {
  return String(BigInt(ms) * 1_000_000n)
}

/** Appends the metrics path to a collector's URL unless it has it. */
function endpointOf(url: URL): URL {
  const endpoint = new URL(url)
  if (!endpoint.pathname.endsWith(PATH)) endpoint.pathname = endpoint.pathname.replace(/\/*$/, PATH)
  return endpoint
}

/** The sink of `--stream otlp`. */
export default { id: 'otlp', open } satisfies Sink
