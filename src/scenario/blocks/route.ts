/**
 * `socketPath`, `proxy` and `connectTo`: another route to the target than its URL.
 */
import { dirname, isAbsolute, join } from 'node:path'
import { type Reader, readLabel, readText, TEXT, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, record } from '../fields/schema.js'
import type { AddressChange, Proxies, ProxyServer, Route } from '../model/http-types.js'
import type { Environment } from '../template/environment.js'
import { quoted, type Report, wrongKey } from '../yaml/tree.js'
import { type Address, parseAddress } from './address.js'

type RouteInput = FieldsOf<typeof routeFields>

/** The keys of `http` for the route. */
export function routeFields({ leaf, text, option }: Leaves) {
  return {
    socketPath: text(
      readSocketPath,
      'Unix socket to connect to, instead of the host; relative to this file.',
      { examples: ['/run/app.sock'] },
    ),
    proxy: option(
      readProxy,
      { type: 'string' },
      'URL of a proxy (http, https, socks5, or socks5h, which resolves names itself), or env to use HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY. Its password is never shown.',
      { examples: ['http://localhost:3128', 'socks5h://localhost:1080', 'env'] },
    ),
    connectTo: record(leaf(readAddress, TEXT), {
      check: checkAddresses,
      description:
        'Another address to connect to for a host and port, as with curl --connect-to. URL and certificate check stay the same.',
      examples: [{ 'example.com:443': '127.0.0.1:8443' }],
    }).optional(),
  }
}

/** The route to the target; empty for the default one. A relative path of a socket starts at the folder of `file`. */
export function makeRoute({ socketPath, proxy, connectTo = {} }: RouteInput, file: string): Route {
  const changes = Object.entries(connectTo).map(([from, to]): AddressChange => {
    return { ...parseAddress(from)!, toHost: to.host, toPort: to.port }
  })
  return {
    ...(socketPath !== undefined && { socketPath: besideFile(socketPath, file) }),
    ...(proxy && { proxy }),
    ...(changes.length > 0 && { connectTo: changes }),
  }
}

function besideFile(path: string, file: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path)
}

/** Reports routes that exclude each other. */
export function checkRoute(input: RouteInput, report: Report): void {
  const [first, ...others] = (['socketPath', 'proxy', 'connectTo'] as const).filter(
    (key) => input[key] != null,
  )
  for (const other of others) {
    wrongKey(report, [other], `${other} can't be combined with ${first}`, 'remove one of them')
  }
}

/** Reports keys that are not addresses. */
function checkAddresses(addresses: Readonly<Record<string, unknown>>, report: Report): void {
  for (const address of Object.keys(addresses)) {
    if (parseAddress(address) === null)
      wrongKey(report, [address], `${quoted(address)} is not an address`, ADDRESS_HINT)
  }
}

const ADDRESS_HINT = 'write a host and a port, such as example.com:443, or only one of them, such as :443'

/** The address to connect to instead. */
const readAddress: Reader<Address> = (tree, context, report) => {
  const text = readLabel(tree, context, report)
  if (text === null) return null
  return parseAddress(text) ?? wrong(report, `${quoted(text)} is not an address`, ADDRESS_HINT)
}

/** Longer paths don't fit into a socket address (`sun_path`). */
const SOCKET_PATH_BYTES = 103

/** The path of a unix socket. */
const readSocketPath: Reader<string> = (tree, context, report) => {
  const path = readLabel(tree, context, report)
  if (path === null || Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path
  return wrong(
    report,
    `the path of a socket can have at most ${SOCKET_PATH_BYTES} bytes`,
    'use a shorter path, or a symbolic link',
  )
}

/** The URL of a proxy, or `env` for the proxies in the environment. */
const readProxy: Reader<Proxies> = (tree, context, report) => {
  const text = readText(tree, context, report)?.trim()
  if (text === undefined) return null
  if (text === 'env') return proxyOfEnvironment(context.env, report)
  const server = parseProxy(text)
  return server === null
    ? wrong(report, 'this is not the URL of a proxy', PROXY_HINT)
    : { http: server, https: server, except: [] }
}

const PROXY_HINT =
  'write a URL such as http://localhost:3128 (or https://, socks5://, socks5h://), or env to read it from the environment'

/** As in curl, `http_proxy` is read in lower case only: a CGI request can set the upper-case one. */
function proxyOfEnvironment(env: Environment, report: Report): Proxies | null {
  const read = (...names: string[]): ProxyServer | null => {
    const name = names.find((each) => env[each])
    if (name === undefined) return null
    const url = env[name]!.includes('://') ? env[name]! : `http://${env[name]}`
    const server = parseProxy(url)
    if (server === null)
      wrong(report, `${name} is not the URL of a proxy`, `set ${name}=http://localhost:3128`)
    return server
  }
  const except = (env['no_proxy'] || env['NO_PROXY'] || '').toLowerCase().split(/[\s,]+/)
  return {
    http: read('http_proxy', 'all_proxy', 'ALL_PROXY'),
    https: read('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'),
    except: except.map((host) => host.replace(/^\*?\./, '')).filter((host) => host !== ''),
  }
}

/** The schemes of proxy URLs and their default ports. */
const PROXY_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
}

/** The limit of SOCKS (RFC 1929). */
const SOCKS_TEXT_BYTES = 255

function parseProxy(text: string): ProxyServer | null {
  const url = URL.canParse(text) ? new URL(text) : null
  const usualPort = url === null ? undefined : PROXY_PORTS[url.protocol]
  if (url === null || usualPort === undefined || url.hostname === '') return null
  if (!/^\/?$/.test(url.pathname + url.search + url.hash)) return null
  const login = [decode(url.username), decode(url.password)] as const
  const isAnonymous = login.join('') === ''
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || usualPort }
  if (url.protocol.startsWith('socks')) {
    if (login.some((part) => Buffer.byteLength(part) > SOCKS_TEXT_BYTES)) return null
    const socks = { resolves: url.protocol === 'socks5h:', login: isAnonymous ? null : login }
    return { ...place, authorization: null, socks }
  }
  const authorization = isAnonymous ? null : `Basic ${Buffer.from(login.join(':')).toString('base64')}`
  return { ...place, authorization, ...(url.protocol === 'https:' && { isSecure: true }) }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
