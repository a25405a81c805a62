/**
 * The header fields that every HTTP/2 connection knows from the start (RFC 7541, appendix A).
 */

/** A header field with a lower-case name. Both parts are latin1. */
export class HeaderField {
  /** What it counts for in a table or a list (RFC 7541, section 4.1). */
  readonly sizeBytes: number

  constructor(
    readonly name: string,
    readonly value: string,
  ) {
    this.sizeBytes = name.length + value.length + FIELD_OVERHEAD_BYTES
  }
}

const FIELD_OVERHEAD_BYTES = 32

const LINES = `
:authority
:method: GET
:method: POST
:path: /
:path: /index.html
:scheme: http
:scheme: https
:status: 200
:status: 204
:status: 206
:status: 304
:status: 400
:status: 404
:status: 500
accept-charset
accept-encoding: gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`

/** The fields by index, from 1 on; the empty one at 0 is not part of the table. */
export const STATIC_TABLE: readonly HeaderField[] = LINES.split('\n').map((line) => {
  const [name = '', value = ''] = line.split(/(?<=.): /)
  return new HeaderField(name, value)
})

/** The index of the first field with this name; 0 if there is none. */
export function staticNameIndex(name: string): number {
  return Math.max(
    0,
    STATIC_TABLE.findIndex((field) => field.name === name),
  )
}

/** The index of the field; 0 if it isn't in the table. */
export function staticFieldIndex(name: string, value: string): number {
  return Math.max(
    0,
    STATIC_TABLE.findIndex((field) => field.name === name && field.value === value),
  )
}
