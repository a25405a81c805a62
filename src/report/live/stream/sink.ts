/**
 * What a sink of live metrics is.
 */
import type { Watcher } from '../watcher.js'
import type { Address } from './address.js'

/** What a sink may see and touch. */
export interface SinkWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What paths are relative to. */
  readonly cwd: string
  /** Shows a line to the user. */
  notice(text: string): void
  /** Writes to stdout, where the address says `-`. */
  print(text: string): void
}

/** A way to send metrics away. */
export interface Sink {
  readonly id: string
  /** Throws a UserError for what can't work: a port that is taken, a file that can't be written. */
  open(address: Address, world: SinkWorld): Promise<Watcher>
}
