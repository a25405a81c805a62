/**
 * Text and JSON with values that are filled in for each request.
 */

/** A value that is known when the scenario is read. */
export type Literal = string | number | boolean | null

/** Keys and indices: `.items[0]`. */
export type ValuePath = readonly (string | number)[]

/** An argument of a call; a literal is passed as it is. */
export type Argument = Literal | Expression

/** The expression in a placeholder. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Literal }
  /** A value of `data`, or a part of it. */
  | { readonly type: 'data'; readonly name: string; readonly path?: ValuePath }
  /** A value captured from an earlier response. */
  | { readonly type: 'variable'; readonly name: string; readonly path?: ValuePath }
  /** A function call; `x | f(y)` is `f(x, y)`. */
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Argument[] }

/**
 * Text with placeholders: literal strings and expressions in order. Text without placeholders is a single string, or
 * empty.
 */
export type Template = readonly (string | Expression)[]

/**
 * JSON with placeholders. A string is a Template under the key `$`. If it is a single placeholder, the value keeps its
 * type: a number stays a number.
 */
export type JsonTemplate =
  | null
  | boolean
  | number
  /** A number as written, `12.50`, if a float can't hold it or would write it differently. */
  | { readonly digits: string }
  | { readonly $: Template }
  | readonly JsonTemplate[]
  | { readonly object: Readonly<Record<string, JsonTemplate>> }
