/**
 * Headers as other programs recorded them → the keys `headers` and `auth`.
 */
import { isSecretHeader } from '../base/secrets.js'
import { insteadOfHeader } from '../scenario/fields/http-fields.js'
import { hideQuery } from './credentials.js'
import type { ImportContext } from './import-context.js'
import { isMarked } from './placeholders.js'

/** Set by the connection, whatever the file says; all programs that record requests list them. */
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

/** What a browser says about itself; services rarely look at it, and it would bury the rest. */
const BROWSER = /^(sec-.*|alt-used|dnt|priority|upgrade-insecure-requests|x-client-data)$/

const CONDITIONS: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
])

/** Names and values in the order in which they were sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** The value of a header, by its name in lower case; null when there is none. */
export function headerOf(headers: HeaderList, name: string): string | null {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null
}

/** Whether a scenario takes that header; `value`: with marks for what is filled in. */
export function canSend(name: string, value: string): boolean {
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    // A key of that name would be no key.
    name !== '__proto__' &&
    insteadOfHeader(name) === null &&
    !/[^\t\x20-\x7e\x80-\xff\ue000-\ue002]/.test(value)
  )
}

/** The keys `headers` and `auth`, without what perfctl sets itself. `host`: that of the URL. */
export function draftHeaders(
  list: HeaderList,
  host: string,
  draftsman: ImportContext,
): { headers: Record<string, string>; auth: Record<string, string> | null } {
  const { notes, credentials } = draftsman
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

  /** Of the schemes that have a short form; null for others. */
  function draftAuth(value: string): Record<string, string> | null {
    const [, scheme, rest] = /^(bearer|basic)\s+(.+)$/is.exec(value) ?? []
    if (rest === undefined) return null
    if (scheme!.toLowerCase() === 'bearer') return { bearer: credentials.hide('API_TOKEN', rest) }
    return isMarked(rest) ? null : draftLogin(Buffer.from(rest, 'base64').toString(), draftsman)
  }
}

/** Encodings of bodies that can be unpacked, each once: what can't would make captures and checks fail. */
function knownCodings(value: string, notes: ImportContext['notes']): string {
  const all = [...new Set(value.split(',').map((coding) => coding.trim()))].filter((coding) => coding !== '')
  const known = all.filter((coding) => /^(?:x-gzip|gzip|deflate|br|identity|\*)(?:\s*;|$)/i.test(coding))
  for (const coding of all.filter((one) => !known.includes(one)))
    notes.add('left out encodings that perfctl cannot decode', coding)
  return known.join(', ')
}

/**
 * `user:password` as `auth`; null when it's not of that form. A user without a password is a key, as Stripe and
 * GitHub have them.
 */
export function draftLogin(login: string, { credentials }: ImportContext): Record<string, string> | null {
  const [, user, password = ''] = /^([^:]*)(?::(.*))?$/s.exec(login) ?? []
  if (user === undefined || /[\x00-\x1f\x7f\ufffd]/.test(user)) return null
  if (password === '') return { basic: `${credentials.hide('API_KEY', user)}:` }
  return { basic: `${user}:${credentials.hide('PASSWORD', password)}` }
}

function join(name: string, first: string, second: string): string {
  return `${first}${name === 'cookie' ? '; ' : ', '}${second}`
}
