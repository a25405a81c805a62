/**
 * The operations of an OpenAPI document, normalized to version 3.
 */

import type { Notes } from '../notes.js'
import { field, isMap, listOf, textField, textOf, type UnknownMap } from '../untrusted-json.js'
import type { Refs } from './refs.js'
import { swaggerServer } from './servers.js'
import { bodyContent, withSchema } from './swagger.js'

/** A method on a path, including what the path and the document define for it. */
export interface Operation {
  readonly method: string
  readonly path: string
  /** Its operationId, or method and path. */
  readonly name: string
  readonly parameters: readonly UnknownMap[]
  /** Media types of the body, each with `schema`, `example` or `examples`; null without a body. */
  readonly content: UnknownMap | null
  /** Documented responses by status. */
  readonly responses: UnknownMap
  /** Alternative logins; null for the document's. */
  readonly security: readonly unknown[] | null
  /** Its own server; null for the document's. */
  readonly server: unknown
  readonly isDeprecated: boolean
  /** Swagger 2: the media types of responses. */
  readonly produces: readonly string[]
}

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete', 'trace', 'query']
const SENDABLE = METHODS.slice(0, 7)

/** All operations in the document's order. */
export function listOperations(document: UnknownMap, refs: Refs, notes: Notes): Operation[] {
  const operations: Operation[] = []
  for (const [path, given] of Object.entries(refs.resolve(document['paths']).value)) {
    if (path.startsWith('x-')) continue
    const item = refs.resolve(given).value
    for (const method of Object.keys(item).filter((key) => METHODS.includes(key))) {
      if (!isMap(field(item, method))) continue
      const operation = refs.resolve(field(item, method)).value
      const name = textField(operation, 'operationId')?.trim() || `${method.toUpperCase()} ${path}`
      if (!SENDABLE.includes(method))
        notes.add(`left out because perfctl does not support the method ${method.toUpperCase()}`, name)
      else operations.push(makeOperation({ document, item, operation, method, path, name }, refs))
    }
  }
  return operations
}

interface Origin {
  readonly document: UnknownMap
  readonly item: UnknownMap
  readonly operation: UnknownMap
  readonly method: string
  readonly path: string
  readonly name: string
}

function makeOperation({ document, item, operation, method, path, name }: Origin, refs: Refs): Operation {
  const all = mergeParameters([item['parameters'], operation['parameters']], refs)
  const parameters = all
    .filter((parameter) => !['body', 'formData'].includes(String(parameter['in'])))
    .map(withSchema)
  const security = field(operation, 'security')
  const consumes = textsOf(operation['consumes'] ?? document['consumes'])
  const requestBody = operation['requestBody']
  return {
    method,
    path,
    name,
    parameters,
    content:
      requestBody === undefined
        ? bodyContent(all, consumes)
        : refs.resolve(refs.resolve(requestBody).value['content']).value,
    responses: refs.resolve(operation['responses']).value,
    security: Array.isArray(security) ? security : null,
    server:
      listOf(operation['servers'])[0] ?? listOf(item['servers'])[0] ?? schemeServer(document, operation),
    isDeprecated: operation['deprecated'] === true,
    produces: textsOf(operation['produces'] ?? document['produces']),
  }
}

/** An operation's parameters override the path's by name and place. */
function mergeParameters(lists: readonly unknown[], refs: Refs): UnknownMap[] {
  const merged = new Map<string, UnknownMap>()
  for (const given of lists.flatMap((list) => listOf(refs.follow(list).value))) {
    const parameter = refs.resolve(given).value
    const name = textOf(parameter['name'])
    if (name !== null) merged.set(`${String(parameter['in'])} ${name}`, parameter)
  }
  return [...merged.values()]
}

/** Swagger 2: an operation may have its own URL scheme. */
function schemeServer(document: UnknownMap, operation: UnknownMap): unknown {
  const schemes = listOf(operation['schemes'])
  if (document['swagger'] === undefined || schemes.length === 0) return null
  return { url: swaggerServer({ ...document, schemes }) }
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string')
}
