/**
 * Bodies of Postman requests.
 */
import { writeExact } from '../../base/exact-json.js'
import { isSecretField } from '../../base/secrets.js'
import { isMediaType } from '../../scenario/blocks/content-types.js'
import { sentName } from '../body.js'
import { hideInText } from '../credentials.js'
import { addField, areAdjacent } from '../fields.js'
import { hasPlaceholders, mapLiterals } from '../template-text.js'
import { field, listOf, mapOf, textField, textOf } from '../untrusted-json.js'
import { baseName } from '../upload-files.js'
import { readTemplateJson } from './json.js'
import type { PostmanContext, Scope } from './variables.js'

/** A body as keys of a request: `json`, `form`, `body`, `multipart` or `file`. */
export interface Body {
  readonly keys: Readonly<Record<string, unknown>>
  /** The media type that Postman would send; null if perfctl sends it by default. */
  readonly type: string | null
}

/** Reads a body; null if there is none to send. `type`: from the request's headers. */
export function readBody(
  body: unknown,
  type: string | null,
  scope: Scope,
  context: PostmanContext,
): Body | null {
  if (field(body, 'disabled') === true) return null
  switch (field(body, 'mode')) {
    case 'raw':
      return readRaw(body, type, scope, context)
    case 'urlencoded':
      return readForm(listOf(field(body, 'urlencoded')), scope, context)
    case 'formdata':
      return readMultipart(listOf(field(body, 'formdata')), scope, context)
    case 'graphql':
      return readGraphql(field(body, 'graphql'), scope, context)
    case 'file':
      return readFile(field(body, 'file'), type, scope, context)
    default:
      return null
  }
}

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  javascript: 'application/javascript',
}

function readRaw(body: unknown, type: string | null, scope: Scope, context: PostmanContext): Body | null {
  const { placeholders, references, variables } = context
  const text = textOf(field(body, 'raw')) ?? ''
  if (text.trim() === '') return null
  const language = textField(field(field(body, 'options'), 'raw'), 'language') ?? ''
  const sent = type ?? TYPES[language] ?? 'text/plain'
  const filled = variables.fillIn(text, scope)
  const json = /[/+]json\b/i.test(sent) ? readTemplateJson(filled, placeholders, references) : null
  if (json === null)
    return { keys: { body: placeholders.write(withoutSecrets(filled, context)) }, type: sent }
  return { keys: { json: json.value }, type: sent === TYPES['json'] ? null : sent }
}

/** The text without the secrets that can be recognized in it. */
function withoutSecrets(filled: string, { placeholders, references }: PostmanContext): string {
  return hideInText(filled, (name, value) =>
    hasPlaceholders(value)
      ? value
      : placeholders.add({ written: references.takeSecret(name, value), type: 'text' }),
  )
}

/** The enabled entries: name and value, both with placeholders. */
function readFields(
  entries: readonly unknown[],
  scope: Scope,
  { variables, references, placeholders }: PostmanContext,
): { readonly name: string; readonly value: string; readonly entry: unknown }[] {
  return entries.flatMap((entry) => {
    if (field(entry, 'disabled') === true) return []
    const name = textOf(field(entry, 'key')) ?? ''
    const text = textOf(field(entry, 'value')) ?? ''
    if (name === '' && text === '') return []
    const value = variables.fillIn(text, scope)
    const isSecret = text !== '' && !hasPlaceholders(value) && isSecretField(name)
    const safe = isSecret
      ? placeholders.add({ written: references.takeSecret(name, text), type: 'text' })
      : value
    return { name: variables.fillIn(name, scope), value: safe, entry }
  })
}

function readForm(entries: readonly unknown[], scope: Scope, context: PostmanContext): Body | null {
  const { placeholders } = context
  const fields = readFields(entries, scope, context)
  if (fields.length === 0) return null
  const names = fields.map(({ name }) => name)
  if (areAdjacent(names) && names.every(isPlainKey)) {
    const form: Record<string, unknown> = {}
    for (const { name, value } of fields) addField(form, name, placeholders.write(value))
    return { keys: { form }, type: null }
  }
  const encode = (text: string) =>
    mapLiterals(text, (part) => new URLSearchParams([['', part]]).toString().slice(1))
  const body = fields.map(({ name, value }) => `${encode(name)}=${encode(value)}`).join('&')
  return { keys: { body: placeholders.write(body) }, type: 'application/x-www-form-urlencoded' }
}

/** Whether a name can be a key of a scenario, where templates are not supported. */
function isPlainKey(name: string): boolean {
  return !hasPlaceholders(name) && name !== '__proto__'
}

function readMultipart(entries: readonly unknown[], scope: Scope, context: PostmanContext): Body | null {
  const { placeholders, notes, references } = context
  const parts: Record<string, unknown> = {}
  for (const { name, value, entry } of readFields(entries, scope, context)) {
    const type = mediaTypeOf(entry, scope, context)
    if (!isPlainKey(name)) {
      notes.add(
        'left out parts of a multipart body whose names contain templates',
        `${placeholders.write(name)} of ${scope.request}`,
      )
    } else if (field(entry, 'type') === 'file') {
      const source = field(entry, 'src')
      const paths = [source, ...listOf(source)].map(textOf).filter((path) => path !== null && path !== '')
      if (paths.length === 0)
        notes.add('left out form fields without a chosen file', `${name} of ${scope.request}`)
      for (const path of paths) addField(parts, name, filePart(path!, type, context))
    } else {
      const json = type === TYPES['json'] ? readTemplateJson(value, placeholders, references) : null
      const text = type === null ? placeholders.write(value) : { text: placeholders.write(value), type }
      addField(parts, name, json === null ? text : { json: json.value })
    }
  }
  return Object.keys(parts).length === 0 ? null : { keys: { multipart: parts }, type: null }
}

function filePart(path: string, type: string | null, { files, placeholders }: PostmanContext): object {
  const file = files.take(path)
  const { name } = sentName(file, baseName(path))
  return {
    file,
    ...(type !== null && { type }),
    ...(name !== undefined && { name: placeholders.write(placeholders.literal(name)) }),
  }
}

/** A part's media type; null if it has none or an invalid one, which is noted. */
function mediaTypeOf(entry: unknown, scope: Scope, { notes }: PostmanContext): string | null {
  const type = (textField(entry, 'contentType') ?? '').trim()
  if (type === '' || (isMediaType(type) && !type.includes('{'))) return type || null
  notes.add('left out content types of parts that are invalid or contain variables', scope.request)
  return null
}

function readGraphql(graphql: unknown, scope: Scope, context: PostmanContext): Body | null {
  const { variables, placeholders, references } = context
  const query = textOf(field(graphql, 'query')) ?? ''
  const given = field(graphql, 'variables')
  const text = typeof given === 'string' ? given : given === undefined ? '' : writeExact(given)
  const operationName = textField(graphql, 'operationName')
  if (query.trim() === '') return null
  const safe = withoutSecrets(variables.fillIn(query, scope), context)
  const json = {
    ...(operationName !== null && {
      operationName: placeholders.write(variables.fillIn(operationName, scope)),
    }),
    query: placeholders.write(safe),
  }
  if (text.trim() === '') return { keys: { json }, type: null }
  const parsed = readTemplateJson(variables.fillIn(text, scope), placeholders, references)
  if (parsed !== null) return { keys: { json: { ...json, variables: parsed.value } }, type: null }
  const encoded = mapLiterals(safe, (literal) => JSON.stringify(literal).slice(1, -1))
  const body = `{"query":"${encoded}","variables":${withoutSecrets(variables.fillIn(text, scope), context)}}`
  return { keys: { body: placeholders.write(body) }, type: 'application/json' }
}

function readFile(file: unknown, type: string | null, scope: Scope, context: PostmanContext): Body | null {
  const content = textField(file, 'content')
  if (content !== null) {
    const body = context.placeholders.write(withoutSecrets(context.variables.fillIn(content, scope), context))
    return { keys: { body }, type: type ?? 'application/octet-stream' }
  }
  const path = textOf(file) ?? textField(mapOf(file), 'src')
  if (path === null) {
    context.notes.add('sent without a body, because no file was chosen', scope.request)
    return null
  }
  return { keys: { file: context.files.take(path) }, type }
}
