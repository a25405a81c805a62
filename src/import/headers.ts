/**
 * Recorded headers → the keys `headers` and `auth`.
 */
import { isSecretHeader } from '../base/secrets.js'
import { insteadOfHeader } from '../scenario/fields/http-fields.js'
import { hideQuery } from './credentials.js'
import type { ImportContext } from './import-context.js'
import { hasPlaceholder } from './placeholders.js'

/** Set by perfctl's connection. Recordings always list them. */
const CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** How a browser describes itself. Services rarely read it. */
const BROWSER = /^(sec-.*|alt-used|dnt|priority|upgrade-insecure-requests|x-client-data)$/

const CONDITIONS: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
])

/** Names and values in the order they were sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** The value of a header, by lower-case name; null if there is none. */
export function headerOf(headers: HeaderList, name: string): string | null {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null
}

/** Whether a scenario accepts the header. `value` may contain placeholders. */
export function canSend(name: string, value: string): boolean {
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    // Would not become a key of the object.
    name !== '__proto__' &&
    insteadOfHeader(name) === null &&
    canSendValue(value)
  )
}

/** Whether a scenario accepts the value in a header or as a token. It may contain placeholders. */
export function canSendValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff\ue000-\ue002]/.test(value)
}

/** The keys `headers` and `auth`, without headers that perfctl sets itself. `host`: the URL's host. */
export function draftHeaders(
  list: HeaderList,
  host: string,
  context: ImportContext,
): { headers: Record<string, string>; auth: Record<string, string> | null } {
  const { notes, credentials } = context
  const headers: Record<string, string> = Object.create(null)
  for (const [rawName, rawValue] of list) {
    const name = rawName.toLowerCase().trim()
    const value = rawValue.trim()
    if (name.startsWith(':') || CONNECTION.has(name)) continue
    if (name === 'host' && value.toLowerCase() === host.toLowerCase()) continue
    if (BROWSER.test(name)) {
      notes.add('left out headers that describe the browser', name)
    } else if (CONDITIONS.has(name)) {
      notes.add('left out conditional headers, which would get an empty 304', name)
    } else if (!canSend(name, value)) {
      notes.add('left out headers that are not valid in HTTP', name)
    } else if (name in headers) {
      headers[name] = join(name, headers[name]!, value)
    } else {
      headers[name] = value
    }
  }
  const codings = headers['accept-encoding']
  if (codings !== undefined) {
    const known = knownCodings(codings, notes)
    if (known === '') delete headers['accept-encoding']
    else headers['accept-encoding'] = known
  }
  const auth = headers['authorization'] === undefined ? null : draftAuth(headers['authorization'])
  if (auth !== null) delete headers['authorization']
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'referer') headers[name] = hideQuery(value, credentials)
    if (isSecretHeader(name)) headers[name] = credentials.hide(name, value)
  }
  return { headers: { ...headers }, auth }

  /** The short form of a scheme; null for schemes without one. */
  function draftAuth(value: string): Record<string, string> | null {
    const [, scheme, rest] = /^(bearer|basic)\s+(.+)$/is.exec(value) ?? []
    if (rest === undefined) return null
    if (scheme!.toLowerCase() === 'bearer') return { bearer: credentials.hide('API_TOKEN', rest) }
    return hasPlaceholder(rest) ? null : draftLogin(Buffer.from(rest, 'base64').toString(), context)
  }
}

/** The content codings that perfctl can decode, each once. Others would make captures and checks fail. */
function knownCodings(value: string, notes: ImportContext['notes']): string {
  const all = [...new Set(value.split(',').map((coding) => coding.trim()))].filter((coding) => coding !== '')
  const known = all.filter((coding) => /^(?:x-gzip|gzip|deflate|br|identity|\*)(?:\s*;|$)/i.test(coding))
  for (const coding of all.filter((one) => !known.includes(one)))
    notes.add('left out encodings that perfctl cannot decode', coding)
  return known.join(', ')
}

/**
 * `user:password` as `auth`; null if it has another form. A user without a password is an API key, as at Stripe and
 * GitHub.
 */
export function draftLogin(login: string, { credentials }: ImportContext): Record<string, string> | null {
  // The `:-` of a variable's default separates nothing.
  const [, user, password = ''] =
    /^((?:[\ue000\ue001][^\ue002]*\ue002|[^:\ue000\ue001])*)(?::(.*))?$/s.exec(login) ?? []
  if (user === undefined || /[\x00-\x1f\x7f\ufffd]/.test(user)) return null
  if (password === '') return { basic: `${credentials.hide('API_KEY', user)}:` }
  return { basic: `${user}:${credentials.hide('PASSWORD', password)}` }
}

function join(name: string, first: string, second: string): string {
  return `${first}${name === 'cookie' ? '; ' : ', '}${second}`
}
