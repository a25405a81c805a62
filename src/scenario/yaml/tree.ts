/**
 * A YAML text as a tree, before its keys have a meaning. Problems refer to paths, so that only the YAML reader deals
 * with positions.
 */

import { printable } from '../../base/printable.js'

/** A value, a list, or a map. Maps have no prototype, so that no key is special. */
export type Tree = Scalar | TreeList | TreeMap
type TreeList = readonly Tree[]
/** Keys and their values. */
export interface TreeMap {
  readonly [key: string]: Tree
}

/** A single value. A class, to tell it from a map. */
export class Scalar {
  /** The value as YAML reads it. */
  readonly value: string | number | boolean | null
  /** As written: the digits of a number, the letters of `true`, the content of a string. */
  readonly text: string

  constructor(value: string | number | boolean | null, text: string) {
    this.value = value
    this.text = text
  }
}

/** A path in a tree: keys and indices from the top. */
export type Path = readonly (string | number)[]

/** A problem of a value. Its path is completed by the callers that know it. */
export interface TreeProblem {
  readonly message: string
  readonly hint: string | null
  /** From the value that was read down to the wrong one; absent if it is that value itself. */
  readonly path?: Path
  /** The key is wrong, not its value. */
  readonly onKey?: boolean
  /** The missing key, if that is the problem. */
  readonly missing?: string
  /** For an unknown name: the keys that could define it. */
  readonly definedUnder?: readonly string[]
  /** The known key that an unknown one most likely means. */
  readonly meant?: string
  /** The part of the text that is wrong. */
  readonly part?: TextPart
}

/** A part of a text, searched for in the file from `from` characters after the text's start. */
interface TextPart {
  readonly text: string
  readonly from: number
  /** A longer part around it, which is easier to find if the text itself is short. */
  readonly within?: { readonly text: string; readonly from: number }
}

/** Reports a problem. */
export type Report = (problem: TreeProblem) => void

/** Reports a problem with a key, not with its value. `path` starts at the value that was read. */
export function wrongKey(report: Report, path: Path, message: string, hint: string): void {
  report({ path, onKey: true, message, hint })
}

/** Whether the tree is a map. */
export function isTreeMap(tree: unknown): tree is TreeMap {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Scalar)
}

/** The trees along a path, from the top to the last one that exists. */
export function follow(tree: Tree, path: Path): Tree[] {
  const passed = [tree]
  for (const step of path) {
    const at = passed.at(-1)!
    const next = at instanceof Scalar ? undefined : (at as Record<string | number, Tree>)[step]
    if (next === undefined) break
    passed.push(next)
  }
  return passed
}

/** Describes a value for a message: `a list`, `"abc"`, `nothing`. */
export function nameOf(tree: Tree): string {
  if (Array.isArray(tree)) return 'a list'
  if (!(tree instanceof Scalar)) return 'a map'
  return tree.value === null ? 'nothing' : quoted(tree.text)
}

/** The text in quotes, shortened to fit a one-line message. */
export function quoted(text: string): string {
  // A message only names the text, so its line breaks don't matter.
  const line = printable(text.slice(0, 1000).replace(/\s+/g, ' '))
  return `"${line.length > 60 ? `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, '')}…` : line}"`
}
