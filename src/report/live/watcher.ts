/**
 * The interface of everything that follows a run live: metric sinks, the live page.
 */
import type { Frame } from '../../stats/frame.js'
import type { Result } from '../../stats/result.js'

/** A run that is about to start. */
export interface WatchedRun {
  readonly scenario: string
  readonly target: string
  readonly seed: number
  readonly workers: number
}

/**
 * Follows a run second by second. Never throws or blocks: a problem on its side is reported once through the `notice`
 * it was created with, and the load continues.
 */
export interface Watcher {
  /** A run starts. Several may follow each other. */
  open(run: WatchedRun): void
  frame(frame: Frame): void
  /** The run has ended and was judged; null if it could not be carried out. */
  done(result: Result | null): void
  /** Sends what is left, within a limited time. */
  close(): Promise<void>
}
