/**
 * Whoever looks on while a run is going on: sinks of metrics, a page in a browser.
 */
import type { Frame } from '../../stats/frame.js'
import type { Result } from '../../stats/result.js'

/** What is about to run. */
export interface WatchedRun {
  readonly scenario: string
  readonly target: string
  readonly seed: number
  readonly workers: number
}

/**
 * Sees a run second by second. Never throws, never blocks: what goes wrong on its side is told through the `notice`
 * it was made with, once, and the load goes on.
 */
export interface Watcher {
  /** A run begins; there may be several, one after the other. */
  open(run: WatchedRun): void
  frame(frame: Frame): void
  /** The run is over and judged; null when it could not be carried out. */
  done(result: Result | null): void
  /** Nothing more comes: what is still to be sent is sent, in a bounded time. */
  close(): Promise<void>
}
