/**
 * Ctrl-C: the first time the run stops sending and is reported as far as it came; the second time at once. A bug that
 * nobody caught ends a run in the same way: what was measured until then is not lost.
 */
import type { Io } from '../base/io.js'

/** A run stopped by a bug, which is its `cause`. */
export class Breakdown extends Error {
  constructor(cause: unknown) {
    super('perfctl failed', { cause })
    this.name = 'Breakdown'
  }
}

/** What the signals came to so far. */
export interface Interrupt {
  /** Aborted by the first signal, or by a bug: then its reason is a {@link Breakdown}. */
  readonly stop: AbortSignal
  /** Aborted by the second. */
  readonly kill: AbortSignal
  /** Which signal came first; null when none did. */
  signalName(): 'SIGINT' | 'SIGTERM' | null
  /** Calls back when the first signal comes. */
  onFirst(callback: () => void): void
  /** Listens no more. */
  end(): void
}

/** Listens until `end`. */
export function listenForInterrupt(io: Io): Interrupt {
  const stop = new AbortController()
  const kill = new AbortController()
  let name: 'SIGINT' | 'SIGTERM' | null = null
  let tell: () => void = () => {}
  const offSignal = io.onSignal((signal) => {
    if (stop.signal.aborted) {
      kill.abort()
      return
    }
    name = signal
    tell()
    stop.abort()
  })
  const offBug = io.onBug((error) => stop.abort(new Breakdown(error)))
  return {
    stop: stop.signal,
    kill: kill.signal,
    signalName: () => name,
    onFirst: (callback) => {
      tell = callback
    },
    end() {
      offSignal()
      offBug()
    },
  }
}
