/**
 * An access log → its requests as a weighted mix, at the rate they were logged.
 */
import { userError } from '../../base/errors.js'
import { formatCount, formatDuration, formatShare } from '../../base/units.js'
import { parseAddress, sendablePath, targetOf } from '../address.js'
import { Credentials, hideQuery } from '../credentials.js'
import type { Draft } from '../draft.js'
import { isMethod } from '../entry.js'
import type { ImportContext } from '../import-context.js'
import type { ImportOptions } from '../importer.js'
import { Names } from '../names.js'
import { Notes } from '../notes.js'
import { renderPlaceholders, stripPlaceholders } from '../placeholders.js'
import { isStaticPath } from '../static.js'
import { UploadFiles } from '../upload-files.js'
import { Arrivals } from './arrivals.js'
import type { LogEntry } from './line-parts.js'
import { LogReader } from './reader.js'
import { Traffic } from './traffic.js'
import { type MixedRequest, mixTraffic } from './traffic-requests.js'
import { expectedStatus } from './traffic-status.js'
import { DataLists } from './traffic-values.js'

/** The contents of a log. */
interface LogSummary {
  readonly traffic: Traffic<null>
  readonly arrivals: Arrivals
  readonly hosts: Map<string, number>
}

/** The scenario of a log. Throws a UserError if no line can be read. */
export async function importAccessLog(
  lines: AsyncIterable<string>,
  { file, withStatic, target }: ImportOptions,
): Promise<Draft> {
  const context: ImportContext = {
    notes: new Notes(),
    credentials: new Credentials(),
    files: new UploadFiles(),
  }
  const { notes } = context
  const log = await readLog(lines, { file, withStatic, notes })
  const lists = new DataLists(notes, context.credentials)
  const mix = mixTraffic(log.traffic, lists)
  if (mix.requests.length === 0) throw userError(`${file}: no requests that perfctl can send`, FORMATS)
  const load = loadOf(log, notes)
  const names = new Names()
  const requests = mix.requests.map((request) => ({
    name: names.take(request.name, 'request'),
    weight: weightOf(request.count / log.traffic.count),
    [request.method.toLowerCase()]: renderPlaceholders(hideQuery(request.path, context.credentials)),
    ...expectedStatus(request.statuses),
  }))
  noteGaps(mix.requests, mix.leftOut / log.traffic.count, notes)
  if (lists.keys().data !== undefined)
    notes.add('lists under data contain values from the log: check them for personal data')
  context.credentials.addNotes(notes)
  return {
    scenario: {
      target: renderPlaceholders(targetOf(target ?? originOf(log.hosts, notes))),
      load,
      ...renderPlaceholders(lists.keys()),
      requests,
      thresholds: ['error_rate < 1%'],
    },
    notes: notes.list(),
  }
}

async function readLog(
  lines: AsyncIterable<string>,
  { file, withStatic, notes }: { readonly file: string; readonly withStatic: boolean; readonly notes: Notes },
): Promise<LogSummary> {
  const reader = new LogReader()
  const kept = newSummary()
  // Used only if the log has nothing else: then the service serves only assets.
  const ofAssets = newSummary()
  const counts = { lines: 0, unread: 0, broken: 0, method: 0 }
  for await (const line of lines) {
    if (line === '') continue
    const entry = reader.read(line)
    if (entry === 'header') continue
    counts.lines++
    if (entry === null) counts.unread++
    else if (entry === 'broken') counts.broken++
    else if (!isMethod(entry.method)) counts.method++
    else {
      const isAsset = !withStatic && isStaticPath(entry.path.split('?', 1)[0]!)
      addEntry(isAsset ? ofAssets : kept, entry)
    }
  }
  const assets = ofAssets.traffic.count
  const isOfAssets = kept.traffic.count === 0 && assets > 0
  if (kept.traffic.count === 0 && !isOfAssets)
    throw userError(`${file}: ${emptiness(counts, reader.missing)}`, FORMATS)
  const share = (count: number) => `${formatCount(count)} of ${formatCount(counts.lines)} lines`
  if (counts.unread > 0) notes.add(`left out lines that are not log entries: ${share(counts.unread)}`)
  if (counts.broken > 0) notes.add(`left out entries without a valid request: ${share(counts.broken)}`)
  if (counts.method > 0)
    notes.add(`left out requests with methods that perfctl does not support: ${share(counts.method)}`)
  if (isOfAssets) notes.add('all readable requests are for static files (images, scripts, style sheets)')
  else if (assets > 0)
    notes.add(`left out static files (images, scripts, style sheets): ${share(assets)}; --static keeps them`)
  return isOfAssets ? ofAssets : kept
}

function addEntry({ traffic, arrivals, hosts }: LogSummary, entry: LogEntry): void {
  traffic.add({ ...entry, path: sendable(entry.path) }, () => null)
  if (entry.timeMs !== null) arrivals.add(entry.timeMs)
  if (entry.host !== null && (hosts.has(entry.host) || hosts.size < 1000))
    hosts.set(entry.host, (hosts.get(entry.host) ?? 0) + 1)
}

function newSummary(): LogSummary {
  return { traffic: new Traffic(), arrivals: new Arrivals(), hosts: new Map() }
}

const FORMATS =
  'supported formats: common, combined, HAProxy, Squid, AWS load balancers, logs whose header names their ' +
  'fields (IIS, CloudFront, CSV), and JSON lines of nginx, Caddy, Traefik and cloud services'

function emptiness(
  counts: { readonly lines: number; readonly unread: number },
  missing: readonly string[],
): string {
  if (counts.lines === 0) return 'the log is empty'
  if (missing.length > 0) return `the header has no field for ${missing.join(', ')}`
  if (counts.unread === counts.lines) return 'no line is an access log entry'
  return 'no requests that perfctl can send'
}

/** Servers log characters that are invalid on a request line as `\x22`. */
function sendable(path: string): string {
  return sendablePath(stripPlaceholders(path).replace(/\\x([\da-f]{2})/gi, '%$1'))
}

/** A share in percent, with two significant digits. */
function weightOf(share: number): number {
  return Number((share * 100).toPrecision(2)) || 0.01
}

function loadOf({ arrivals, traffic }: LogSummary, notes: Notes): Record<string, unknown> {
  if (arrivals.count < 2) {
    notes.add(
      arrivals.count === 0
        ? 'the log has no timestamps: set the load yourself'
        : 'one request is too few for a rate: set the load yourself',
    )
    return { vus: 5, duration: '20s' }
  }
  const { busyStretch, busiestMinute, busiestSecond } = arrivals
  const { count, lengthMs } = busyStretch
  const perMinute = (count * 60_000) / lengthMs
  const length = formatDuration(lengthMs >= 60_000 ? Math.round(lengthMs / 60_000) * 60_000 : lengthMs)
  const day = new Date(busiestMinute.startMs).toISOString().slice(0, 16).replace('T', ' ')
  const peak = rateText(busiestMinute.count)
  notes.add(
    `${formatCount(count)} requests in ${length}, ${rateText(perMinute)} on average; in the busiest minute ` +
      `(${day} UTC) ${peak}, in the busiest second ${busiestSecond.count}. To run at the rate of that minute: -r ${peak}`,
  )
  if (count < arrivals.count)
    notes.add(
      `left out of the rate, because they came long before or after all others: ${formatCount(arrivals.count - count)} of ` +
        `${formatCount(traffic.count)} requests`,
    )
  if (perMinute >= REQUESTS_MIN)
    return { warmup: '5s', stages: [{ duration: '1m', rate: rateText(perMinute) }], arrivals: 'poisson' }
  notes.add(`the average rate is too low for a load test: the rate is that of the busiest minute`)
  const minutes = Math.max(1, Math.ceil(REQUESTS_MIN / busiestMinute.count))
  return { stages: [{ duration: `${minutes}m`, rate: peak }], arrivals: 'poisson' }
}

/** A minute of load at a lower rate could send next to nothing. */
const REQUESTS_MIN = 10

/** A rate as in a scenario, with two or three significant digits. */
function rateText(perMinute: number): string {
  const perSecond = perMinute / 60
  if (perSecond >= 1)
    return `${perSecond >= 100 ? Math.round(perSecond) : Number(perSecond.toPrecision(2))}/s`
  if (perMinute >= 1) return `${Number(perMinute.toPrecision(2))}/m`
  const perHour = perMinute * 60
  return `${perHour >= 1e-6 ? Number(perHour.toPrecision(2)) : perHour.toFixed(20)}/h`
}

function noteGaps(requests: readonly MixedRequest<null>[], leftOut: number, notes: Notes): void {
  for (const { method, name } of requests) {
    if (/^(POST|PUT|PATCH)$/.test(method))
      notes.add('logs contain no bodies: add json, form or body to these requests', name)
    if (method === 'DELETE') notes.add('these requests delete data; keep them only where that is safe', name)
  }
  notes.add('logs contain no headers: add those that the service needs under http, such as auth')
  if (leftOut > 0) notes.add(`left out rare requests: ${formatShare(leftOut)} of all`)
}

/** The most frequent host. Most logs have none, and none has the scheme. */
function originOf(hosts: ReadonlyMap<string, number>, notes: Notes): string {
  const byCount = [...hosts].sort(([, a], [, b]) => b - a).map(([host]) => host)
  const known = byCount.filter((host) => parseAddress(urlOf(host)) !== null)
  for (const host of byCount) if (!known.includes(host)) notes.add('ignored invalid hosts', host)
  const [first] = known
  if (first === undefined) {
    notes.add('the log names no host: set target, or -e BASE_URL=...')
    return 'http://localhost:3000'
  }
  if (known.length > 1)
    notes.add('the log has several hosts; all requests go to the first', known.slice(0, 6).join(', '))
  return parseAddress(urlOf(first))!.origin
}

function urlOf(host: string): string {
  const isPlain = /^(localhost|[\d.]+)(:|$)|:(?!443$)\d+$/.test(host)
  return `${isPlain ? 'http' : 'https'}://${stripPlaceholders(host)}`
}
