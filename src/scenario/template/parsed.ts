/**
 * The input and output of the template parser.
 */
import type { Argument } from '../model/template.js'

/** The shape of the values of an entry of `data`. */
export interface Shape {
  /** The fields of its rows; null for single values. */
  readonly columns: readonly string[] | null
  /** Fields that are missing from some row, and the first such row: `users.json:7`. */
  readonly gaps: ReadonlyMap<string, string>
  /** Fields are text, without fields of their own. */
  readonly isFlat: boolean
}

/** Shapes by name; null if the data is invalid and its shape unknown. */
export type Shapes = ReadonlyMap<string, Shape | null>

/** The names that an expression may use. */
export interface Names {
  /** The shape of each name under `data`. */
  readonly shapes: Shapes
  /** The names of captured values. */
  readonly variables: readonly string[]
}

/** A parsed expression, and what is needed to check its use. */
export interface Parsed {
  readonly argument: Argument
  readonly from: number
  readonly to: number
  /** Its value comes from the environment and must not be shown. */
  readonly isHidden: boolean
}
