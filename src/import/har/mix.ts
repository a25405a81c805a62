/**
 * Recorded requests → a weighted mix. Requests of one kind are merged, with lists of the values that differ.
 */
import { plural } from '../../base/units.js'
import { Traffic } from '../access-log/traffic.js'
import { mixTraffic } from '../access-log/traffic-requests.js'
import { expectedStatus } from '../access-log/traffic-status.js'
import { DataLists } from '../access-log/traffic-values.js'
import { draftEntry, extractShared, type Recorded, type SharedHttp } from '../entry.js'
import type { ImportContext } from '../import-context.js'
import { Names } from '../names.js'
import { renderPlaceholders } from '../placeholders.js'

/** The keys of a scenario that depend on the recorded requests. */
export interface Body {
  readonly load: Readonly<Record<string, unknown>>
  readonly http: SharedHttp
  readonly data?: Readonly<Record<string, unknown>>
  readonly requests: readonly Readonly<Record<string, unknown>>[]
}

/** The mix of recorded requests. `origin`: the target's. */
export function mixOf(recorded: readonly Recorded[], origin: string, context: ImportContext): Body {
  const { notes, credentials } = context
  const lists = new DataLists(notes, credentials)
  const origins = [...new Set(recorded.map(({ address }) => address.origin))]
  const names = new Names()
  const mixed = origins.flatMap((one) => {
    const traffic = new Traffic<Recorded>()
    for (const request of recorded.filter(({ address }) => address.origin === one)) {
      const { method, address, status } = request
      traffic.add({ method: method.toUpperCase(), path: address.path, status: status ?? 200 }, () => request)
    }
    const mix = mixTraffic(traffic, lists)
    if (one === origin) return [mix]
    const host = one.slice(one.indexOf('://') + 3)
    const requests = mix.requests.map(({ name, ...rest }) => ({
      ...rest,
      name: name.replace('/', `${host}/`),
    }))
    return [{ ...mix, requests }]
  })
  const requests = mixed.flatMap(({ requests }) => requests)
  for (const { name, count, payload } of requests) {
    if (count > 1 && payload.body !== null) notes.add('kept only the first of several bodies', name)
  }
  const leftOut = mixed.reduce((sum, mix) => sum + mix.leftOut, 0)
  if (leftOut > 0) notes.add(`left out ${plural(leftOut, 'rare request')}`)
  const entries = requests.map(({ path, payload, statuses }) => {
    const address = { ...payload.address, path }
    const { expect: _, ...entry } = draftEntry({ ...payload, address }, origin, context)
    return { ...entry, ...expectedStatus(statuses) }
  })
  const common = extractShared(entries)
  return {
    load: { vus: 5, duration: '30s', thinkTime: '100ms..1s' },
    http: common.http,
    ...lists.keys(),
    requests: common.entries.map((entry, index) => ({
      name: names.take(requests[index]!.name, 'request'),
      weight: requests[index]!.count,
      ...renderPlaceholders(entry),
    })),
  }
}
