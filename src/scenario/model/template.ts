/**
 * Texts and JSON with values that are filled in for each request.
 */

/** A value that is known when the scenario is read. */
export type Literal = string | number | boolean | null

/** Keys and indices: `.items[0]`. */
export type ValuePath = readonly (string | number)[]

/** A literal stands for itself. */
export type Argument = Literal | Expression

/** What stands in a placeholder. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Literal }
  /** A value of `data`, or what a path leads to in it. */
  | { readonly type: 'data'; readonly name: string; readonly path?: ValuePath }
  /** A value captured from an earlier answer. */
  | { readonly type: 'variable'; readonly name: string; readonly path?: ValuePath }
  /** A function; `x | f(y)` is the call f(x, y). */
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Argument[] }

/**
 * Text with placeholders: literal strings and expressions in order. A text without placeholders is one string (or none).
 */
export type Template = readonly (string | Expression)[]

/**
 * JSON with placeholders. A string value is a Template under the key `$`; a string that is one single placeholder keeps the
 * type of its value (a number stays a number).
 */
export type JsonTemplate =
  | null
  | boolean
  | number
  /** A number that a float doesn't hold, or writes otherwise: as it was written, `12.50`. */
  | { readonly digits: string }
  | { readonly $: Template }
  | readonly JsonTemplate[]
  | { readonly object: Readonly<Record<string, JsonTemplate>> }
