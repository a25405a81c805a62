/**
 * A way from a port of this machine to the broker in Kubernetes: `kubectl port-forward`, started again whenever it ends.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now } from '../../base/clock.js'
import { type UserError, userError } from '../../base/errors.js'
import { formatDuration } from '../../base/units.js'
import type { Kubectl } from './kubectl.js'

/** What to connect. */
export interface ForwardOptions {
  /** The port here. */
  readonly localPort: number
  readonly service: string
  /** The port of the service. */
  readonly port: number
  readonly signal: AbortSignal
}

/** An open way. */
export interface Forward {
  /** Resolves when nothing of it is left. */
  close(): Promise<void>
}

/** It must be open by then. */
const OPEN_MS: Ms = 20_000

/** Between two attempts. Agents that hear nothing for seconds count as lost. */
const PAUSE_MS: Ms = 200

/** The broker greets whoever connects. */
const GREETING_MS: Ms = 1000

/** Opens a way and waits until the broker greets. Throws a UserError (exit 3) if it doesn't. */
export async function openForward(kubectl: Kubectl, options: ForwardOptions): Promise<Forward> {
  const { localPort, service, port, signal } = options
  const args = ['port-forward', '--address=127.0.0.1', `service/${service}`, `${localPort}:${port}`]
  let call = kubectl.open(args)
  let failure: UserError | null = null
  let isClosed = false
  const keepOpen = async () => {
    for (;;) {
      failure = await call.ended
      await sleep(PAUSE_MS)
      if (isClosed) return
      call = kubectl.open(args)
    }
  }
  const kept = keepOpen()
  const forward: Forward = {
    async close() {
      isClosed = true
      await call.stop()
      await kept
    },
  }
  const deadline = now() + OPEN_MS
  while (!(await greets(localPort))) {
    if (now() > deadline || signal.aborted) {
      const reason = failure
      await forward.close()
      throw reason ?? userError(`the broker did not answer within ${formatDuration(OPEN_MS)}`, null, 'run')
    }
    await sleep(PAUSE_MS)
  }
  return forward
}

/** Whether somebody who listens on the port sends something. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (isGreeted: boolean) => {
      socket.destroy()
      resolve(isGreeted)
    }
    socket.setTimeout(GREETING_MS, () => end(false))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
