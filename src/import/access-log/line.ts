/**
 * An access log line → its request, time and status.
 */
import { readJsonLine } from './json.js'
import { type LineContent, parseRequest, parseTime } from './line-parts.js'

/**
 * Reads the common and combined formats of Apache and nginx, with extra fields before and after (virtual hosts,
 * timings, Traefik, Envoy), or JSON as nginx, Caddy, Traefik and log collectors write it.
 */
export function readLine(line: string): LineContent {
  const start = line.trimStart()
  return /^\[?\{/.test(start) ? readJsonLine(start, readLine) : readPlainLine(line)
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
  // The first field is the client, or the virtual host if four fields precede the time.
  const isVirtualHost = host !== null && line.slice(0, match.index).trim().split(/\s+/).length === 4
  return { ...parsed, status: Number(status), timeMs: parseTime(time!), host: isVirtualHost ? host : null }
}

/** Formats with another order of fields: a time, a status and a request, as far as they have them. */
const OTHERS: readonly RegExp[] = [
  // AWS load balancers:
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
  /^(?:[a-z\d]+ )?(?<time>\d{4}-\d\d-\d\dT\S+) (?:\S+ ){6}(?<status>\d{3}|-) \S+ -?\d+ -?\d+ "(?<request>(?:[^"\\]|\\.)*)"/,
  // Squid: https://wiki.squid-cache.org/Features/LogFormat
  /^(?<time>\d{9,10}\.\d{3})\s+-?\d+ \S+ [A-Z_]+\/(?<status>\d{3}) -?\d+ (?<request>[A-Z]{3,10} \S+) /,
  // HAProxy: httplog with captured headers, and httpslog, which has TLS fields after the request.
  /\[(?<time>\d\d\/\w{3}\/\d{4}:[\d:]+)[\d.]*\] \S+ \S+ [-+\d/]+ (?<status>-?\d{1,3}) [^{"]*(?:\{(?<captured>[^}]*)\} )?.*"(?<request>[^"]*)"[^"]*$/,
  // Uvicorn, which logs no times.
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

/** The first captured header that looks like a host name. */
function hostAmong(captured: string): string | null {
  const isHost = (text: string) => /^(?=.*[a-z])[\w-]+(\.[\w-]+)+(:\d+)?$/i.test(text)
  return captured.split('|').find(isHost) ?? null
}
