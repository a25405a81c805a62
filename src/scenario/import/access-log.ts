/**
 * An access log → the mix of its requests by weight, at the rate at which they came.
 */
import { userError } from '../../base/errors.js'
import { formatCount, formatDuration, formatShare } from '../../base/units.js'
import { sendablePath, targetOf } from './address.js'
import { BesideFiles } from './beside.js'
import { Credentials, hideQuery } from './credentials.js'
import type { Draft } from './draft.js'
import { type Draftsman, isMethod } from './entry.js'
import type { ImportOptions } from './index.js'
import { Arrivals } from './log-arrivals.js'
import { readLine } from './log-line.js'
import { spelled, unmarked } from './marks.js'
import { Names } from './names.js'
import { Notes } from './notes.js'
import { isStaticPath } from './static.js'
import { Traffic } from './traffic.js'
import { type MixedRequest, mixTraffic } from './traffic-requests.js'
import { expectedStatus } from './traffic-status.js'
import { DataLists } from './traffic-values.js'

/** What a log comes to. */
interface LogSummary {
  readonly traffic: Traffic<null>
  readonly arrivals: Arrivals
  readonly hosts: ReadonlyMap<string, number>
}

/** The scenario of a log. Throws a UserError when no line of it can be read. */
export async function importAccessLog(
  lines: AsyncIterable<string>,
  { file, withStatic, target }: ImportOptions,
): Promise<Draft> {
  const draftsman: Draftsman = {
    notes: new Notes(),
    credentials: new Credentials(),
    files: new BesideFiles(),
  }
  const { notes } = draftsman
  const log = await readLog(lines, { file, withStatic, notes })
  const lists = new DataLists(notes, draftsman.credentials)
  const mix = mixTraffic(log.traffic, lists)
  const load = loadOf(log, notes)
  const names = new Names()
  const requests = mix.requests.map((request) => ({
    name: names.take(request.name, 'request'),
    weight: weightOf(request.count / log.traffic.count),
    [request.method.toLowerCase()]: spelled(hideQuery(request.path, draftsman.credentials)),
    ...expectedStatus(request.statuses),
  }))
  noteGaps(mix.requests, mix.leftOut / log.traffic.count, notes)
  if (lists.keys().data !== undefined)
    notes.add('lists under data hold values of the log: see that none of them is personal')
  draftsman.credentials.tell(notes)
  return {
    scenario: {
      target: spelled(targetOf(target ?? originOf(log.hosts, notes))),
      load,
      ...spelled(lists.keys()),
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
  const traffic = new Traffic<null>()
  const arrivals = new Arrivals()
  const hosts = new Map<string, number>()
  const counts = { lines: 0, unread: 0, broken: 0, method: 0, assets: 0 }
  for await (const line of lines) {
    if (line === '') continue
    counts.lines++
    const entry = readLine(line)
    if (entry === null) counts.unread++
    else if (entry === 'broken') counts.broken++
    else if (!isMethod(entry.method)) counts.method++
    else if (!withStatic && isStaticPath(entry.path.split('?', 1)[0]!)) counts.assets++
    else {
      traffic.add({ ...entry, path: sendable(entry.path) }, () => null)
      if (entry.timeMs !== null) arrivals.add(entry.timeMs)
      if (entry.host !== null && (hosts.has(entry.host) || hosts.size < 1000)) {
        hosts.set(entry.host, (hosts.get(entry.host) ?? 0) + 1)
      }
    }
  }
  if (traffic.count === 0) throw userError(`${file}: ${emptiness(counts)}`, FORMATS)
  const share = (count: number) => `${formatCount(count)} of ${formatCount(counts.lines)} lines`
  if (counts.unread > 0) notes.add(`left out what is no entry of a log: ${share(counts.unread)}`)
  if (counts.broken > 0) notes.add(`left out entries of what was no request: ${share(counts.broken)}`)
  if (counts.method > 0) notes.add(`left out methods that perfctl does not send: ${share(counts.method)}`)
  if (counts.assets > 0)
    notes.add(
      `left out images, scripts, style sheets and the like: ${share(counts.assets)}; --static keeps them`,
    )
  return { traffic, arrivals, hosts }
}

const FORMATS =
  'common and combined format are known, those of HAProxy and AWS load balancers, and JSON lines of nginx, Caddy and Traefik'

function emptiness(counts: {
  readonly lines: number
  readonly unread: number
  readonly assets: number
}): string {
  if (counts.lines === 0) return 'the log is empty'
  if (counts.unread === counts.lines) return 'no line of it is an entry of an access log'
  return counts.assets > 0
    ? 'all requests in it are for assets; --static keeps them'
    : 'no request in it can be sent'
}

/** Servers write what a request line can't hold as `\x22`. */
function sendable(path: string): string {
  return sendablePath(unmarked(path).replace(/\\x([\da-f]{2})/gi, '%$1'))
}

/** Shares in percent, with two digits that count. */
function weightOf(share: number): number {
  return Number((share * 100).toPrecision(2)) || 0.01
}

function loadOf({ arrivals, traffic }: LogSummary, notes: Notes): Record<string, unknown> {
  if (arrivals.count < 2) {
    notes.add('the log has no times: choose a load')
    return { vus: 5, duration: '20s' }
  }
  const { perSecond, lengthMs, busiestMinute, busiestSecond } = arrivals
  const length = formatDuration(lengthMs >= 60_000 ? Math.round(lengthMs / 60_000) * 60_000 : lengthMs)
  const day = new Date(busiestMinute.startMs).toISOString().slice(0, 16).replace('T', ' ')
  const peak = rateText(busiestMinute.count / 60)
  notes.add(
    `${formatCount(traffic.count)} requests in ${length}, ${rateText(perSecond)} on average; in the busiest minute ` +
      `(${day} UTC) ${peak}, in the busiest second ${busiestSecond.count}. For the load of that minute: -r ${peak}`,
  )
  return { warmup: '5s', stages: [{ duration: '1m', rate: rateText(perSecond) }], arrivals: 'poisson' }
}

/** A rate as a scenario has it, with two or three digits that count. */
function rateText(perSecond: number): string {
  if (perSecond >= 1)
    return `${perSecond >= 100 ? Math.round(perSecond) : Number(perSecond.toPrecision(2))}/s`
  const perMinute = perSecond * 60
  return perMinute >= 1
    ? `${Number(perMinute.toPrecision(2))}/m`
    : `${Math.max(0.1, Number((perMinute * 60).toPrecision(2)))}/h`
}

function noteGaps(requests: readonly MixedRequest<null>[], leftOut: number, notes: Notes): void {
  for (const { method, name } of requests) {
    if (/^(POST|PUT|PATCH)$/.test(method)) notes.add('logs have no bodies: add json, form or body to', name)
    if (method === 'DELETE') notes.add('these delete something, each time', name)
  }
  notes.add('logs have no headers: add under http what the service asks for, such as auth')
  if (leftOut > 0) notes.add(`left out what is asked for rarely: ${formatShare(leftOut)} of the requests`)
}

/** The commonest host; logs mostly don't tell, and never whether it was TLS. */
function originOf(hosts: ReadonlyMap<string, number>, notes: Notes): string {
  const [host] = [...hosts].sort(([, a], [, b]) => b - a)[0] ?? []
  if (host === undefined) {
    notes.add('the log does not say of which host it is: set target, or -e BASE_URL=...')
    return 'http://localhost:3000'
  }
  if (hosts.size > 1)
    notes.add('requests to several hosts are all sent to the first', [...hosts.keys()].slice(0, 6).join(', '))
  const isPlain = /^(localhost|[\d.]+)(:|$)|:(?!443$)\d+$/.test(host)
  const url = `${isPlain ? 'http' : 'https'}://${host}`
  return URL.canParse(url) ? new URL(url).origin : url
}
