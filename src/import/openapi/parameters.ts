/**
 * Fills in an operation's parameters: path, query, headers and cookies.
 */
import { writeExact } from '../../base/exact-json.js'
import { addField } from '../fields.js'
import { canSend } from '../headers.js'
import { encodeLiterals, hasPlaceholders } from '../template-text.js'
import { field, isMap, listOf, mapOf, textOf, type UnknownMap } from '../untrusted-json.js'
import type { Operation } from './operations.js'
import { documented, NOTHING, type OpenapiContext, Sampler } from './sample.js'

/** The filled-in parameters. All texts contain placeholders. */
export interface Filled {
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
}

/** Headers that are no parameters according to OpenAPI, and those of the connection. */
const IGNORED = new Set([
  'accept',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
])

/** Fills in required parameters, and optional ones for which the document has a value. */
export function fillParameters(operation: Operation, context: OpenapiContext): Filled {
  const { notes } = context
  const query: [string, string][] = []
  const headers: Record<string, string> = {}
  const cookies: string[] = []
  const inPath = new Map<string, UnknownMap>()
  for (const parameter of operation.parameters) {
    const name = context.placeholders.literal(String(parameter['name']))
    const place = parameter['in']
    if (place === 'path') inPath.set(name, parameter)
    if (place === 'path' || (place === 'header' && IGNORED.has(name.toLowerCase()))) continue
    const sampled = sampleParameter(parameter, operation, context)
    if (!sampled.isGiven && parameter['required'] !== true) {
      notes.add('left out optional parameters without an example', `${name} of ${operation.name}`)
      continue
    }
    if (sampled.value === NOTHING) continue
    if (place === 'query') query.push(...queryPairs(name, sampled.value, parameter))
    else if (place === 'cookie') {
      const cookie = `${name}=${listText(sampled.value, ',')}`
      if (canCarry('cookie', cookie, operation, context)) cookies.push(cookie)
    } else if (place === 'header') {
      const value = headerText(sampled.value, parameter)
      if (canCarry(name, value, operation, context)) headers[name.toLowerCase()] = value
    }
  }
  return { path: fillPath(operation, inPath, context), query, headers, cookies }
}

/** Style `simple`. With `explode`, objects are `key=value`. */
function headerText(value: unknown, { explode, collectionFormat }: UnknownMap): string {
  if (!isMap(value) || explode !== true) return listText(value, DELIMITERS[String(collectionFormat)] ?? ',')
  return Object.entries(value)
    .map(([key, item]) => `${key}=${plain(item)}`)
    .join(',')
}

/** Whether the header can be sent. Adds a note if it can't. */
export function canCarry(
  name: string,
  value: string,
  operation: Operation,
  { notes }: OpenapiContext,
): boolean {
  const isFine = canSend(name, value)
  if (!isFine) notes.add('left out headers that are not valid in HTTP', `${name} of ${operation.name}`)
  return isFine
}

function fillPath(
  operation: Operation,
  parameters: ReadonlyMap<string, UnknownMap>,
  context: OpenapiContext,
): string {
  const [path] = context.placeholders.literal(operation.path).split('#') as [string]
  if (operation.path.includes('#'))
    context.notes.add('the part of a path after # is never sent', operation.name)
  const filled = path
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      const name = /^\{(.*)\}$/.exec(part)?.[1]
      if (name === undefined) return part.replace(/[\x00-\x20"<>\\^`{|}]/g, encodeURIComponent)
      const parameter = parameters.get(name) ?? {}
      const { value, isGiven } = sampleParameter(
        { name, schema: { type: 'integer' }, ...parameter },
        operation,
        context,
      )
      if (!isGiven)
        context.notes.add(
          'path parameters without an example; write ids that exist',
          `{${name}} of ${operation.name}`,
        )
      return pathText(name, value === NOTHING ? name : value, parameter)
    })
    .join('')
  return filled.startsWith('/') ? filled : `/${filled}`
}

/**
 * A value in a path, in style `simple`, `label` or `matrix` (RFC 6570). Their commas, dots and semicolons are kept; all
 * else is encoded.
 */
function pathText(name: string, value: unknown, parameter: UnknownMap): string {
  const { style } = parameter
  const delimiter = encodeURIComponent(DELIMITERS[String(parameter['collectionFormat'])] ?? '')
  const isExploded = parameter['explode'] === true
  const pairs = isMap(value) ? Object.entries(value) : null
  const items = Array.isArray(value) ? listOf(value) : [value]
  const encoded = (item: unknown) => encodeLiterals(plain(item))
  const parts =
    pairs === null
      ? items.map(encoded)
      : pairs.map(([key, item]) => `${encodeLiterals(key)}${isExploded ? '=' : ','}${encoded(item)}`)
  if (style === 'label') return `.${parts.join(isExploded ? '.' : ',')}`
  if (style !== 'matrix') return parts.join(delimiter || ',')
  if (!isExploded) return `;${name}=${parts.join(',')}`
  return parts.map((part) => (pairs === null ? `;${name}=${part}` : `;${part}`)).join('')
}

/** The value, and whether it comes from the document. */
function sampleParameter(
  parameter: UnknownMap,
  { name: operation }: Operation,
  context: OpenapiContext,
): { readonly value: unknown; readonly isGiven: boolean } {
  const name = String(parameter['name'])
  const sampler = new Sampler(context, operation)
  const [media] = Object.values(mapOf(parameter['content']))
  for (const owner of [parameter, media]) {
    const example = exampleOf(owner, context)
    if (example !== undefined) return { value: sampler.literal(example), isGiven: true }
  }
  const schema = parameter['schema'] ?? field(media, 'schema') ?? {}
  const { value: resolved } = context.refs.resolve(schema)
  const items = field(resolved, 'items')
  const isGiven =
    documented(resolved) !== undefined ||
    (items !== undefined &&
      parameter['required'] === true &&
      documented(context.refs.resolve(items).value) !== undefined)
  const value = sampler.sample(schema, name)
  const isJson = media !== undefined && typeof value === 'object' && value !== null
  return { value: isJson ? writeExact(value) : value, isGiven }
}

/** Examples are never references according to the specification, but many documents keep theirs in files. */
function isReference(value: unknown): boolean {
  return isMap(value) && typeof value['$ref'] === 'string' && Object.keys(value).length === 1
}

/** A parameter's or media type's `example`, or the first of its `examples`; undefined if it has none. */
export function exampleOf(owner: unknown, { refs }: Pick<OpenapiContext, 'refs'>): unknown {
  const single = field(owner, 'example') ?? field(owner, 'x-example')
  if (single !== undefined && single !== null) return isReference(single) ? refs.follow(single).value : single
  const examples = field(owner, 'examples')
  if (!isMap(examples)) return undefined
  for (const entry of Object.values(examples)) {
    const { value } = refs.resolve(entry)
    if (value['value'] !== undefined) return value['value']
    const file = value['externalValue']
    if (typeof file !== 'string') continue
    const { value: outside } = refs.follow(refs.fileReference(value, file))
    if (outside !== undefined) return outside
  }
  return undefined
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ssv: ' ',
  tsv: '\t',
  pipes: '|',
  spaceDelimited: ' ',
  pipeDelimited: '|',
}

function queryPairs(name: string, value: unknown, parameter: UnknownMap): [string, string][] {
  const format = String(parameter['collectionFormat'] ?? parameter['style'] ?? 'form')
  const isOld = parameter['collectionFormat'] !== undefined
  const isExploded = isOld ? format === 'multi' : (parameter['explode'] ?? format === 'form') === true
  if (Array.isArray(value) && isExploded) return value.map((item) => [name, plain(item)])
  if (isMap(value)) {
    if (format === 'deepObject')
      return Object.entries(value).map(([key, item]) => [`${name}[${key}]`, plain(item)])
    if (isExploded) return Object.entries(value).map(([key, item]) => [key, plain(item)])
  }
  return [[name, listText(value, DELIMITERS[format] ?? ',')]]
}

/** A form field; a list if each item is a field of its own. `encoding`: from the media type. */
export function formField(value: unknown, property: UnknownMap, encoding: UnknownMap): unknown {
  if (!Array.isArray(value)) return value === undefined ? '' : plain(value)
  const format = property['collectionFormat'] ?? 'multi'
  if (encoding['explode'] === false || format !== 'multi')
    return listText(value, DELIMITERS[String(encoding['style'] ?? format)] ?? ',')
  return value.length === 1 ? plain(value[0]) : value.length === 0 ? '' : value.map(plain)
}

/** A value on one line. Lists and objects are joined as in OpenAPI's styles. */
function listText(value: unknown, delimiter: string): string {
  if (Array.isArray(value)) return listOf(value).map(plain).join(delimiter)
  if (isMap(value))
    return Object.entries(value)
      .map(([key, item]) => `${key}${delimiter}${plain(item)}`)
      .join(delimiter)
  return plain(value)
}

function plain(value: unknown): string {
  return textOf(value) ?? (value === null ? '' : writeExact(value))
}

/** The query as a map, with the pairs that a map can't represent appended to the path. */
export function writeQuery(
  path: string,
  query: Filled['query'],
): { path: string; query: Record<string, unknown> } {
  const isPlain = (name: string) => !hasPlaceholders(name) && name !== '__proto__'
  const behind = query
    .filter(([name]) => !isPlain(name))
    .map(([name, value]) => `${encodeLiterals(name)}=${encodeLiterals(value)}`)
  const joint = behind.length === 0 ? '' : path.includes('?') ? '&' : '?'
  const pairs: Record<string, unknown> = {}
  for (const [name, value] of query) {
    const isNumber = /^-?\d+(\.\d+)?$/.test(value) && String(Number(value)) === value
    if (isPlain(name)) addField(pairs, name, isNumber ? Number(value) : value)
  }
  return { path: `${path}${joint}${behind.join('&')}`, query: pairs }
}
