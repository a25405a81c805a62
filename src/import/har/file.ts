/**
 * Reads HAR 1.1 and 1.2 (http://www.softwareishard.com/blog/har-12-spec/) as browsers and proxies actually write it.
 */
import type { Ms } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { parseStatus } from '../../scenario/fields/fields.js'
import { encodeSafely } from '../address.js'
import type { RecordedBody } from '../body.js'
import { type HeaderList, headerOf } from '../headers.js'
import { dig, digList, digNumber, digText, readJsonFile } from '../json-file.js'
import type { Part } from '../multipart.js'
import { stripPlaceholders } from '../placeholders.js'

/** A recorded request. */
export interface HarEntry {
  /** Since 1970; NaN if not recorded. */
  readonly startMs: Ms
  readonly durationMs: Ms
  readonly method: string
  readonly url: string
  readonly headers: HeaderList
  readonly body: RecordedBody | null
  /** 0 if there was no response; null if not recorded or not a valid status. */
  readonly status: number | null
  readonly responseHeaders: HeaderList
  /** The response's content type; '' if it had none. */
  readonly mime: string
  /** The response body, if it was recorded as text. */
  readonly responseBody: string | null
  /** Chrome's resource type: `document`, `xhr`, `image`, …; '' elsewhere. */
  readonly resource: string
  /** Served from the browser's cache. */
  readonly isFromCache: boolean
  /** A redirect that the browser made itself, for example for HSTS, and that no service has seen. */
  readonly isInternal: boolean
}

/** Longer responses aren't searched for values. */
const RESPONSE_LENGTH_MAX = 2_000_000

/** The entries of a recording, sorted by start. Throws a UserError if there are none. */
export function readHar(text: string, file: string): HarEntry[] {
  const har = readJsonFile(text, file)
  if (!Array.isArray(dig(har, 'log', 'entries'))) {
    const hint = isPostman(har) ? `this is a Postman collection: run perfctl import postman ${file}` : HINT
    throw userError(`${file} is not a HAR file: log.entries is missing`, hint)
  }
  const entries = digList(har, 'log', 'entries').filter((entry) => digText(entry, 'request', 'url') !== null)
  if (entries.length === 0) throw userError(`${file}: the recording is empty`, HINT)
  return entries.map(readEntry).sort((a, b) => (a.startMs < b.startMs ? -1 : a.startMs > b.startMs ? 1 : 0))
}

const HINT = 'in the network panel of the developer tools, reload the page, then "Save all as HAR"'

function isPostman(value: unknown): boolean {
  return dig(value, 'info', '_postman_id') !== undefined || dig(value, 'item') !== undefined
}

function readEntry(entry: unknown): HarEntry {
  const request = dig(entry, 'request')
  const response = dig(entry, 'response')
  return {
    startMs: Date.parse(digText(entry, 'startedDateTime') ?? ''),
    durationMs: Math.max(0, digNumber(entry, 'time') ?? 0),
    method: stripPlaceholders(digText(request, 'method') ?? 'GET'),
    url: readUrl(request),
    headers: withType(readHeaders(request), digText(request, 'postData', 'mimeType')),
    body: readBody(request),
    status: readStatus(digNumber(response, 'status')),
    responseHeaders: readHeaders(response),
    mime: digText(response, 'content', 'mimeType') ?? '',
    responseBody: readContent(dig(response, 'content')),
    resource: (digText(entry, '_resourceType') ?? '').toLowerCase(),
    isFromCache: digText(entry, '_fromCache') !== null || /cache/i.test(digText(entry, '_fetchType') ?? ''),
    isInternal: headerOf(readHeaders(response), 'non-authoritative-reason') !== null,
  }
}

/** Whether the exchange lasts as long as the page is open, so that nothing waits for its end. */
export function isStream({ url, resource, mime }: HarEntry): boolean {
  return (
    /^wss?:/i.test(url) || /^(websocket|eventsource)$/.test(resource) || /^text\/event-stream/i.test(mime)
  )
}

/** An invalid status can't be expected. */
function readStatus(status: number | null): number | null {
  return status === null || status === 0 || parseStatus(String(status)) !== null ? status : null
}

/** Some programs list the query separately and leave it out of the URL. */
function readUrl(request: unknown): string {
  const url = stripPlaceholders(digText(request, 'url')!)
  const pairs = readPairs(dig(request, 'queryString'))
  if (pairs.length === 0 || /[?#]|^data:/i.test(url)) return url
  return `${url}?${pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`
}

function readHeaders(message: unknown): HeaderList {
  const headers = readPairs(dig(message, 'headers'))
  const cookies = readPairs(dig(message, 'cookies')).map(([name, value]) => `${name}=${value}`)
  const hasCookies = headers.some(([name]) => /^(set-)?cookie$/i.test(name))
  // Some programs list cookies but not the header that set them.
  return hasCookies || cookies.length === 0 || dig(message, 'url') === undefined
    ? headers
    : [...headers, ['cookie', cookies.join('; ')]]
}

/** Some programs record the content type only next to the body. */
function withType(headers: HeaderList, mime: string | null): HeaderList {
  if (mime === null || mime === '' || headerOf(headers, 'content-type') !== null) return headers
  return [...headers, ['content-type', stripPlaceholders(mime)]]
}

function readPairs(list: unknown): [name: string, value: string][] {
  return (Array.isArray(list) ? list : []).flatMap((item): [string, string][] => {
    const name = digText(item, 'name')
    return name === null ? [] : [[stripPlaceholders(name), stripPlaceholders(digText(item, 'value') ?? '')]]
  })
}

function readBody(request: unknown): RecordedBody | null {
  const post = dig(request, 'postData')
  const text = digText(post, 'text')
  if (text !== null && text !== '') {
    const isBase64 = digText(post, 'encoding') === 'base64'
    return { kind: 'text', text: stripPlaceholders(isBase64 ? Buffer.from(text, 'base64').toString() : text) }
  }
  const params = digList(post, 'params')
  if (params.length === 0) return null
  const parts = params.map(
    (param): Part => ({
      name: stripPlaceholders(digText(param, 'name') ?? ''),
      text: stripPlaceholders(digText(param, 'value') ?? ''),
      file: digText(param, 'fileName'),
      type: digText(param, 'contentType'),
    }),
  )
  if (/^multipart\//i.test(digText(post, 'mimeType') ?? '')) return { kind: 'parts', parts }
  return {
    kind: 'text',
    text: parts.map(({ name, text: value }) => `${encode(name)}=${encode(value)}`).join('&'),
  }
}

/** Browsers list fields either encoded or decoded. */
function encode(field: string): string {
  return /%[\da-f]{2}|\+/i.test(field) ? field : encodeSafely(field)
}

function readContent(content: unknown): string | null {
  const text = digText(content, 'text')
  if (text === null || text.length > RESPONSE_LENGTH_MAX) return null
  return digText(content, 'encoding') === 'base64' ? Buffer.from(text, 'base64').toString() : text
}
