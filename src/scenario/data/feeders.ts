/**
 * An entry of `data` before it is read: its shape, for templates.
 */
import { type Environment, fillIn } from '../template/environment.js'
import type { Shape, Shapes } from '../template/parsed.js'
import { isTreeMap, Scalar, type Tree } from '../yaml/tree.js'
import type { TableOutcome, Tables } from './tables.js'

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

/** Whether an entry uses the feeder, at any depth. */
export function usesFeeder(entry: unknown, name: string): boolean {
  if (typeof entry !== 'object' || entry === null) return false
  const { type, name: own } = entry as { readonly type?: unknown; readonly name?: unknown }
  if (type === 'data' && own === name) return true
  return Object.values(entry).some((part) => usesFeeder(part, name))
}
