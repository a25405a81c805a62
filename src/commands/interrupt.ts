/**
 * Ctrl-C: the first time the run stops sending and is reported as far as it came; the second time at once.
 */
import type { Io } from './io.js'

/** What the signals came to so far. */
export interface Interrupt {
  /** Aborted by the first signal. */
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
  const end = io.onSignal((signal) => {
    if (stop.signal.aborted) {
      kill.abort()
      return
    }
    name = signal
    tell()
    stop.abort()
  })
  return {
    stop: stop.signal,
    kill: kill.signal,
    signalName: () => name,
    onFirst: (callback) => {
      tell = callback
    },
    end,
  }
}
