/**
 * Paths into a JSON value, as far as one value is meant: `$.a.b[0]['x y']`. The general form (RFC 9535, with
 * wildcards and filters) gives lists of values, which a check could not be held against.
 */

/** Keys and indices from the top. */
export type JsonPath = readonly (string | number)[]

/** Keys and indices from the top; null for what is no path to one value. `$` alone is the whole. */
export function parseJsonPath(text: string): (string | number)[] | null {
  if (!text.startsWith('$')) return null
  const steps: (string | number)[] = []
  // Sticky, so that nothing between two steps is skipped.
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

/**
 * The value that the steps lead to; undefined when there is none. `length` of a list is how many entries it has.
 */
export function valueAt(root: unknown, steps: readonly (string | number)[]): unknown {
  let value = root
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined
    if (!Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
