/**
 * Where to listen, as people write it.
 */

/** An address of this machine and a port; port 0 stands for any free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `8080`, `0.0.0.0:8080`, `[::1]:8080`, `localhost:0`; without a host it is `host`. Null when it is none of these. */
export function parseListenAddress(text: string, host: string): ListenAddress | null {
  const match = /^(?:(\[[\da-f:.]+\]|[a-z\d][a-z\d.-]*):)?(\d{1,5})$/i.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) return null
  return { host: match[1]?.replace(/^\[|\]$/g, '') ?? host, port }
}
