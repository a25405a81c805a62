/**
 * What is read beside latencies: from the answers, and from the processes of the service.
 */

/** What is read from the answers. Absent fields are not read. */
export interface ObserveAnswers {
  /** The names of the server timings to keep; `all`: those that the service sends. */
  readonly serverTiming?: readonly string[] | 'all'
  /** Whether answers came from a cache. */
  readonly cache?: true
}

/** Everything that is observed. Absent fields are not read. */
export interface Observe extends ObserveAnswers {
  /** Whose CPU time and memory; `auto`: those of the service that perfctl started. */
  readonly process?: 'auto' | { readonly port: number } | { readonly pid: number }
}
