/**
 * Explains the `http` settings that differ from the default.
 */
import { formatDuration, formatSize, plural } from '../../base/units.js'
import { listSeries, requestsOf } from '../../plan/series.js'
import { describeStatus } from '../../scenario/model/describe.js'
import type { HttpOptions } from '../../scenario/model/http-types.js'
import type { Observe } from '../../scenario/model/observe.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import type { Retries } from '../../scenario/model/retries.js'
import type { Scenario } from '../../scenario/model/scenario.js'

/** Returns a line for each setting that isn't the default. */
export function explainSending(scenario: Scenario): string[] {
  const { http } = scenario
  const sent = listSeries(scenario).flatMap(({ request }) => request ?? [])
  const own = (isOwn: (request: RequestSpec) => boolean) => sent.filter(isOwn).length
  const lines = [
    ...explainWay(http),
    ...explainConnections(http),
    http.compression === undefined
      ? null
      : `asks for compressed responses; decodes ${http.compression === 'decode' ? 'all of them' : 'those that a check reads'}`,
    http.cookies === undefined
      ? null
      : `each virtual user has a cookie jar, ${http.cookies === 'user' ? 'kept from one iteration to the next' : 'emptied before each iteration'}`,
    http.redirects === undefined
      ? null
      : `follows up to ${plural(http.redirects, 'redirect')}; together they count as one request`,
    exceptions(
      'redirects',
      own(({ redirects }) => redirects !== undefined),
    ),
    http.retries === undefined ? null : `idempotent requests are ${explainRetries(http.retries)}`,
    exceptions(
      'retries',
      own(({ retries }) => retries !== undefined),
    ),
    ...explainObserve(scenario),
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
    socketPath === undefined ? null : `over the Unix socket ${socketPath}`,
    servers.length === 0 ? null : `through the proxy ${servers.join(' and ')}`,
    ...connectTo.map(
      ({ host, port, toHost, toPort }) =>
        `connections to ${address(host, port)} go to ${address(toHost ?? host, toPort ?? port)}`,
    ),
    tls?.ca === undefined ? null : 'trusts the given CA certificates',
    tls?.cert === undefined ? null : 'sends a client certificate (mTLS)',
  ]
}

function explainConnections({ connections, keepAlive, pipelining, http2 }: HttpOptions): (string | null)[] {
  const streams = http2 ? 'concurrent streams' : 'pipelined requests'
  return [
    http2 ? 'over HTTP/2 only' : null,
    connections === undefined
      ? null
      : `${plural(connections, 'connection')} to each service, shared by all virtual users; latency includes the wait for a free one`,
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
    : `files are sent as they are, from memory shared by all virtual users: ${[...names].join(', ')}`
}

function explainObserve({ observe }: Scenario): (string | null)[] {
  const { serverTiming, cache, process: which, metrics } = observe ?? {}
  const names = serverTiming === 'all' ? 'all names' : serverTiming?.join(', ')
  return [
    names === undefined ? null : `reads the Server-Timing header of each response: ${names}`,
    cache === undefined ? null : 'counts the responses that come from a cache',
    which === undefined ? null : `reads once a second the CPU time and memory of ${nameProcess(which)}`,
    metrics === undefined
      ? null
      : `reads once a second ${plural(metrics.take.length, 'metric')} of the service: ${metrics.take.map(({ name }) => name).join(', ')}`,
  ]
}

function nameProcess(which: NonNullable<Observe['process']>): string {
  if (which === 'auto') return 'the service that perfctl starts'
  return 'port' in which ? `what listens on port ${which.port}` : `process ${which.pid}`
}

function exceptions(key: string, count: number): string | null {
  return count === 0 ? null : `${plural(count, 'request')} ${count === 1 ? 'overrides' : 'override'} ${key}`
}

function explainRetries({ count, backoffMs: [from, to], kinds, statuses }: Retries): string {
  const reasons = [...kinds, ...(statuses.length === 0 ? [] : [`status ${describeStatus(statuses)}`])]
  const pause = from === to ? formatDuration(from) : `${formatDuration(from)} to ${formatDuration(to)}`
  return `retried up to ${plural(count, 'time')} after ${reasons.join(', ')}, with a pause of ${pause}; retries are counted separately`
}
