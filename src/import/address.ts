/**
 * Splits URLs from other programs into a scenario's target and paths. Not with `URL`, because parts may be variables.
 */
import { hasPlaceholder, mapLiterals, variable } from './placeholders.js'

/** A URL in parts. */
export interface Address {
  /** `https://shop.example:8443`, or just a variable if the file leaves it open. */
  readonly origin: string
  /** `shop.example:8443`. */
  readonly host: string
  /** Path and query from the slash on, valid on a request line. No fragment. */
  readonly path: string
  /** `user:password` from the URL; null if it has none. */
  readonly login: string | null
}

/** The parts of an http(s) URL. Without a scheme it is http, as in curl. Returns null for anything else. */
export function parseAddress(text: string): Address | null {
  const url = text.trim()
  const variable = /^(\ue000[^\ue002]*\ue002)(?=[/?#]|$)(.*)$/s.exec(url)
  if (variable !== null) {
    return { origin: variable[1]!, host: variable[1]!, path: sendablePath(variable[2]!), login: null }
  }
  const [, scheme = 'http://', login, host, rest] =
    /^([a-z][a-z\d+.-]*:\/\/)?(?:([^/?#@]*)@)?([^/?#]+)(.*)$/is.exec(url) ?? []
  if (host === undefined || !/^https?:\/\/$/i.test(scheme)) return null
  const origin = scheme.toLowerCase() + mapLiterals(host, (part) => part.toLowerCase())
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
 * A path and query that are valid on a request line; `/` if empty. Braces are encoded too, because they would become
 * templates.
 */
export function sendablePath(text: string): string {
  const fragment = text.indexOf('#')
  const path = fragment === -1 ? text : text.slice(0, fragment)
  const encoded = mapLiterals(path, (part) => part.replace(/[^\x21-\x7e]+|[{}"<>\\^`|]/g, encodeSafely))
  return encoded.startsWith('/') ? encoded : `/${encoded}`
}

/** A URL for messages: shortened, without the query and login, which may contain secrets. */
export function shownUrl(url: string): string {
  const plain = url.split(/[?#]/, 1)[0]!.replace(/(?<=:\/\/)[^/@]*@/, '')
  return plain.length <= 80 ? plain : `${plain.slice(0, 79)}…`
}

/** `a%20b` → `a b`; returns the text itself if it isn't validly encoded. */
export function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `a b` → `a%20b`. Lone surrogates can't be encoded and become U+FFFD. */
export function encodeSafely(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))
}

/** The most frequent origin, or the first of several; null if there are no addresses. */
export function mostFrequentOrigin(addresses: readonly Address[]): string | null {
  const counts = new Map<string, number>()
  for (const { origin } of addresses) counts.set(origin, (counts.get(origin) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return [...counts].find(([, count]) => count === most)?.[0] ?? null
}

/** The value of `target`: the origin, which `-e BASE_URL=...` can override. */
export function targetOf(origin: string): string {
  return hasPlaceholder(origin) ? origin : variable('BASE_URL', origin)
}
