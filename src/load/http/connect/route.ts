/**
 * Where connections go: to the URL's host, unless the scenario says otherwise.
 */
import type { Proxies, ProxyServer, Route } from '../../../scenario/model/http-types.js'

/** What to connect to: a host and port, or a unix socket. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string }

/** The endpoint for a host (without brackets) and port, not counting proxies. */
export function endpointFor(host: string, port: number, { socketPath, connectTo = [] }: Route): Endpoint {
  if (socketPath !== undefined) return { path: socketPath }
  const change = connectTo.find(
    (each) => (each.host === null || each.host === host) && (each.port === null || each.port === port),
  )
  return { host: change?.toHost ?? host, port: change?.toPort ?? port }
}

/** The proxy for an origin; null if there is none, or none for that host. */
export function proxyFor(origin: string, proxies: Proxies | undefined): ProxyServer | null {
  if (proxies === undefined) return null
  const { protocol, hostname } = new URL(origin)
  const isExcepted = proxies.except.some(
    (host) => host === '*' || hostname === host || hostname.endsWith(`.${host}`),
  )
  return isExcepted ? null : proxies[protocol === 'https:' ? 'https' : 'http']
}

/** The host of a URL, without the brackets of an IPv6 address, and its port. */
export function hostAndPort(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}
