/**
 * An entry of `data`: its shape before it is read, its problems, and the feeder that results.
 */

import type { Feeder, FeederValue, Row } from '../model/scenario.js'
import { type Environment, fillIn } from '../template/environment.js'
import type { Shape, Shapes } from '../template/parsed.js'
import { isTreeMap, type Report, Scalar, type Tree, type TreeMap } from '../yaml/tree.js'
import { columnProblem, type TableOutcome, type TableSpec, type Tables } from './tables.js'

/** An entry of `data` with its values read. */
export interface FeederInput {
  readonly values?: readonly FeederValue[] | undefined
  readonly file?: string | undefined
  readonly delimiter?: string | undefined
  readonly columns?: readonly string[] | undefined
  readonly pick?: 'random' | 'sequential' | 'unique' | undefined
  readonly onEnd?: 'stop' | 'recycle' | undefined
}

/** The shape of each entry of `data`, for templates. Doesn't report anything. */
export function inferShapes(data: Tree | undefined, env: Environment, tables: Tables): Shapes {
  if (data === undefined || !isTreeMap(data)) return new Map()
  return new Map(Object.entries(data).map(([name, tree]) => [name, inferShape(tree, env, tables)]))
}

function inferShape(tree: Tree, env: Environment, tables: Tables): Shape | null {
  if (Array.isArray(tree)) return shapeOf(tree as readonly Tree[])
  if (!isTreeMap(tree)) return null
  if (Array.isArray(tree.values)) return shapeOf(tree.values as readonly Tree[])
  const text = (part: Tree | undefined): string | null =>
    part instanceof Scalar ? fillIn(part.text, env, () => {}) : null
  const file = text(tree.file)
  if (file === null) return null
  const columns = Array.isArray(tree.columns) ? (tree.columns as readonly Tree[]).map(text) : null
  const written = text(tree.delimiter)
  const delimiter = written === null ? null : parseDelimiter(written)
  if (tree.delimiter !== undefined && delimiter === null) return null
  return shapeOfTable(
    tables.open({
      file: file.trim(),
      delimiter,
      columns: columns?.every((name) => name !== null) ? columns.map((name) => name.trim()) : null,
    }),
  )
}

function shapeOfTable(outcome: TableOutcome): Shape | null {
  if ('problems' in outcome) return null
  const { columns, format } = outcome.table
  return { columns, gaps: outcome.gaps, isFlat: format === 'csv' }
}

function shapeOf(values: readonly Tree[]): Shape | null {
  const rows = values.filter(isTreeMap)
  const columns = rows.length === 0 ? null : [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const gaps = new Map<string, string>()
  for (const column of columns ?? []) {
    const index = rows.findIndex((row) => !(column in row))
    if (index !== -1) gaps.set(column, `row ${index + 1}`)
  }
  return { columns, gaps, isFlat: false }
}

/** Parses a delimiter: a single character; `\t` and `tab` are a tab. Null for anything else. */
export function parseDelimiter(text: string): string | null {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text
  return /^[\t\x20-\x7e]$/.test(delimiter) && !/["\w]/.test(delimiter) ? delimiter : null
}

/** Reports conflicts between keys, and problems of the file. */
export function checkFeeder(
  input: FeederInput,
  { tables, hasUnknown }: { readonly tables: Tables; readonly hasUnknown: boolean },
  report: Report,
): void {
  const { values, file, pick = 'random' } = input
  if (file === undefined && values === undefined && !hasUnknown)
    report({
      message: 'the feeder has neither file nor values',
      hint: 'add file: users.csv or values: [one, two]',
    })
  if (file !== undefined && values !== undefined) {
    const message = 'a feeder takes either file or values, not both'
    report({ path: ['values'], onKey: true, message, hint: 'remove one of them' })
  }
  if (input.onEnd !== undefined && pick === 'random') {
    const message = 'random values never run out'
    report({
      path: ['onEnd'],
      onKey: true,
      message,
      hint: 'remove onEnd, or add pick: sequential or pick: unique',
    })
  }
  if (file === undefined && values !== undefined)
    for (const key of ['delimiter', 'columns'] as const)
      if (input[key] !== undefined)
        report({ path: [key], onKey: true, message: `${key} applies only to a file`, hint: 'remove the key' })
  const problem = columnProblem(input.columns ?? [])
  if (problem !== null) report({ path: ['columns'], message: problem, hint: 'give each column its own name' })
  // Values that could not be read are null here and already reported.
  if (!file || input.delimiter === null || input.columns === null || problem !== null) return
  const outcome = tables.open(specOf(input, file))
  if ('table' in outcome) return
  for (const { key, message, hint } of outcome.problems) report({ path: [key], message, hint })
}

/** Reports a mix of rows and single values. */
export function checkValues(values: readonly Tree[], report: Report): void {
  const isRow = values.map(isTreeMap)
  const odd = isRow.findIndex((row) => row !== isRow[0])
  if (odd === -1 || values.length === 0) return
  const message = isRow[odd] ? 'a row among single values' : 'a single value among rows'
  report({ path: [odd], message, hint: 'write only rows, { name: value }, or only single values' })
}

function specOf({ delimiter, columns }: FeederInput, file: string): TableSpec {
  return { file, delimiter: delimiter ?? null, columns: columns ?? null }
}

/** The feeder of a valid entry. */
export function makeFeeder(input: FeederInput, tables: Tables): Feeder {
  const { pick = 'random', onEnd } = input
  const picking = { ...(pick !== 'random' && { pick }), ...(onEnd !== undefined && { onEnd }) }
  if (input.values !== undefined) return { values: input.values, ...picking }
  const outcome = tables.open(specOf(input, input.file!))
  if ('problems' in outcome) throw new Error(`${input.file} was not checked`)
  return { table: outcome.table, ...picking }
}

/** A row as a plain object, without the tree's null prototype. */
export function rowOf(tree: TreeMap, read: (value: Tree, key: string) => unknown): Row {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, read(value, key)]))
}

/** Whether an entry uses the feeder, at any depth. */
export function usesFeeder(entry: unknown, name: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false
  const { type, name: own } = entry as { readonly type?: unknown; readonly name?: unknown }
  if (type === 'data' && own === name) return true
  return Object.values(entry).some((part) => usesFeeder(part, name))
}
