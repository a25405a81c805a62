/**
 * Checks the target and this machine before the load. A missing service or a limit that the load is certain to
 * hit should be reported at once, not after a minute of failed connections.
 */
import { connect } from 'node:net'
import type { Ms } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { type Limits, readLimits } from '../../base/limits.js'
import { formatCount, formatDuration } from '../../base/units.js'
import type { Plan } from '../../plan/plan.js'
import { Profile } from '../../plan/profile.js'
import type { HttpOptions, Route } from '../../scenario/model/http-types.js'
import { type Endpoint, endpointFor, hostAndPort, proxyFor } from '../http/connect/route.js'
import { failureOf } from '../response/failure.js'

/**
 * Opens and closes one connection to the target, or to what the scenario connects to instead; sends nothing.
 * Throws a UserError (exit 3) if that fails, or if `signal` is aborted before. `flag`: what sets the target.
 */
export async function checkReachable(
  target: string,
  http: Pick<HttpOptions, 'connectTimeoutMs' | keyof Route>,
  signal?: AbortSignal,
  flag = '--target',
): Promise<void> {
  const { host, port } = hostAndPort(target)
  const proxy = proxyFor(target, http.proxy)
  const endpoint = proxy ?? endpointFor(host, port, http)
  const reason = await tryConnect(endpoint, http.connectTimeoutMs, signal)
  if (reason === null) return
  if (proxy !== null) {
    const hint = 'check that the proxy is running and that http.proxy in the scenario has its address'
    throw userError(`the proxy ${proxy.host}:${proxy.port} can't be reached: ${reason}`, hint, 'run')
  }
  throw userError(
    `${target} can't be reached${describeWay(endpoint, { host, port })}: ${reason}`,
    `check that the service is running and that this is its address; ${flag} changes it`,
    'run',
  )
}

/** Where the connection goes, if not to the URL's host. */
function describeWay(endpoint: Endpoint, usual: { readonly host: string; readonly port: number }): string {
  if ('path' in endpoint) return ` by ${endpoint.path}`
  const isUsual = endpoint.host === usual.host && endpoint.port === usual.port
  return isUsual ? '' : ` at ${endpoint.host}:${endpoint.port}`
}

function tryConnect(endpoint: Endpoint, timeoutMs: Ms, signal?: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect('path' in endpoint ? endpoint : { host: endpoint.host, port: endpoint.port })
    const done = (reason: string | null) => {
      signal?.removeEventListener('abort', stop)
      socket.destroy()
      resolve(reason)
    }
    const stop = () => done('interrupted')
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    socket.setTimeout(timeoutMs, () => done(`no connection within ${formatDuration(timeoutMs)}`))
    socket.once('connect', () => done(null))
    socket.once('error', (error) => done(failureOf(error).message))
  })
}

/** Open files that perfctl needs beside one per virtual user. */
export const RESERVED_FILES = 64

/** The command that makes more ports available for outgoing connections. */
export const WIDEN_PORTS = 'sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535"'

/** How to allow enough open files for `users`. */
export function raiseOpenFiles(users: number): string {
  const files = Math.max(65_536, 2 ** Math.ceil(Math.log2(users + RESERVED_FILES)))
  // Node.js has already raised the soft limit to the hard one, which only root can raise.
  return `ulimit -n ${files} (as root; in Docker: --ulimit nofile=${files}; in systemd: LimitNOFILE=${files})`
}

/**
 * Throws a UserError (exit 3) if the load is certain to need more connections at once than this machine can
 * open. How many an open model needs depends on the service, so only the run can show it. `shards`: how many
 * machines share the load.
 */
export function checkResources(
  {
    load,
    target,
    http,
  }: Pick<Plan, 'load' | 'target'> & { readonly http?: Pick<HttpOptions, 'connections'> },
  limits: Limits = readLimits(),
  shards = 1,
): void {
  if (load.model === 'open') return
  const peak = Math.ceil(new Profile(load.start, load.stages).peak)
  const busy = load.warmupMs > 0 ? peak : Math.min(peak, load.iterations ?? peak)
  const users = Math.ceil(Math.min(busy, http?.connections ?? busy) / shards)
  const { openFiles, ports } = limits
  if (openFiles !== null && users + RESERVED_FILES > openFiles.soft) {
    throw userError(
      `${formatCount(users)} virtual users need as many connections, but a process may open only ${formatCount(openFiles.soft)} files`,
      raiseOpenFiles(users),
      'run',
    )
  }
  const portCount = ports === null ? Number.POSITIVE_INFINITY : ports.last - ports.first + 1
  if (users > portCount) {
    throw userError(
      `${formatCount(users)} virtual users need as many connections to ${target}, but there are only ${formatCount(portCount)} ports for them`,
      users <= 64_512 ? WIDEN_PORTS : 'split the load across machines: --shard 1/2 and so on',
      'run',
    )
  }
}
