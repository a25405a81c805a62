/**
 * Values of template expressions and their conversions.
 */

/** A value that can be written without conversion. */
export type Value = string | number | boolean

/**
 * A value of the wrong kind, such as text instead of a number. Thrown while an iteration is prepared. The message names
 * the request and the function, but not the value, which may be a secret.
 */
export class ValueError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ValueError'
  }
}

/** A value as text: empty if it's missing; lists and maps as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? jsonOf(value) : String(value)
}

/** A value as JSON. A bigint becomes a number with all its digits. */
export function jsonOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  return `{${Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`)
    .join(',')}}`
}

/** A value to write: empty text if it's missing; lists and maps as JSON. */
export function writable(value: unknown): Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : textOf(value)
}

/** A value as a number. Throws a ValueError if it isn't one. `what` names the place in the message. */
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

/** A value as a whole number. Throws a ValueError if it isn't one. */
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

/** The value at a path within a value; undefined if there is none. */
export function follow(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}
