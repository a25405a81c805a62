/**
 * Connections of curl to a host other than the URL's.
 */

/** A connection override by `--resolve` or `--connect-to`. */
export interface ConnectTo {
  /** `host:port` in the URL; '' for any. */
  readonly from: string
  /** `host:port` to connect to. Either part may be empty to keep the URL's. */
  readonly to: string
}
