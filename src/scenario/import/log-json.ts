/**
 * An entry of an access log as JSON. Every program has names of its own; these are those of nginx (whose users make
 * up theirs), Caddy, Traefik, Envoy, and of collectors such as Elastic's.
 */
import { dig } from './json-file.js'
import { type LineContent, parsePath, parseRequest, parseTime, readLine } from './log-line.js'

const METHOD =
  'method request_method requestMethod RequestMethod http_method verb request.method http.request.method'
const PATH =
  'uri request_uri requestUri RequestPath path url request_path requestPath target request.uri request.url http.target ' +
  'url.original url.path'
const QUERY = 'args query query_string queryString url.query'
const STATUS =
  'status status_code statusCode DownstreamStatus OriginStatus response_code http_status code res.statusCode ' +
  'response.status http.response.status_code'
const TIME = 'time timestamp @timestamp ts time_iso8601 time_local StartUTC start_time msec date datetime'
const HOST = 'host http_host server_name RequestHost domain authority request.host url.domain'

/** Where Docker and collectors of logs put the line as the server wrote it. */
const INNER = 'log message MESSAGE msg line'

/** What a line of JSON holds, or the line that it's the envelope of. */
export function readJsonLine(line: string): LineContent {
  const value = parse(line)
  if (value === undefined) return null
  const entry = readEntry(value)
  const inner = entry === null ? first(value, INNER) : null
  return typeof inner === 'string' && inner.length < line.length ? readLine(inner.trimEnd()) : entry
}

function readEntry(value: unknown): LineContent {
  const status = Number(first(value, STATUS))
  if (!Number.isInteger(status) || status < 0 || status > 999) return null
  const whole = first(value, 'request request_line requestLine')
  const parsed = typeof whole === 'string' ? parseRequest(whole) : readParts(value)
  if (parsed === null) return typeof whole === 'string' || first(value, PATH) !== null ? 'broken' : null
  const host = first(value, HOST)
  return {
    ...parsed,
    status,
    timeMs: timeOf(first(value, TIME)),
    host: typeof host === 'string' && /^[\w.-]+(:\d+)?$/.test(host) ? host : null,
  }
}

function readParts(value: unknown): { readonly method: string; readonly path: string } | null {
  const [method, path, query] = [first(value, METHOD), first(value, PATH), first(value, QUERY)]
  if (typeof method !== 'string' || typeof path !== 'string' || !/^[A-Z]{3,10}$/.test(method)) return null
  const hasMore = typeof query === 'string' && query !== '' && query !== '-' && !path.includes('?')
  const whole = parsePath(hasMore ? `${path}?${query.replace(/^\?/, '')}` : path)
  return whole === null || /\s/.test(whole) ? null : { method, path: whole }
}

/** Seconds or milliseconds since 1970, or a date. */
function timeOf(value: string | number | null): number | null {
  if (value === null) return null
  const number = typeof value === 'number' || /^\d{9,}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(number)) return parseTime(String(value))
  return number > 1e11 ? number : number * 1000
}

/** What stands under the first of the names that is there; dots lead into maps, or are part of the name. */
function first(value: unknown, names: string): string | number | null {
  for (const name of names.split(' ')) {
    const found = dig(value, name) ?? (name.includes('.') ? dig(value, ...name.split('.')) : undefined)
    if ((typeof found === 'string' && found !== '') || typeof found === 'number') return found
  }
  return null
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
