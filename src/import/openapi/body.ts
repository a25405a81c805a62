/**
 * Makes request bodies from a document's examples and schemas.
 */
import { hasExact, parseExact, writeExact } from '../../base/exact-json.js'
import { field, isMap, mapOf, textOf, type UnknownMap } from '../untrusted-json.js'
import type { Operation } from './operations.js'
import { exampleOf, formField } from './parameters.js'
import { NOTHING, type OpenapiContext, Sampler } from './sample.js'
import { typeOf } from './schema.js'

/**
 * A body as keys of a request, and its media type if it isn't the one that perfctl sends by default. Texts contain
 * placeholders.
 */
export interface Body {
  readonly keys: Readonly<Record<string, unknown>>
  readonly type: string | null
}

/** Preferred kinds first. */
const KINDS: readonly [RegExp, 'json' | 'form' | 'multipart' | 'text'][] = [
  [/^application\/json\b/i, 'json'],
  [/[/+]json\b/i, 'json'],
  [/^application\/x-www-form-urlencoded\b/i, 'form'],
  [/^multipart\//i, 'multipart'],
  [/^(?:\*\/\*|application\/\*)$/, 'json'],
  [/./, 'text'],
]

/** The body of an operation's requests; null if it has none or none can be made, which is noted. */
export function makeBody(operation: Operation, context: OpenapiContext): Body | null {
  const types = Object.keys(operation.content ?? {})
  for (const [pattern, kind] of KINDS) {
    const type = types.find((candidate) => pattern.test(candidate))
    if (type === undefined) continue
    const media = context.refs.resolve(field(operation.content, type)).value
    if (kind === 'json') return jsonBody(media, type, operation, context)
    if (kind === 'text') return textBody(media, type, operation, context)
    return formBody(media, kind, operation, context)
  }
  return null
}

function jsonBody(
  media: UnknownMap,
  type: string,
  operation: Operation,
  context: OpenapiContext,
): Body | null {
  const value = sampleMedia(media, 'body', operation, context, true)
  if (value === NOTHING) return null
  const isUsual = /^application\/json$|\*/i.test(type)
  // A scenario's numbers are as exact as JavaScript's. A text keeps all digits.
  if (hasExact(value))
    return { keys: { body: exactText(value, context) }, type: isUsual ? 'application/json' : type }
  return { keys: { json: value }, type: isUsual ? null : type }
}

function exactText(value: unknown, { placeholders }: OpenapiContext): string {
  return writeExact(value, (text) => (placeholders.only(text)?.type ?? 'text') !== 'text')
}

function sampleMedia(
  media: UnknownMap,
  name: string,
  operation: Operation,
  context: OpenapiContext,
  isJson: boolean,
): unknown {
  const sampler = new Sampler(context, operation.name)
  const example = exampleOf(media, context)
  if (example !== undefined) return sampler.literal(isJson ? parsed(example) : example)
  return sampler.sample(media['schema'] ?? {}, name)
}

/** Parses examples that are JSON texts. */
function parsed(example: unknown): unknown {
  if (typeof example !== 'string' || !/^\s*[[{]/.test(example)) return example
  try {
    return parseExact(example)
  } catch {
    return example
  }
}

function formBody(
  media: UnknownMap,
  kind: 'form' | 'multipart',
  operation: Operation,
  context: OpenapiContext,
): Body | null {
  const sample = sampleMedia(media, 'body', operation, context, true)
  if (!isMap(sample)) return null
  const properties = mapOf(context.refs.resolve(media['schema']).value['properties'])
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(sample)) {
    const property = context.refs.resolve(properties[name]).value
    if (kind === 'multipart' && isBinary(property, context)) fields[name] = { file: fileFor(name, context) }
    else if (kind === 'multipart' && isMap(value))
      fields[name] = hasExact(value)
        ? { text: exactText(value, context), type: 'application/json' }
        : { json: value }
    else fields[name] = formField(value, property, mapOf(field(media['encoding'], name)))
  }
  return Object.keys(fields).length === 0 ? null : { keys: { [kind]: fields }, type: null }
}

function isBinary(schema: UnknownMap, context: OpenapiContext): boolean {
  const one = typeOf(schema) === 'array' ? context.refs.resolve(schema['items']).value : schema
  return one['format'] === 'binary' || one['contentMediaType'] === 'application/octet-stream'
}

function textBody(
  media: UnknownMap,
  type: string,
  operation: Operation,
  context: OpenapiContext,
): Body | null {
  const example = exampleOf(media, context)
  const schema = context.refs.resolve(media['schema']).value
  const sent = type.includes('*') ? null : type
  if (typeof example === 'string')
    return { keys: { body: context.placeholders.literal(example) }, type: sent }
  if (/^text\/plain\b/i.test(type)) {
    const text = new Sampler(context, operation.name).sample(schema, 'text')
    return { keys: { body: textOf(text) ?? writeExact(text) }, type: sent }
  }
  if (/xml\b/i.test(type)) {
    context.notes.add(`sent without a body, because the document has no example of ${type}`, operation.name)
    return null
  }
  return { keys: { file: fileFor(operation.name, context) }, type: sent }
}

/** The name of a file that the user has to supply. Equal names are one file in all operations. */
function fileFor(name: string, { files }: OpenapiContext): string {
  const safe = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 80)
  return files.take(`${safe || 'file'}.bin`)
}
