/**
 * Connections of curl that go to another host.
 */

/** Another host to connect to than the URL's: `--resolve`, `--connect-to`. */
export interface Detour {
  /** `host:port` as in the URL; '' for any. */
  readonly from: string
  /** `host:port`; either may be empty, for that of the URL. */
  readonly to: string
}
