/**
 * What is read from the answers beside their latency.
 */

/** Absent fields are not read. */
export interface Observe {
  /** The names of the server timings to keep; `all`: those that the service sends. */
  readonly serverTiming?: readonly string[] | 'all'
  /** Whether answers came from a cache. */
  readonly cache?: true
}
