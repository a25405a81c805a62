/**
 * Queries of RFC 9535 on a JSON value, with wildcards and filters. The only file that knows json-p3, which it loads
 * when there is a query: most scenarios name single values, which `json-path.ts` finds by itself.
 */
import { createRequire } from 'node:module'
import { messageOf } from '../base/errors.js'

type Compiled = import('json-p3').JSONPathQuery

const compiled = new Map<string, Compiled>()

/** What is wrong with a query; null when nothing is. */
export function queryFault(query: string): string | null {
  try {
    compile(query)
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** All values that a query without fault finds, in their order. */
export function queryJson(root: unknown, query: string): unknown[] {
  return compile(query)
    .query(root as Parameters<Compiled['query']>[0])
    .values()
}

function compile(query: string): Compiled {
  const known = compiled.get(query)
  if (known !== undefined) return known
  const { compile: compileQuery } = createRequire(import.meta.url)('json-p3') as typeof import('json-p3')
  const made = compileQuery(query)
  compiled.set(query, made)
  return made
}
