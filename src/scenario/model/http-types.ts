/**
 * How requests are sent, as the rest of the program sees it: every default filled in; what a scenario doesn't use is
 * absent.
 */
import type { Ms } from '../../base/clock.js'
import type { Retries } from './retries.js'
import type { Template } from './template.js'

/** How every request is sent. */
export interface HttpOptions extends Route {
  /** The whole request, from its due moment's send to the last byte. */
  readonly timeoutMs: Ms
  readonly connectTimeoutMs: Ms
  /** Certificates are not checked. */
  readonly insecure: boolean
  readonly tls?: TlsOptions
  readonly headers: Readonly<Record<string, Template>>
  /** Compressed answers are asked for: each is decoded, or only those that are looked into. */
  readonly compression?: 'decode' | 'wire'
  /** The header by which the service knows a request. */
  readonly idHeader?: string
  /** So many connections to each origin for all virtual users together; absent: each user has its own. */
  readonly connections?: number
  /** Each request has a connection of its own. */
  readonly keepAlive?: false
  /** Requests under way at once on a shared connection: in a row (HTTP/1.1), or as streams (HTTP/2). */
  readonly pipelining?: number
  readonly http2?: true
  /** Each virtual user has a jar: for one iteration, or for all of its own. Absent: cookies are only looked at. */
  readonly cookies?: 'iteration' | 'user'
  /** How many redirects are followed; absent: none. */
  readonly redirects?: number
  /** When requests are sent again that do twice what they do once; absent: never. */
  readonly retries?: Retries
}

/** Another way to the target than its URL says. */
export interface Route {
  /** Every connection goes to this unix socket. */
  readonly socketPath?: string
  readonly proxy?: Proxies
  /** Of those that fit a connection the first one counts. */
  readonly connectTo?: readonly AddressChange[]
}

/** Connections to one address that go to another; null is any, and for the target: the same. */
export interface AddressChange {
  readonly host: string | null
  readonly port: number | null
  readonly toHost: string | null
  readonly toPort: number | null
}

/** Whom to ask for a connection, by the scheme of the URL; null: nobody. */
export interface Proxies {
  readonly http: ProxyServer | null
  readonly https: ProxyServer | null
  /** Hosts that are connected to all the same, with all below them; `*` is each. */
  readonly except: readonly string[]
}

/** An HTTP proxy, or one for SOCKS 5. */
export interface ProxyServer {
  readonly host: string
  readonly port: number
  /** The value of `proxy-authorization`; a secret. */
  readonly authorization: string | null
  /** It is spoken to over TLS. */
  readonly isSecure?: true
  /** It speaks SOCKS 5; absent: HTTP. */
  readonly socks?: SocksOptions
}

/** How a SOCKS proxy is asked. */
interface SocksOptions {
  /** It looks names up itself. */
  readonly resolves: boolean
  /** The password is a secret. */
  readonly login: readonly [user: string, password: string] | null
}

/** How connections are encrypted; what is absent is as usual. Files are read already. */
export interface TlsOptions {
  /** PEM: who vouches for the service, instead of the usual ones. */
  readonly ca?: string
  /** PEM: who the user is. The key is a secret. */
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** The name to ask for and to check, instead of the URL's. */
  readonly servername?: string
  readonly minVersion?: TlsVersion
  readonly maxVersion?: TlsVersion
  readonly ciphers?: string
}

/** As OpenSSL names them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
