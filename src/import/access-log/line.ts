/**
 * One line of an access log → what was asked, when, and what was answered.
 */
import type { Ms } from '../../base/clock.js'
import { readJsonLine } from './json.js'
import type { Hit } from './traffic.js'

/** An entry of a log. */
export interface LogEntry extends Hit {
  /** Since 1970; null when the line doesn't say. */
  readonly timeMs: Ms | null
  /** The host that was asked; null when the line doesn't say. */
  readonly host: string | null
}

/** What a line holds: an entry; `broken`, an entry of something that was no HTTP request; null for anything else. */
export type LineContent = LogEntry | 'broken' | null

/**
 * The common and the combined format of Apache and nginx with anything before and after (virtual hosts, times, the
 * fields of Traefik and Envoy), or JSON as nginx, Caddy, Traefik and log collectors write it.
 */
export function readLine(line: string): LineContent {
  const start = line.trimStart()
  return /^\[?\{/.test(start) ? readJsonLine(start) : readPlainLine(line)
}

/** `[time] "request" status`; quotes within the request are escaped. */
const PLAIN = /\[([^\]]{10,40})\][^"]*"((?:[^"\\]|\\.)*)"\s+(\d{3})(?=\s|$)/

function readPlainLine(line: string): LineContent {
  const match = PLAIN.exec(line)
  if (match === null) return readOther(line)
  const [, time, request, status] = match
  const parsed = parseRequest(request!)
  if (parsed === null) return 'broken'
  const [, host = null] = /^([A-Za-z\d-]+(?:\.[A-Za-z\d-]+)+(?::\d+)?) (?=\S+ \S+ .*?\[)/.exec(line) ?? []
  // The first field is the client; only of four before the time it's the virtual host.
  const isVirtualHost = host !== null && line.slice(0, match.index).trim().split(/\s+/).length === 4
  return { ...parsed, status: Number(status), timeMs: parseTime(time!), host: isVirtualHost ? host : null }
}

/** Lines that have their fields in another order: a time, a status and a request, whichever of them there are. */
const OTHERS: readonly RegExp[] = [
  // Load balancers of AWS: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
  /^(?:[a-z\d]+ )?(?<time>\d{4}-\d\d-\d\dT\S+) (?:\S+ ){6}(?<status>\d{3}|-) \S+ -?\d+ -?\d+ "(?<request>(?:[^"\\]|\\.)*)"/,
  // Squid: https://wiki.squid-cache.org/Features/LogFormat
  /^(?<time>\d{9,10}\.\d{3})\s+-?\d+ \S+ [A-Z_]+\/(?<status>\d{3}) -?\d+ (?<request>[A-Z]{3,10} \S+) /,
  // HAProxy's httplog, with the headers that it captured, and httpslog, which has TLS behind the request.
  /\[(?<time>\d\d\/\w{3}\/\d{4}:[\d:]+)[\d.]*\] \S+ \S+ [-+\d/]+ (?<status>-?\d{1,3}) [^{"]*(?:\{(?<captured>[^}]*)\} )?.*"(?<request>[^"]*)"[^"]*$/,
  // Uvicorn, which has no times.
  /^\w+:\s+\S+:\d+ - "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3})\b/,
]

function readOther(line: string): LineContent {
  for (const pattern of OTHERS) {
    const { time, status, request, captured } = pattern.exec(line)?.groups ?? {}
    if (request === undefined) continue
    const parsed = parseRequest(request)
    if (parsed === null || !/^\d{3}$/.test(status!)) return 'broken'
    const host = /^\S+ https?:\/\/([\w.-]+(?::\d+)?)/i.exec(request)?.[1] ?? hostAmong(captured ?? '')
    return { ...parsed, status: Number(status), timeMs: time === undefined ? null : parseTime(time), host }
  }
  return null
}

/** Of captured headers that look like a name of a host the first. */
function hostAmong(captured: string): string | null {
  const isHost = (text: string) => /^(?=.*[a-z])[\w-]+(\.[\w-]+)+(:\d+)?$/i.test(text)
  return captured.split('|').find(isHost) ?? null
}

/** `GET /path HTTP/1.1`; null for what is no request: `-`, bytes of TLS, `OPTIONS *`. */
export function parseRequest(text: string): { readonly method: string; readonly path: string } | null {
  const match = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]+)?$/.exec(text)
  const path = match === null ? null : parsePath(match[2]!)
  return path === null ? null : { method: match![1]!, path }
}

/** The path with its query, of a whole URL without its origin; null for what is none. */
export function parsePath(text: string): string | null {
  const path = /^https?:\/\//i.test(text) ? text.replace(/^https?:\/\/[^/?]*/i, '') : text
  return path.startsWith('/') ? path : path === '' || path.startsWith('?') ? `/${path}` : null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// Lines of the same second follow each other: each is worked out once.
let lastText = ''
let lastMs: Ms | null = null

/** `10/Oct/2026:13:55:36 +0200`, or ISO 8601, as ms since 1970; null for anything else. */
export function parseTime(text: string): Ms | null {
  if (text === lastText) return lastMs
  lastText = text
  lastMs = workOutTime(text)
  return lastMs
}

function workOutTime(text: string): Ms | null {
  const match = /^(\d{1,2})\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: ([+-])(\d\d)(\d\d))?$/.exec(
    text,
  )
  if (match === null) return parseDate(text)
  const [, day, month, year, hour, minute, second, sign, zoneHours = '0', zoneMinutes = '0'] = match
  const index = MONTHS.indexOf(month!.toLowerCase())
  const utc = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second))
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  return index === -1 ? null : finite(utc - (sign === '-' ? -zoneMs : zoneMs))
}

/** ISO 8601, as Americans write dates, or seconds since 1970; UTC where no zone is named. */
function parseDate(text: string): Ms | null {
  if (/^\d{9,10}\.\d+$/.test(text)) return Number(text) * 1000
  const isIso = /^\d{4}-\d\d-\d\d[T ]/.test(text)
  if (!isIso && !/^\d{1,2}\/\d{1,2}\/\d{4},? \d/.test(text)) return null
  const plain = isIso ? text.replace(',', '.') : text
  const hasZone = /(?:z|utc|gmt|[+-]\d\d:?\d\d)$/i.test(plain)
  return finite(Date.parse(hasZone ? plain : `${plain}${isIso && !plain.includes(' ') ? 'Z' : ' UTC'}`))
}

function finite(ms: number): Ms | null {
  return Number.isFinite(ms) ? ms : null
}
