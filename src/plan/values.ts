/**
 * The values that fill holes, and what becomes of one where another kind is wanted.
 */

/** A value that can be written as it is. */
export type Value = string | number | boolean

/**
 * A value that doesn't fit: a text where a number is wanted, say. Thrown while an iteration is prepared; the message
 * names the request and the function and never shows the value, which may be a secret.
 */
export class ValueError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ValueError'
  }
}

/** A value as text: what is missing as none, lists and maps as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? jsonOf(value) : String(value)
}

/** A value as JSON; a bigint is a number with all of its digits. */
export function jsonOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  return `{${Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`)
    .join(',')}}`
}

/** A value that can be written as it is: what is missing as an empty text, lists and maps as JSON. */
export function writable(value: unknown): Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : textOf(value)
}

/** A value as a number; a ValueError when it doesn't read as one. `what` names the place in the message. */
export function numberOf(value: unknown, what: string): number {
  const number =
    typeof value === 'number' || typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : Number.NaN
  if (Number.isFinite(number)) return number
  throw new ValueError(`${what} expects a number, got ${kindOf(value)}`)
}

/** A value as a whole number; a ValueError when it isn't one. */
export function wholeOf(value: unknown, what: string): number {
  const number = numberOf(value, what)
  if (Number.isSafeInteger(number)) return number
  throw new ValueError(`${what} expects a whole number, got a fraction`)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'text' : 'something else'
}

/** What a path leads to in a value; undefined when it leads nowhere. */
export function follow(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}
