/**
 * URLs of other programs as the target and the paths of a scenario. Not by `URL`, because parts of them may be
 * variables.
 */
import { isMarked, outsideMarks, variable } from './placeholders.js'

/** A URL in parts. */
export interface Address {
  /** `https://shop.example:8443`; a variable alone when the file leaves it open. */
  readonly origin: string
  /** `shop.example:8443`. */
  readonly host: string
  /** Path and query, from the slash on, as it may stand on a request line. Without a fragment. */
  readonly path: string
  /** `user:password` of the URL; null when there is none. */
  readonly login: string | null
}

/** The parts of a http(s) URL; one without a scheme is taken for http, as by curl. Null for anything else. */
export function parseAddress(text: string): Address | null {
  const url = text.trim()
  const variable = /^(\ue000[^\ue002]*\ue002)(?=[/?#]|$)(.*)$/s.exec(url)
  if (variable !== null) {
    return { origin: variable[1]!, host: variable[1]!, path: sendablePath(variable[2]!), login: null }
  }
  const [, scheme = 'http://', login, host, rest] =
    /^([a-z][a-z\d+.-]*:\/\/)?(?:([^/?#@]*)@)?([^/?#]+)(.*)$/is.exec(url) ?? []
  if (host === undefined || !/^https?:\/\/$/i.test(scheme)) return null
  const origin = scheme.toLowerCase() + outsideMarks(host, (part) => part.toLowerCase())
  const plain = origin.replace(/[\ue000\ue001][^\ue002]*\ue002/g, '1')
  if (!URL.canParse(plain) || !/^[\w.:[\]-]+$/.test(new URL(plain).host)) return null
  const known = plain === origin ? new URL(plain) : null
  return {
    origin: known?.origin ?? origin,
    host: known?.host ?? host,
    path: sendablePath(rest!),
    login: login === undefined || login === '' ? null : safeDecode(login),
  }
}

/**
 * A path and query with everything encoded that a request line can't hold, and braces, which would be templates;
 * `/` for an empty one.
 */
export function sendablePath(text: string): string {
  const fragment = text.indexOf('#')
  const path = fragment === -1 ? text : text.slice(0, fragment)
  const encoded = outsideMarks(path, (part) => part.replace(/[^\x21-\x7e]+|[{}"<>\\^`|]/g, encodeSafely))
  return encoded.startsWith('/') ? encoded : `/${encoded}`
}

/** A URL for people: without what may hold secrets, its query and its login, and in a length that can be read. */
export function shownUrl(url: string): string {
  const plain = url.split(/[?#]/, 1)[0]!.replace(/(?<=:\/\/)[^/@]*@/, '')
  return plain.length <= 80 ? plain : `${plain.slice(0, 79)}…`
}

/** `a%20b` as `a b`; the text itself when it's no valid encoding. */
export function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `a b` as `a%20b`. Half a character can't be encoded; it becomes what decoders put in its place. */
export function encodeSafely(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
}

/** What most of the addresses have as their origin; the first of several. Null of none. */
export function commonestOrigin(addresses: readonly Address[]): string | null {
  const counts = new Map<string, number>()
  for (const { origin } of addresses) counts.set(origin, (counts.get(origin) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return [...counts].find(([, count]) => count === most)?.[0] ?? null
}

/** The key `target`: the origin, open to another with `-e BASE_URL=...`. */
export function targetOf(origin: string): string {
  return isMarked(origin) ? origin : variable('BASE_URL', origin)
}
