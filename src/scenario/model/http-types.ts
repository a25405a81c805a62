/**
 * HTTP options for the rest of the program: defaults are filled in, unused options absent.
 */
import type { Ms } from '../../base/clock.js'
import type { Retries } from './retries.js'
import type { Template } from './template.js'

/** Streams on a shared HTTP/2 connection if the scenario doesn't set `pipelining`; most services allow as many. */
export const HTTP2_STREAMS = 100

/** How every request is sent. */
export interface HttpOptions extends Route {
  /** The time limit of a request, from when it is sent to the last byte. */
  readonly timeoutMs: Ms
  readonly connectTimeoutMs: Ms
  /** Certificates are not verified. */
  readonly insecure: boolean
  readonly tls?: TlsOptions
  readonly headers: Readonly<Record<string, Template>>
  /** Asks for compressed responses, and decodes all of them or only those that checks need. */
  readonly compression?: 'decode' | 'wire'
  /** The header with the request's id. */
  readonly idHeader?: string
  /** The number of connections to each origin, shared by all virtual users; absent: each virtual user has its own. */
  readonly connections?: number
  /** Each request opens a connection. */
  readonly keepAlive?: false
  /** Concurrent requests on a shared connection: pipelined in HTTP/1.1, as streams in HTTP/2. */
  readonly pipelining?: number
  readonly http2?: true
  /** Each virtual user has a cookie jar, reset for each iteration or never. Absent: cookies are not stored. */
  readonly cookies?: 'iteration' | 'user'
  /** How many redirects are followed; absent: none. */
  readonly redirects?: number
  /** When idempotent requests are sent again; absent: never. */
  readonly retries?: Retries
}

/** Another route to the target than its URL. */
export interface Route {
  /** Every connection goes to this Unix socket. */
  readonly socketPath?: string
  readonly proxy?: Proxies
  /** The first one that matches a connection applies. */
  readonly connectTo?: readonly AddressChange[]
}

/**
 * Redirects connections from one address to another. Null matches any host or port, and keeps it in the destination.
 */
export interface AddressChange {
  readonly host: string | null
  readonly port: number | null
  readonly toHost: string | null
  readonly toPort: number | null
}

/** The proxy for each scheme; null: none. */
export interface Proxies {
  readonly http: ProxyServer | null
  readonly https: ProxyServer | null
  /** Hosts that bypass the proxy, including their subdomains; `*` is all. */
  readonly except: readonly string[]
}

/** An HTTP or SOCKS 5 proxy. */
export interface ProxyServer {
  readonly host: string
  readonly port: number
  /** The value of `proxy-authorization`; a secret. */
  readonly authorization: string | null
  /** The connection to the proxy uses TLS. */
  readonly isSecure?: true
  /** SOCKS 5 options; absent: an HTTP proxy. */
  readonly socks?: SocksOptions
}

/** Options of a SOCKS proxy. */
interface SocksOptions {
  /** The proxy resolves names. */
  readonly resolves: boolean
  /** The password is a secret. */
  readonly login: readonly [user: string, password: string] | null
}

/** TLS options with the content of their files; defaults are absent. */
export interface TlsOptions {
  /** Trusted certificate authorities in PEM, instead of the default ones. */
  readonly ca?: string
  /** The client certificate in PEM. The key is a secret. */
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** The host name for SNI and verification, instead of the URL's. */
  readonly servername?: string
  readonly minVersion?: TlsVersion
  readonly maxVersion?: TlsVersion
  readonly ciphers?: string
}

/** TLS versions, as OpenSSL names them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
