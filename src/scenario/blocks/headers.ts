/**
 * `headers`, of all requests or of one.
 */
import { TEXT } from '../fields/fields.js'
import { checkHeaderNames, readHeaderValue } from '../fields/http-fields.js'
import type { Leaves } from '../fields/leaves.js'
import { record } from '../fields/schema.js'

/** Headers, of all requests or of one. */
export function headersSchema({ leaf }: Leaves) {
  return record(leaf(readHeaderValue, TEXT), {
    check: checkHeaderNames,
    description: 'Headers; values may contain {{ ... }}. Values of authorization and cookie are never shown.',
    examples: [{ accept: 'application/json' }],
  })
}

/** The headers with their names in lower case. */
export function lowerCaseKeys<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
