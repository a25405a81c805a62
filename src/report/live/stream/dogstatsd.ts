/**
 * `--stream dogstatsd=host:port`: StatsD with Datadog's tags (docs.datadoghq.com/developers/dogstatsd), which Telegraf
 * and others also read: `perfctl.http_reqs:42|c|#scenario:shop,name:search`.
 */

import type { Labels } from './readings.js'
import type { Sink } from './sink.js'
import { openStatsd } from './statsd.js'

const TAG_LENGTH = 200

/** Keeps the name and writes the labels as tags. */
export function nameWithTags(id: string, labels: Labels): readonly [string, string] {
  const tags = labels.map(([name, value]) =>
    `${name}:${value.replace(/[,|#\s]+/g, '_')}`.slice(0, TAG_LENGTH),
  )
  return [`perfctl.${id}`, `|#${tags.join(',')}`]
}

/** The sink of `--stream dogstatsd`. */
export default {
  id: 'dogstatsd',
  open: (address, world) => openStatsd('dogstatsd', address, world, nameWithTags),
} satisfies Sink
