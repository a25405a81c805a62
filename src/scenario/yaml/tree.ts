/**
 * What a YAML text holds before its meaning is known, and how a problem in it is told: by path, not by place, so
 * that nobody but the YAML reader deals with positions.
 */

import { printable } from '../../base/printable.js'

/** A value, a list, or a map without a prototype (so that no key is special). */
export type Tree = Scalar | TreeList | TreeMap
type TreeList = readonly Tree[]
/** Its keys and what stands under them. */
export interface TreeMap {
  readonly [key: string]: Tree
}

/** A single value. A class, so that it can be told from a map. */
export class Scalar {
  /** As YAML understands it. */
  readonly value: string | number | boolean | null
  /** As written: of a number or `true` its very letters, of a string its content. */
  readonly text: string

  constructor(value: string | number | boolean | null, text: string) {
    this.value = value
    this.text = text
  }
}

/** Where in a tree: keys and indices from the top. */
export type Path = readonly (string | number)[]

/** What is wrong with a value. The path is added by whoever knows it. */
export interface TreeProblem {
  readonly message: string
  readonly hint: string | null
  /** From the value that was read down to the wrong one; absent when it's that value itself. */
  readonly path?: Path
  /** True when the key is wrong, not its value. */
  readonly onKey?: boolean
  /** The key that isn't there, when that is what is wrong. */
  readonly missing?: string
  /** The keys under which a name would stand that isn't known, when that is what is wrong. */
  readonly definedUnder?: readonly string[]
  /** The known key that a wrong one was probably meant as. */
  readonly meant?: string
  /** The wrong part of a text. */
  readonly part?: TextPart
}

/** A part of a text, found in the file from that many characters after the text's start. */
interface TextPart {
  readonly text: string
  readonly from: number
  /** A longer part that it stands in: easier to find, when the text itself is short. */
  readonly within?: { readonly text: string; readonly from: number }
}

/** Takes a problem down. */
export type Report = (problem: TreeProblem) => void

/** Whether the tree is a map. */
export function isTreeMap(tree: unknown): tree is TreeMap {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && !(tree instanceof Scalar)
}

/** All that a path passes, from the top to the last that is there. */
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

/** What kind of thing stands there, for a message: `a list`, `"abc"`, `nothing`. */
export function nameOf(tree: Tree): string {
  if (Array.isArray(tree)) return 'a list'
  if (!(tree instanceof Scalar)) return 'a map'
  return tree.value === null ? 'nothing' : quoted(tree.text)
}

/** The text in quotes, shortened to fit into a message of one line. */
export function quoted(text: string): string {
  // Lines and columns of a longer text don't matter where it's only named.
  const line = printable(text.slice(0, 1000).replace(/\s+/g, ' '))
  return `"${line.length > 60 ? `${line.slice(0, 59).replace(/[\ud800-\udbff]$/, '')}…` : line}"`
}
