/**
 * JSON paths to a single value: `$.a.b[0]['x y']`. The general form (RFC 9535, with wildcards and filters) returns
 * lists, which a check can't compare.
 */

/** Keys and indices from the top. */
export type JsonPath = readonly (string | number)[]

/**
 * Parses a path into keys and indices from the top; null if it isn't a path to a single value. `$` is the whole value.
 */
export function parseJsonPath(text: string): (string | number)[] | null {
  if (!text.startsWith('$')) return null
  const steps: (string | number)[] = []
  // Sticky, so that no text between two steps is skipped.
  const step = /\.([\p{L}_$][\p{L}\p{N}_$-]*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/uy
  step.lastIndex = 1
  while (step.lastIndex < text.length) {
    const match = step.exec(text)
    if (match === null) return null
    const [, name, index, single, double] = match
    steps.push(index === undefined ? (name ?? single ?? double)! : Number(index))
  }
  return steps
}

/** The value at the end of the steps; undefined if there is none. `length` of a list is its number of entries. */
export function valueAt(root: unknown, steps: readonly (string | number)[]): unknown {
  let value = root
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined
    if (!Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** The path that a text without `$` most likely means: `$.a` for `a`; null if there is none. */
export function guessJsonPath(text: string): string | null {
  const guess = text.startsWith('$') ? null : `$${text.startsWith('[') ? '' : '.'}${text}`
  return guess !== null && parseJsonPath(guess) !== null ? guess : null
}
