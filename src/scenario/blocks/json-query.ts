/**
 * Queries of RFC 9535 on a JSON value, with wildcards and filters. The only file that knows json-p3, which it loads
 * when there is a query: most scenarios name single values, which `json-path.ts` finds by itself.
 */
import { createRequire } from 'node:module'
import type { Ms } from '../../base/clock.js'
import { losesDigits } from '../../base/decimal.js'
import { messageOf } from '../../base/errors.js'
import { Guard, OutOfTime } from '../../base/guard.js'
import { formatCount } from '../../base/units.js'
import type { JsonPath } from './json-path.js'

type Library = typeof import('json-p3')
type Compiled = import('json-p3').JSONPathQuery

/** Deeper values are not looked into: no service means to send one, and each level takes a frame of the stack. */
const DEPTH_MAX = 1000

/** More values are more than memory is for. */
const VALUES_MAX = 1_000_000

/**
 * What takes longer than its answer is long: a descent within a descent, or within a filter, and regular expressions,
 * which may even come from the answer. Looked for in the text: whoever has `..` in a key waits 0.1 ms more.
 */
const SLOW = /\.\..*\.\.|\?.*(?:\.\.|\$|\?)|\b(?:match|search)\s*\(/s

/** A query that can't be carried out on a value; the message says why. */
export class QueryError extends Error {}

interface Query {
  readonly compiled: Compiled
  /** Null when it takes no longer than its answer is long. */
  readonly guard: Guard | null
}

/** How a query is carried out. */
export interface QueryOptions {
  /** No more than the first value is wanted. */
  readonly onlyFirst: boolean
  /** What is left of the time for it. */
  readonly leftMs: Ms
}

const queries = new Map<string, Query>()

/** What is wrong with a query; null when nothing is. */
export function queryProblem(query: string): string | null {
  try {
    prepare(query)
    const [number] = numbersIn(query).filter(losesDigits)
    return number === undefined ? null : `${number} has more digits than a query can compare`
  } catch (error) {
    return messageOf(error)
  }
}

/** A value, and where it stands. */
export interface Found {
  readonly value: unknown
  readonly location: JsonPath
}

/** All values that a query without problem finds, in their order. Throws a QueryError when that can't be done. */
export function queryJson(root: unknown, query: string, { onlyFirst, leftMs }: QueryOptions): Found[] {
  const { compiled, guard } = prepare(query)
  const find = () => take(compiled, root, onlyFirst)
  try {
    return guard === null ? find() : guard.within(leftMs, find)
  } catch (error) {
    if (error instanceof OutOfTime)
      throw new QueryError(`the query ${query} ${error.message} on this response`)
    if (error instanceof library().JSONPathRecursionLimitError)
      throw new QueryError(`the response is nested more than ${DEPTH_MAX} levels deep, too deep for ${query}`)
    throw error
  }
}

/** The numbers outside of texts in quotes. */
function numbersIn(query: string): string[] {
  const bare = query.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/gs, "''")
  return bare.match(/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g) ?? []
}

function take(compiled: Compiled, root: unknown, onlyFirst: boolean): Found[] {
  const values: Found[] = []
  for (const { value, location } of compiled.lazyQuery(root as Parameters<Compiled['lazyQuery']>[0])) {
    values.push({ value, location })
    if (onlyFirst) break
    if (values.length > VALUES_MAX)
      throw new QueryError(`the query finds more than ${formatCount(VALUES_MAX)} values`)
  }
  return values
}

function prepare(query: string): Query {
  const known = queries.get(query)
  if (known !== undefined) return known
  const { JSONPathEnvironment } = library()
  const compiled = new JSONPathEnvironment({ maxRecursionDepth: DEPTH_MAX + 1 }).compile(query)
  const made = { compiled, guard: SLOW.test(query) ? new Guard() : null }
  queries.set(query, made)
  return made
}

function library(): Library {
  return createRequire(import.meta.url)('json-p3') as Library
}
