/**
 * Names and values of a query or form: most names occur once, some several times.
 */
import type { Pairs } from './request.js'
import type { Template } from './template.js'

/**
 * Turns lists of values into pairs. A single value is stored without a list, so that a list of one entry is the same
 * scenario.
 */
export function makePairs(fields: Readonly<Record<string, readonly Template[]>>): Pairs {
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  )
}

/** Each name with each of its values, in the order of sending. */
export function listPairs(pairs: Pairs): (readonly [name: string, value: Template])[] {
  return Object.entries(pairs).flatMap(([name, value]) =>
    isList(value) ? value.map((each) => [name, each] as const) : [[name, value] as const],
  )
}

/** A template is a list itself, but never a list of lists. */
function isList(value: Template | readonly Template[]): value is readonly Template[] {
  return Array.isArray(value[0])
}
