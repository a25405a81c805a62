/**
 * Where connections really go: to the host of the URL, unless the scenario says another way.
 */
import type { Proxies, ProxyServer, Route } from '../../../scenario/model/http-types.js'

/** What to connect to: a host and port, or a unix socket. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly path: string }

/** What to connect to for a host (without brackets) and port; a proxy is not in it. */
export function endpointFor(host: string, port: number, { socketPath, connectTo = [] }: Route): Endpoint {
  if (socketPath !== undefined) return { path: socketPath }
  const change = connectTo.find(
    (each) => (each.host === null || each.host === host) && (each.port === null || each.port === port),
  )
  return { host: change?.toHost ?? host, port: change?.toPort ?? port }
}

/** The proxy for an origin; null when there is none, or none for that host. */
export function proxyFor(origin: string, proxies: Proxies | undefined): ProxyServer | null {
  if (proxies === undefined) return null
  const { protocol, hostname } = new URL(origin)
  const isExcepted = proxies.except.some(
    (host) => host === '*' || hostname === host || hostname.endsWith(`.${host}`),
  )
  return isExcepted ? null : proxies[protocol === 'https:' ? 'https' : 'http']
}

/** Host, without the brackets of an IPv6 address, and port of a URL. */
export function hostAndPort(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}
