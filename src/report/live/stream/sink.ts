/**
 * The interface of sinks for live metrics.
 */
import type { Watcher } from '../watcher.js'
import type { Address } from './address.js'

/** The variable with headers for every sink: `name=value,name=value`. */
export const STREAM_HEADERS = 'PERFCTL_STREAM_HEADERS'

/** What a sink can access. */
export interface SinkWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The base of relative paths. */
  readonly cwd: string
  /** Shows a line to the user. */
  notice(text: string): void
  /** Writes to stdout, if the address is `-`. */
  print(text: string): void
}

/** A destination for metrics. */
export interface Sink {
  readonly id: string
  /** Throws a UserError if it can't work: a port in use, a file that can't be written. */
  open(address: Address, world: SinkWorld): Promise<Watcher>
}
