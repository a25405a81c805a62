/**
 * Log entries with named fields, from JSON or under a header. The names are those of nginx (whose users choose their
 * own), Apache, IIS, Caddy, Traefik, Envoy, HAProxy, of the load balancers and CDNs of AWS, Azure, Google, Cloudflare
 * and Akamai, and of collectors such as Elastic's.
 */
import { encodeSafely } from '../address.js'
import { type LineContent, parsePath, parseRequest, parseTime } from './line-parts.js'

const names = (text: string) => text.split(' ')

/** Names by meaning, the more specific ones first. A dot is part of the name or separates nested keys. */
export const FIELDS = {
  method: names(
    'method request_method requestMethod RequestMethod http_method httpMethod verb request_verb cs-method cs_method ' +
      'ClientRequestMethod reqMethod request.method http.request.method httpRequest.requestMethod CsMethod',
  ),
  path: names(
    'uri request_uri requestUri RequestPath path url request_path requestPath requestUrl request_url target cs-uri-stem ' +
      'cs_uri_stem cs-uri ClientRequestURI reqPath request.uri request.url http.target url.original url.path ' +
      'httpRequest.requestUrl CsUriStem',
  ),
  query: names(
    'args query query_string queryString cs-uri-query cs_uri_query queryStr requestQuery url.query CsUriQuery',
  ),
  status: names(
    'status status_code statusCode sc-status sc_status DownstreamStatus OriginStatus response_code http_status httpStatus ' +
      'httpStatusCode EdgeResponseStatus elb_status_code code responseStatusCode responseStatus responseCode ' +
      'res.statusCode response.status http.response.status_code httpRequest.status ScStatus',
  ),
  time: names(
    'time timestamp @timestamp ts time_iso8601 time_local StartUTC start_time msec date datetime timeStamp date_time ' +
      'EdgeStartTimestamp reqTimeSec TimeGenerated TimeGeneratedUTC request_creation_time',
  ),
  host: names(
    'host http_host x-host-header cs-host cs(Host) server_name RequestHost domain authority hostName ' +
      'ClientRequestHost reqHost request.host url.domain CsHost',
  ),
  request: names('request request_line requestLine cs-request-line'),
} as const

/** The value of a field. Nested maps are never one. */
type FieldValue = string | number | null

/** The entry in a line's fields. `get` returns the value of the first name that exists. */
export function entryOf(get: (names: readonly string[]) => FieldValue): LineContent {
  const status = Number(get(FIELDS.status) ?? Number.NaN)
  if (!Number.isInteger(status) || status < 0 || status > 999) return null
  const whole = get(FIELDS.request)
  const parsed: Parts | null = typeof whole === 'string' ? parseRequest(whole) : readParts(get)
  if (parsed === null) return typeof whole === 'string' || get(FIELDS.path) !== null ? 'broken' : null
  const named = get(FIELDS.host)
  const host = typeof named === 'string' && /^[\w.-]+(:\d+)?$/.test(named) ? named : null
  const { method, path } = parsed
  return { method, path, status, timeMs: timeOf(get(FIELDS.time)), host: host ?? parsed.host ?? null }
}

interface Parts {
  readonly method: string
  readonly path: string
  /** From an absolute URL. */
  readonly host?: string | null
}

function readParts(get: (names: readonly string[]) => FieldValue): Parts | null {
  const [method, path, query] = [get(FIELDS.method), get(FIELDS.path), get(FIELDS.query)]
  if (typeof method !== 'string' || typeof path !== 'string' || !/^[A-Z]{3,10}$/i.test(method)) return null
  const hasMore = typeof query === 'string' && !path.includes('?')
  const whole = parsePath(hasMore ? `${path}?${query.replace(/^\?/, '')}` : path)
  const [, host = null] = /^https?:\/\/([\w.-]+(?::\d+)?)/i.exec(path) ?? []
  return whole === null
    ? null
    : { method: method.toUpperCase(), path: whole.replace(/\s+/g, encodeSafely), host }
}

/** A date, or the time since 1970 in seconds, milliseconds or smaller units. */
function timeOf(value: FieldValue): number | null {
  if (value === null) return null
  const number = typeof value === 'number' || /^\d{9,}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (Number.isNaN(number)) return parseTime(String(value))
  if (number > 1e17) return number / 1e6
  if (number > 1e14) return number / 1000
  return number > 1e11 ? number : number * 1000
}
