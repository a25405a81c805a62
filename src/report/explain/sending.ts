/**
 * How requests are sent, in words: what `http` says beyond the usual.
 */
import { formatDuration, formatSize, plural } from '../../base/units.js'
import { listSeries, requestsOf } from '../../plan/series.js'
import { describeStatus } from '../../scenario/model/describe.js'
import type { HttpOptions } from '../../scenario/model/http-types.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import type { Retries } from '../../scenario/model/retries.js'
import type { Scenario } from '../../scenario/model/scenario.js'

/** A line for each thing that isn't as usual. */
export function explainSending(scenario: Scenario): string[] {
  const { http } = scenario
  const sent = listSeries(scenario).flatMap(({ request }) => request ?? [])
  const own = (isOwn: (request: RequestSpec) => boolean) => sent.filter(isOwn).length
  const lines = [
    ...explainWay(http),
    ...explainConnections(http),
    http.compression === undefined
      ? null
      : `compressed answers are asked for; ${http.compression === 'decode' ? 'each is decoded' : 'decoded when a check looks into them'}`,
    http.cookies === undefined
      ? null
      : `each virtual user has a cookie jar, ${http.cookies === 'user' ? 'kept from one iteration to the next' : 'emptied before each iteration'}`,
    http.redirects === undefined
      ? null
      : `up to ${plural(http.redirects, 'redirect')} followed as one request`,
    exceptions(
      'redirects',
      own(({ redirects }) => redirects !== undefined),
    ),
    http.retries === undefined ? null : `what does no harm twice is ${explainRetries(http.retries)}`,
    exceptions(
      'retries',
      own(({ retries }) => retries !== undefined),
    ),
    explainFiles([...sent, ...requestsOf([...scenario.before, ...scenario.after])]),
  ]
  return lines.filter((line) => line !== null)
}

function explainWay({ socketPath, proxy, connectTo = [], tls }: HttpOptions): (string | null)[] {
  const servers = [
    ...new Set(
      [proxy?.http, proxy?.https]
        .flatMap((server) => server ?? [])
        .map((server) => `${server.host}:${server.port}`),
    ),
  ]
  const address = (host: string | null, port: number | null) =>
    `${host ?? 'any host'}${port === null ? '' : `:${port}`}`
  return [
    socketPath === undefined ? null : `over the unix socket ${socketPath}`,
    servers.length === 0 ? null : `by the proxy ${servers.join(' and ')}`,
    ...connectTo.map(
      ({ host, port, toHost, toPort }) =>
        `connections to ${address(host, port)} go to ${address(toHost ?? host, toPort ?? port)}`,
    ),
    tls?.ca === undefined ? null : 'the service is vouched for by the given certificates',
    tls?.cert === undefined ? null : 'the user shows a certificate (mTLS)',
  ]
}

function explainConnections({ connections, keepAlive, pipelining, http2 }: HttpOptions): (string | null)[] {
  const streams = http2 ? 'streams' : 'requests in a row'
  return [
    http2 ? 'over HTTP/2, and nothing else' : null,
    connections === undefined
      ? null
      : `${plural(connections, 'connection')} to each service for all virtual users; waiting for a free one is in the latency`,
    pipelining === undefined ? null : `up to ${pipelining} ${streams} on each`,
    keepAlive === false ? 'a new connection for each request' : null,
  ]
}

function explainFiles(requests: readonly RequestSpec[]): string | null {
  const files = requests.flatMap(({ body }) => {
    if (body?.type === 'file') return [body.file]
    return body?.type === 'multipart' ? body.parts.flatMap((part) => ('file' in part ? [part.file] : [])) : []
  })
  const names = new Set(files.map(({ path, sizeBytes }) => `${path} (${formatSize(sizeBytes)})`))
  return names.size === 0
    ? null
    : `files are sent as they are, from memory that all virtual users share: ${[...names].join(', ')}`
}

function exceptions(key: string, count: number): string | null {
  return count === 0
    ? null
    : `${plural(count, 'request')} with ${key} of ${count === 1 ? 'its' : 'their'} own`
}

function explainRetries({ count, backoffMs: [from, to], kinds, statuses }: Retries): string {
  const reasons = [...kinds, ...(statuses.length === 0 ? [] : [`status ${describeStatus(statuses)}`])]
  const pause = from === to ? formatDuration(from) : `${formatDuration(from)} to ${formatDuration(to)}`
  return `sent again up to ${plural(count, 'time')} after ${reasons.join(', ')}, with a pause of ${pause}; counted apart`
}
