/**
 * The operations of an OpenAPI document, in the form of version 3 whatever the version.
 */
import { type Foreign, field, isForeign, listOf, mapOf, textField, textOf } from './foreign.js'
import type { Notes } from './notes.js'
import type { Refs } from './openapi-refs.js'

/** A method on a path, with what the path and the document add to it. */
export interface Operation {
  readonly method: string
  readonly path: string
  /** Its operationId, or method and path. */
  readonly name: string
  readonly parameters: readonly Foreign[]
  /** Media types of the body, each with `schema`, `example` or `examples`; null without a body. */
  readonly content: Foreign | null
  /** Statuses and what is documented about them. */
  readonly responses: Foreign
  /** Alternatives; null for those of the document. */
  readonly security: readonly unknown[] | null
  /** A server of its own; null for that of the document. */
  readonly server: unknown
  readonly isDeprecated: boolean
  /** Of Swagger 2: what the answers are. */
  readonly produces: readonly string[]
}

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete', 'trace', 'query']
const SENDABLE = METHODS.slice(0, 7)

/** All operations in the order of the document. */
export function listOperations(document: Foreign, refs: Refs, notes: Notes): Operation[] {
  const operations: Operation[] = []
  for (const [path, given] of Object.entries(mapOf(document['paths']))) {
    if (path.startsWith('x-')) continue
    const item = refs.resolve(given).value
    for (const method of Object.keys(item).filter((key) => METHODS.includes(key))) {
      const operation = field(item, method)
      if (!isForeign(operation)) continue
      const name = textField(operation, 'operationId')?.trim() || `${method.toUpperCase()} ${path}`
      if (!SENDABLE.includes(method))
        notes.add(`left out, perfctl has no method ${method.toUpperCase()}`, name)
      else operations.push(makeOperation({ document, item, operation, method, path, name }, refs))
    }
  }
  return operations
}

interface Origin {
  readonly document: Foreign
  readonly item: Foreign
  readonly operation: Foreign
  readonly method: string
  readonly path: string
  readonly name: string
}

function makeOperation({ document, item, operation, method, path, name }: Origin, refs: Refs): Operation {
  const all = mergeParameters(listOf(item['parameters']), listOf(operation['parameters']), refs)
  const parameters = all.filter((parameter) => !['body', 'formData'].includes(String(parameter['in'])))
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
        ? oldContent(all, consumes)
        : mapOf(refs.resolve(requestBody).value['content']),
    responses: mapOf(operation['responses']),
    security: Array.isArray(security) ? security : null,
    server: listOf(operation['servers'])[0] ?? listOf(item['servers'])[0] ?? null,
    isDeprecated: operation['deprecated'] === true,
    produces: textsOf(operation['produces'] ?? document['produces']),
  }
}

/** Those of the operation replace those of the path that have the same name and place. */
function mergeParameters(ofPath: readonly unknown[], ofOperation: readonly unknown[], refs: Refs): Foreign[] {
  const merged = new Map<string, Foreign>()
  for (const given of [...ofPath, ...ofOperation]) {
    const parameter = refs.resolve(given).value
    const name = textOf(parameter['name'])
    if (name !== null) merged.set(`${String(parameter['in'])} ${name}`, parameter)
  }
  return [...merged.values()]
}

/** Swagger 2: a parameter in `body`, or those in `formData`, as the content of a request body. */
function oldContent(parameters: readonly Foreign[], consumes: readonly string[]): Foreign | null {
  const body = parameters.find((parameter) => parameter['in'] === 'body')
  if (body !== undefined) {
    const media = {
      schema: body['schema'] ?? {},
      ...(body['x-example'] !== undefined && { example: body['x-example'] }),
    }
    const types = consumes.length === 0 ? ['application/json'] : consumes
    return Object.fromEntries(types.map((type) => [type, media]))
  }
  const fields = parameters.filter((parameter) => parameter['in'] === 'formData')
  if (fields.length === 0) return null
  const hasFile = fields.some((parameter) => parameter['type'] === 'file')
  const named = consumes.find((type) => /form/.test(type))
  const type = hasFile ? 'multipart/form-data' : (named ?? 'application/x-www-form-urlencoded')
  const schema = {
    type: 'object',
    required: fields
      .filter((parameter) => parameter['required'] === true)
      .map((parameter) => parameter['name']),
    properties: Object.fromEntries(
      fields.map(({ required: _, in: __, ...parameter }) => [
        String(parameter['name']),
        parameter['type'] === 'file'
          ? { type: 'string', format: 'binary' }
          : { ...(parameter['type'] === 'array' && { collectionFormat: 'csv' }), ...parameter },
      ]),
    ),
  }
  return { [type]: { schema } }
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string')
}
