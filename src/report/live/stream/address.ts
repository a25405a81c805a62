/**
 * Where a sink is: a URL to post to, an address to listen on or send datagrams to, a file. Readers return null for
 * what they don't understand.
 */

/** A place that metrics go to. */
export type Address =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'listen' | 'udp'; readonly host: string; readonly port: number }
  /** `-` is stdout. */
  | { readonly kind: 'file'; readonly path: string }

/** An http or https URL, whole. */
export function readUrl(text: string): Address | null {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null
  return url === null || url.hash !== '' ? null : { kind: 'url', url }
}

/**
 * Where InfluxDB takes lines: a URL of its write API, or `http://host:8086/mydb`, as k6 writes it for that database.
 * Times are sent as nanoseconds, which every version expects when nothing is said of it.
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

/** `:9464`, `9464`, `0.0.0.0:9464`, `[::1]:9464`: without a host it is this machine's own, which nobody else reaches. */
export function readListen(text: string): Address | null {
  const found = readHost(/^\d+$/.test(text) ? `:${text}` : text)
  return found === null ? null : { kind: 'listen', ...found }
}

/** `localhost:8125`, `:8125`, `udp://localhost:8125`. */
export function readUdp(text: string): Address | null {
  const found = readHost(text.replace(/^udp:\/\//, ''))
  return found === null || found.port === 0 ? null : { kind: 'udp', ...found }
}

/** A path, or `-`; what has the form of a URL is none. */
export function readFile(text: string): Address | null {
  return text === '' || /^[a-z]+:\/\//i.test(text) ? null : { kind: 'file', path: text }
}

/** An address for messages: without a user, a password, or a query, all of which may be secrets. */
export function showAddress(address: Address): string {
  if (address.kind === 'file') return address.path === '-' ? 'stdout' : address.path
  if (address.kind === 'url') return address.url.host
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** The text that was percent-encoded; null when it wasn't. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function readHost(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text)
  if (match === null || Number(match[3]) > 65_535) return null
  return { host: match[1] ?? (match[2] === '' ? '127.0.0.1' : match[2]!), port: Number(match[3]) }
}
