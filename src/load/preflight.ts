/**
 * A look at the target before the load: a service that isn't there should be told of at once, not after a minute of
 * refused connections.
 */
import { connect } from 'node:net'
import type { Ms } from '../base/clock.js'
import { userError } from '../base/errors.js'
import { formatDuration } from '../base/units.js'
import { failureOf } from './outcome.js'

/** Opens one connection to the target and closes it; sends nothing. Throws a UserError (exit 3) when it can't. */
export async function checkReachable(target: string, timeoutMs: Ms): Promise<void> {
  const { hostname, port, protocol } = new URL(target)
  const host = hostname.replace(/^\[|\]$/g, '')
  const reason = await tryConnect(host, Number(port) || (protocol === 'https:' ? 443 : 80), timeoutMs)
  if (reason === null) return
  throw userError(
    `${target} can't be reached: ${reason}`,
    'is the service running, and is this its address? `--target <url>` names another',
    'run',
  )
}

function tryConnect(host: string, port: number, timeoutMs: Ms): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const done = (reason: string | null) => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(timeoutMs, () => done(`no connection within ${formatDuration(timeoutMs)}`))
    socket.once('connect', () => done(null))
    socket.once('error', (error) => done(failureOf(error).message))
  })
}
