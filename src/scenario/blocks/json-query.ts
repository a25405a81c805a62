/**
 * RFC 9535 queries on a JSON value, with wildcards and filters. The only file that imports json-p3, and only once
 * there is a query: most scenarios name single values, which `json-path.ts` finds.
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

/** Deeper values are not searched: no real service sends them, and each level takes a stack frame. */
const DEPTH_MAX = 1000

/** More values could exhaust the memory. */
const VALUES_MAX = 1_000_000

/**
 * Queries that may take more than linear time in the size of the response: a descent within a descent or within a
 * filter, and regular expressions, which may even come from the response. Matched against the text, so a key that
 * contains `..` costs 0.1 ms more.
 */
const SLOW = /\.\..*\.\.|\?.*(?:\.\.|\$|\?)|\b(?:match|search)\s*\(/s

/** A query that failed on a value; the message says why. */
export class QueryError extends Error {}

interface Query {
  readonly compiled: Compiled
  /** Null if the query takes linear time. */
  readonly guard: Guard | null
}

/** How a query is run. */
export interface QueryOptions {
  /** Only the first value is needed. */
  readonly onlyFirst: boolean
  /** The remaining time. */
  readonly leftMs: Ms
}

const queries = new Map<string, Query>()

/** What is wrong with a query; null if it is valid. */
export function queryProblem(query: string): string | null {
  try {
    prepare(query)
    const [number] = numbersIn(query).filter(losesDigits)
    return number === undefined ? null : `${number} has more digits than a query can compare`
  } catch (error) {
    return messageOf(error)
  }
}

/** A value and its location. */
export interface Found {
  readonly value: unknown
  readonly location: JsonPath
}

/** All values that a valid query finds, in order. Throws a QueryError if the query fails on this value. */
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

/** The numbers outside of quotes. */
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
