/**
 * A host and a port, in `connectTo` and `--connect-to`.
 */

/** Half of an {@link AddressChange}. */
export interface Address {
  readonly host: string | null
  readonly port: number | null
}

/** Parses `example.com:443`, `example.com`, `:443` or `[::1]:443`; null for anything else. */
export function parseAddress(text: string): Address | null {
  const [, six, name, digits] = /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]*))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (six ?? name ?? '').toLowerCase()
  const port = digits === undefined ? null : Number(digits)
  if ((host === '' && port === null) || port === 0 || (port ?? 0) > 65_535) return null
  return { host: host === '' ? null : host, port }
}
