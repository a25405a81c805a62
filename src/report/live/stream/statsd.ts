/**
 * `--stream statsd=host:port`: StatsD lines (github.com/statsd/statsd, docs/metric_types.md). StatsD has no labels, so
 * scenario and request are part of the name: `perfctl.shop.search.http_reqs:42|c`.
 */
import { groupLatencies } from '../../../stats/buckets.js'
import type { Address } from './address.js'
import { openDatagrams } from './datagrams.js'
import { type Labels, type Meter, type Reading, watchWith } from './readings.js'
import type { Sink, SinkWorld } from './sink.js'

/** Maps a metric and its labels to a name and a suffix after the value. */
export type Naming = (id: string, labels: Labels) => readonly [name: string, suffix: string]

/** Latencies within this ratio are sent as one value: a few dozen lines per second and request. */
const LATENCY_RATIO = 1.03

/** Opens a watcher that sends each second's readings. */
export async function openStatsd(id: string, address: Address, world: SinkWorld, naming: Naming) {
  const datagrams = await openDatagrams(address, `--stream ${id}`, world)
  const meter: Meter = {
    take: (readings) => datagrams.send(readings.flatMap((reading) => linesOf(reading, naming))),
    close: () => datagrams.close(),
  }
  return watchWith(meter, world.env)
}

/** Returns the lines of a reading. Counters that didn't change have none. Times are in ms. */
export function linesOf({ metric, labels, value }: Reading, naming: Naming): string[] {
  const [name, suffix] = naming(metric.id, labels)
  if (typeof value === 'number') {
    if (metric.kind === 'gauge') return [`${name}:${value}|g${suffix}`]
    return value === 0 ? [] : [`${name}:${value}|c${suffix}`]
  }
  return groupLatencies(value, LATENCY_RATIO).map(([ms, count]) => {
    // One value represents `count` latencies, as if sampled at that rate.
    const rate = count === 1 ? '' : `|@${Number((1 / count).toPrecision(9))}`
    return `${name}:${Number(ms.toPrecision(6))}|ms${rate}${suffix}`
  })
}

/** Names a metric like `perfctl.shop.search.http_req_errors.timeout`. The warm-up isn't distinguished. */
export function nameInParts(id: string, labels: Labels): readonly [string, string] {
  const { scenario, name, error, status } = Object.fromEntries(labels)
  const parts = [scenario, name, id, error ?? status].filter((part) => part !== undefined)
  return [['perfctl', ...parts.map((part) => part.replace(/[^\w-]+/g, '_'))].join('.'), '']
}

/** The sink of `--stream statsd`. */
export default {
  id: 'statsd',
  open: (address, world) => openStatsd('statsd', address, world, nameInParts),
} satisfies Sink
