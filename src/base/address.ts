/**
 * Parses listen addresses.
 */

/** A local address and port; port 0 means any free port. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/**
 * Parses `8080`, `0.0.0.0:8080`, `[::1]:8080` or `localhost:0`. Without a host, uses `host`. Returns null if it's
 * invalid.
 */
export function parseListenAddress(text: string, host: string): ListenAddress | null {
  const match = /^(?:(\[[\da-f:.]+\]|[a-z\d][a-z\d.-]*):)?(\d{1,5})$/i.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return null
  return { host: match[1]?.replace(/^\[|\]$/g, '') ?? host, port }
}
