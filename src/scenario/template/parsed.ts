/**
 * What the parser of templates knows and gives.
 */
import type { Argument } from '../model/template.js'

/** What is known of the values that a name of `data` stands for. */
export interface Shape {
  /** The fields of its rows; null for single values. */
  readonly columns: readonly string[] | null
  /** Fields that some row lacks, and which one: `users.json:7`. */
  readonly gaps: ReadonlyMap<string, string>
  /** Fields are texts, with nothing inside. */
  readonly isFlat: boolean
}

/** By name; null where the data is wrong, so that nothing can be said. */
export type Shapes = ReadonlyMap<string, Shape | null>

/** What names in an expression may mean. */
export interface Names {
  /** What is known of each name of `data`. */
  readonly shapes: Shapes
  /** The names of captured values. */
  readonly variables: readonly string[]
}

/** An expression that was read, and what has to be known of it to check what it's used for. */
export interface Parsed {
  readonly argument: Argument
  readonly from: number
  readonly to: number
  /** Its value is known but not to be looked at: it comes from the environment. */
  readonly isHidden: boolean
}
