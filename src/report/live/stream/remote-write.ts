/**
 * `--stream remote-write=URL`: Prometheus' remote-write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec), supported
 * by Prometheus, Mimir, Thanos, VictoriaMetrics and hosted services.
 */
import type { Ms } from '../../../base/clock.js'
import { readReceiverHeaders } from '../../../base/receiver-headers.js'
import type { Watcher } from '../watcher.js'
import { type Address, showAddress } from './address.js'
import { listSamples, type Sample } from './exposition.js'
import { METRICS, type Metric } from './metrics.js'
import { openOutbox } from './outbox.js'
import { prometheusName, prometheusUnit } from './prometheus-names.js'
import { doubleField, type Field, intField, messageField, textField } from './protobuf.js'
import { type Meter, watchWith } from './readings.js'
import { type Sink, type SinkWorld, STREAM_HEADERS } from './sink.js'
import { compress } from './snappy.js'
import { type Total, Totals } from './totals.js'

/** Field numbers in Prometheus' prompb/remote.proto and types.proto. */
const WRITE_REQUEST = { timeseries: 1, metadata: 3 }
const TIME_SERIES = { labels: 1, samples: 2 }
const LABEL = { name: 1, value: 2 }
const SAMPLE = { value: 1, timestamp: 2 }
const METADATA = { type: 1, name: 2, help: 4, unit: 5 }
const TYPES = { counter: 1, gauge: 2, histogram: 3 }

async function open(address: Address, world: SinkWorld): Promise<Watcher> {
  if (address.kind !== 'url') throw new Error('remote-write goes to a URL')
  const totals = new Totals()
  const encode = makeEncoder()
  const outbox = openOutbox({
    url: address.url,
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    credentials: readReceiverHeaders(address.url, [STREAM_HEADERS], world.env),
    label: `--stream remote-write=${showAddress(address)}`,
    notice: world.notice,
  })
  let isFirst = true
  const meter: Meter = {
    take(readings, atMs) {
      totals.add(readings)
      outbox.push(compress(encode(totals.list(), atMs, isFirst)))
      isFirst = false
    },
    close: () => outbox.close(),
  }
  return watchWith(meter, world.env)
}

/** Encodes a WriteRequest with one sample per series, and optionally the metadata of the metrics. */
export type Encode = (totals: readonly Total[], atMs: Ms, withMetadata: boolean) => Uint8Array

/** Creates an encoder that caches labels: they are most of the data and don't change. */
export function makeEncoder(): Encode {
  const known = new WeakMap<Total, readonly Field[]>()
  return (totals, atMs, withMetadata) => {
    const time = intField(SAMPLE.timestamp, atMs)
    const series = totals.flatMap((total) => {
      const samples = listSamples(total)
      const labels = known.get(total) ?? samples.map(encodeLabels)
      known.set(total, labels)
      return samples.map(({ value }, i) =>
        messageField(WRITE_REQUEST.timeseries, [
          labels[i]!,
          messageField(TIME_SERIES.samples, [doubleField(SAMPLE.value, value), time]),
        ]),
      )
    })
    return Buffer.concat([...series, ...(withMetadata ? Object.values(METRICS).map(encodeMetadata) : [])])
  }
}

function encodeLabels({ name, labels }: Sample): Field {
  // The specification requires labels sorted by name.
  const sorted = [['__name__', name] as const, ...labels].sort(([a], [b]) => (a < b ? -1 : 1))
  return Buffer.concat(
    sorted.map(([label, text]) =>
      messageField(TIME_SERIES.labels, [textField(LABEL.name, label), textField(LABEL.value, text)]),
    ),
  )
}

function encodeMetadata(metric: Metric): Field {
  return messageField(WRITE_REQUEST.metadata, [
    intField(METADATA.type, TYPES[metric.kind]),
    textField(METADATA.name, prometheusName(metric)),
    textField(METADATA.help, metric.help),
    textField(METADATA.unit, prometheusUnit(metric)),
  ])
}

/** The sink of `--stream remote-write`. */
export default { id: 'remote-write', open } satisfies Sink
