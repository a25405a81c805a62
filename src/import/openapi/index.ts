/**
 * OpenAPI documents (Swagger 2.0, OpenAPI 3.0 and 3.1, in YAML or JSON) → a scenario with a request for each operation.
 */
import { userError } from '../../base/errors.js'
import { shownUrl } from '../address.js'
import type { Draft } from '../draft.js'
import { References } from '../env-references.js'
import { Names, oneLine, scenarioName } from '../names.js'
import { Notes } from '../notes.js'
import { escapeText, Placeholders } from '../template-text.js'
import {
  field,
  isMap,
  listOf,
  mapOf,
  parseJsonOrYaml,
  textField,
  type UnknownMap,
} from '../untrusted-json.js'
import { UploadFiles } from '../upload-files.js'
import { makeBody } from './body.js'
import { listOperations, type Operation } from './operations.js'
import { canCarry, fillParameters, writeQuery } from './parameters.js'
import { type ReadBeside, Refs } from './refs.js'
import type { OpenapiContext } from './sample.js'
import { type Login, readLogins } from './security.js'
import { chooseServer, serverUrl } from './servers.js'

/** Options of an OpenAPI import. */
export interface OpenapiOptions {
  /** The document's file name for messages. */
  readonly file: string
  /** Replaces the document's server. Without a path, it gets that server's path. */
  readonly target?: string | null
  /** Names next to the scenario that can't be used for uploads. */
  readonly reserved?: readonly string[]
  /** Reads files next to the document; null if there are none. */
  readonly readBeside?: ReadBeside | null
}

/** Services are read more often than written. */
const WEIGHTS: Readonly<Record<string, number>> = { get: 10, head: 10, options: 10, delete: 1 }
const WEIGHT_OF_WRITES = 2

/** The draft of a scenario. Throws a UserError if the text is no OpenAPI document or has no operations. */
export function importOpenapi(
  text: string,
  { file, target = null, reserved, readBeside = null }: OpenapiOptions,
): Draft {
  const document = findDocument(parseJsonOrYaml(text, file), file)
  const notes = new Notes()
  const context: OpenapiContext = {
    placeholders: new Placeholders(),
    notes,
    refs: new Refs({ value: document, text, file, read: readBeside }, notes),
    references: new References(),
    files: new UploadFiles(reserved),
  }
  const operations = listOperations(document, context.refs, notes)
  if (operations.length === 0)
    throw userError(
      `${file}: the document has no operations under paths`,
      'import a document that describes the requests of a service',
    )
  const chosen = chooseServer(document, target, context)
  const { common, own } = readLogins(document, operations, context)
  const names = new Names()
  const requests = operations.map((operation, index) =>
    makeRequest(operation, own[index]!, { names, context, document }),
  )
  noteRest(document, operations, notes)
  const title = textField(document['info'], 'title')
  const name = title === null ? null : scenarioName(title)
  const headers = {
    ...(acceptsJson(operations, context) && { accept: 'application/json' }),
    ...common.headers,
  }
  const http = {
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(common.auth !== undefined && { auth: common.auth }),
  }
  context.files.addNotes(notes)
  context.references.note(notes, [chosen, http, requests])
  return {
    scenario: {
      ...(name !== null && { name }),
      ...(title !== null && oneLine(title) !== name && { description: escapeText(oneLine(title)) }),
      target: chosen,
      ...(Object.keys(http).length > 0 && { http }),
      requests,
    },
    notes: notes.list(),
    placeholders: context.files.names,
  }
}

interface RequestContext {
  readonly names: Names
  readonly context: OpenapiContext
  readonly document: UnknownMap
}

function makeRequest(
  operation: Operation,
  login: Login,
  { names, context, document }: RequestContext,
): Record<string, unknown> {
  const { method } = operation
  const filled = fillParameters(operation, context)
  const { path, query } = writeQuery(filled.path, filled.query)
  const isBodiless = method === 'get' || method === 'head'
  const body = isBodiless ? null : makeBody(operation, context)
  if (isBodiless && operation.content !== null)
    context.notes.add(
      `sent without their documented body, because the method is ${method.toUpperCase()}`,
      operation.name,
    )
  const hasType =
    body !== null && body.type !== null && canCarry('content-type', body.type, operation, context)
  const server = operation.server === null ? '' : serverUrl(operation.server, document, context)
  if (server !== '')
    context.notes.add('sent to their own server, whatever the target', `${operation.name} (${server})`)
  const cookies = [
    ...filled.cookies.map((cookie) => context.placeholders.write(cookie)),
    ...(login.cookies ?? []),
  ]
  const headers = {
    ...filled.headers,
    ...(hasType && { 'content-type': body!.type! }),
    ...login.headers,
    ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
  }
  const status = successOf(operation.responses)
  return {
    name: names.take(operation.name, 'request'),
    weight: WEIGHTS[method] ?? WEIGHT_OF_WRITES,
    [method]: `${server}${written(path, context)}`,
    ...ifAny('query', { ...(written(query, context) as object), ...login.query }),
    ...(login.auth !== undefined && { auth: login.auth }),
    ...ifAny('headers', writeHeaders(headers, login, context)),
    ...(body !== null && (written(body.keys, context) as object)),
    ...(status !== null && { expect: { status } }),
  }
}

/** The headers as text, except those of the login and cookies, which already are. */
function writeHeaders(
  headers: Readonly<Record<string, string>>,
  login: Login,
  context: OpenapiContext,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'cookie' || login.headers?.[name] === value ? value : context.placeholders.write(value),
    ]),
  )
}

function ifAny(key: string, map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.keys(map).length === 0 ? {} : { [key]: map }
}

/** The value with all its placeholders written out. */
function written(value: unknown, context: OpenapiContext): unknown {
  if (typeof value === 'string') return context.placeholders.write(value)
  if (Array.isArray(value)) return value.map((item) => written(item, context))
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, written(item, context)]))
}

/** The documented success statuses, otherwise the redirects; null if neither is documented. */
function successOf(responses: UnknownMap): unknown {
  for (const family of ['2', '3']) {
    const found = Object.keys(responses).filter((status) =>
      new RegExp(`^${family}(\\d\\d|xx)$`, 'i').test(status),
    )
    const statuses = found.map((status) => (/^\d+$/.test(status) ? Number(status) : `${family}xx`))
    if (statuses.length > 0) return statuses.length === 1 ? statuses[0] : statuses
  }
  return null
}

/** Whether all operations with documented responses can respond with JSON. */
function acceptsJson(operations: readonly Operation[], { refs }: OpenapiContext): boolean {
  const mediaTypes = operations.map(({ responses, produces }) => {
    const success = Object.entries(responses).filter(([status]) => /^2/.test(status))
    const types = success.flatMap(([, response]) =>
      Object.keys(refs.resolve(refs.resolve(response).value['content']).value),
    )
    return [...types, ...produces]
  })
  const documented = mediaTypes.filter((types) => types.length > 0)
  return (
    documented.length > 0 &&
    documented.every((types) => types.some((type) => /^application\/json\b/i.test(type)))
  )
}

function noteRest(document: UnknownMap, operations: readonly Operation[], notes: Notes): void {
  for (const { method, name, isDeprecated } of operations) {
    if (method === 'delete') notes.add('these requests delete data; keep them only where that is safe', name)
    if (isDeprecated) notes.add('kept deprecated operations', name)
  }
  const hooks = Object.keys(mapOf(document['webhooks'] ?? document['x-webhooks']))
  for (const hook of hooks) notes.add('left out webhooks, which the service sends', hook)
  for (const server of listOf(document['servers']).slice(1)) {
    const url = textField(server, 'url')
    if (url !== null) notes.add('other servers in the document', shownUrl(url))
  }
}

function findDocument(value: unknown, file: string): UnknownMap {
  const version = textField(value, 'openapi') ?? textField(value, 'swagger')
  if (isMap(value) && version !== null && /^(?:2(?:\.0)?$|3(?:\.\d|$))/.test(version)) return value
  if (version !== null)
    throw userError(
      `${file}: OpenAPI ${oneLine(version)} is not supported`,
      'supported versions are 2.0, 3.0 and 3.1',
    )
  const isCollection =
    field(field(value, 'info'), '_postman_id') !== undefined || Array.isArray(field(value, 'item'))
  const hint = isCollection
    ? `this is a Postman collection: run perfctl import postman ${file}`
    : 'the document must have openapi: 3.1.0 or swagger: "2.0" at its top level'
  throw userError(`${file}: not an OpenAPI document`, hint)
}
