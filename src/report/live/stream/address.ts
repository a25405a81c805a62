/**
 * Addresses of sinks: a URL to post to, an address to listen on or send datagrams to, or a file. The parsers return
 * null for text they don't accept.
 */
import { decodePercent } from '../../../base/receiver-headers.js'

/** The destination of metrics. */
export type Address =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'listen' | 'udp'; readonly host: string; readonly port: number }
  /** `-` is stdout. */
  | { readonly kind: 'file'; readonly path: string }

/** Parses an absolute http or https URL. */
export function readUrl(text: string): Address | null {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null
  return url === null || url.hash !== '' ? null : { kind: 'url', url }
}

/**
 * Parses a URL of InfluxDB's write API, or `http://host:8086/mydb`, k6's form for a database. Removes `precision`:
 * times are sent in nanoseconds, the default of every version.
 */
export function readInfluxUrl(text: string): Address | null {
  const found = readUrl(text)
  if (found?.kind !== 'url') return null
  const { url } = found
  url.searchParams.delete('precision')
  if (/\/write(_lp)?$/.test(url.pathname)) return found
  const database = decodePercent(/^\/([^/]+)\/?$/.exec(url.pathname)?.[1] ?? '')
  if (!database) return null
  url.searchParams.set('db', database)
  url.pathname = '/write'
  return found
}

/** Parses `:9464`, `9464`, `0.0.0.0:9464` or `[::1]:9464`. Without a host, only this machine can reach it. */
export function readListen(text: string): Address | null {
  const found = readHost(/^\d+$/.test(text) ? `:${text}` : text)
  return found === null ? null : { kind: 'listen', ...found }
}

/** Parses `localhost:8125`, `:8125` or `udp://localhost:8125`. */
export function readUdp(text: string): Address | null {
  const found = readHost(text.replace(/^udp:\/\//, ''))
  return found === null || found.port === 0 ? null : { kind: 'udp', ...found }
}

/** Parses a path or `-`; rejects anything that looks like a URL. */
export function readFile(text: string): Address | null {
  return text === '' || /^[a-z]+:\/\//i.test(text) ? null : { kind: 'file', path: text }
}

/** Formats an address for messages, without user, password or query, which may be secrets. */
export function showAddress(address: Address): string {
  if (address.kind === 'file') return address.path === '-' ? 'stdout' : address.path
  if (address.kind === 'url') return address.url.host
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

function readHost(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text)
  if (match === null || Number(match[3]) > 65_535) return null
  return { host: match[1] ?? (match[2] === '' ? '127.0.0.1' : match[2]!), port: Number(match[3]) }
}
