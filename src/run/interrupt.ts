/**
 * The first Ctrl-C stops the run and reports what was measured so far; the second aborts requests in flight. An
 * uncaught bug stops a run like the first, so that its measurements are not lost.
 */
import type { Io } from '../base/io.js'

/** What the first signal is answered with while a load runs. */
export const STOPPING = 'stopping: waiting for requests in flight (press Ctrl-C again to abort them)'

/** The reason of an abort when a bug, its `cause`, stopped the run. */
export class Breakdown extends Error {
  constructor(cause: unknown) {
    super('perfctl failed', { cause })
    this.name = 'Breakdown'
  }
}

/** What was interrupted so far. */
export interface Interrupt {
  /** Aborted by the first signal, or by a bug; then its reason is a {@link Breakdown}. */
  readonly stop: AbortSignal
  /** Aborted by the second signal. */
  readonly kill: AbortSignal
  /** The first signal; null if there was none. */
  signalName(): 'SIGINT' | 'SIGTERM' | null
  /** Calls `callback` on the first signal. */
  onFirst(callback: () => void): void
  /** Stops listening. */
  end(): void
}

/** Listens for signals and uncaught errors until `end`. */
export function listenForInterrupt(io: Io): Interrupt {
  const stop = new AbortController()
  const kill = new AbortController()
  let name: 'SIGINT' | 'SIGTERM' | null = null
  let notify: () => void = () => {}
  const offSignal = io.onSignal((signal) => {
    if (stop.signal.aborted) {
      kill.abort()
      return
    }
    name = signal
    notify()
    stop.abort()
  })
  const offBug = io.onBug((error) => stop.abort(new Breakdown(error)))
  return {
    stop: stop.signal,
    kill: kill.signal,
    signalName: () => name,
    onFirst: (callback) => {
      notify = callback
    },
    end() {
      offSignal()
      offBug()
    },
  }
}
