/**
 * Recorded bodies → the keys `json`, `form`, `body`, `file` and `multipart` of a request.
 */
import { isSecretField } from '../base/secrets.js'
import { contentTypeOf, isMediaType } from '../scenario/blocks/content-types.js'
import { hideInText } from './credentials.js'
import { addField, areAdjacent } from './fields.js'
import type { ImportContext } from './import-context.js'
import { type Part, partsOf } from './multipart.js'
import { hasPlaceholder } from './placeholders.js'
import { baseName } from './upload-files.js'

/** A body as it was sent. */
export type RecordedBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'file'; readonly path: string }

/** The keys of a body, and whether they imply the recorded content type. */
interface DraftBody {
  readonly keys: Readonly<Record<string, unknown>>
  readonly impliesType: boolean
}

/** Longer bodies make a scenario unreadable and belong in files. */
const TEXT_LENGTH_MAX = 100_000

/** The most readable form of the body that sends the same bytes or the same JSON. `type`: its content type. */
export function draftBody(
  body: RecordedBody,
  type: string | null,
  { notes, credentials, files }: ImportContext,
): DraftBody {
  if (body.kind === 'file') return { keys: { file: files.take(body.path) }, impliesType: false }
  if (body.kind === 'parts') return { keys: draftParts(body.parts), impliesType: true }
  if (body.text === '') return { keys: {}, impliesType: false }
  if (body.text.length > TEXT_LENGTH_MAX) {
    notes.add('left out bodies of more than 100 kB: save each to a file and write file: <path>')
    return { keys: {}, impliesType: false }
  }
  const essence = (type ?? '').split(';')[0]!.trim().toLowerCase()
  if (essence === 'multipart/form-data') {
    const parts = partsOf(body.text, type!)
    if (parts !== null) return { keys: draftParts(parts), impliesType: true }
  }
  if (essence === 'application/json' || essence.endsWith('+json')) {
    const json = readExactJson(body.text)
    if (json !== undefined) {
      const isUsual = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type!)
      return { keys: { json: hideFields(json) }, impliesType: isUsual }
    }
  }
  if (essence === 'application/x-www-form-urlencoded') {
    const fields = readForm(body.text)
    if (fields !== null) return { keys: { form: hideFields(fields) }, impliesType: true }
    if (/^\s*[{[]/.test(body.text)) {
      notes.add(
        'a body looks like JSON but its content type is a form: if that is wrong, write json instead of body',
      )
    }
  }
  if (/[\x00-\x08\ufffd\ud800-\udfff]|^data:[^,]*;base64,/u.test(body.text)) {
    notes.add('binary bodies were recorded as text: save each to a file and write file: <path>')
  }
  return { keys: { body: hideInText(body.text, hideField) }, impliesType: false }

  function draftParts(parts: readonly Part[]): Record<string, unknown> {
    const fields: Record<string, unknown> = Object.create(null)
    for (const part of parts) {
      const { name, file: path } = part
      if (name === '__proto__') {
        notes.add('left out form fields whose names cannot be keys', name)
        continue
      }
      if (path?.trim() === '') {
        notes.add('left out form fields without a chosen file', name)
        continue
      }
      addField(fields, name, path !== null ? draftFile(path, part) : draftText(part))
    }
    return Object.keys(fields).length === 0 ? {} : { multipart: { ...fields } }
  }

  function draftFile(path: string, { type, fileName }: Part): object {
    const file = files.take(path)
    const isOwn = type != null && isMediaType(type) && type !== contentTypeOf(file)
    return { file, ...(isOwn && { type }), ...sentName(file, fileName ?? baseName(path)) }
  }

  function draftText({ name, text, type }: Part): unknown {
    // text/plain is the default (RFC 7578, section 4.4).
    if (type == null || !isMediaType(type) || type === 'text/plain') return hideField(name, text)
    const json = type === 'application/json' ? readExactJson(text) : undefined
    return json === undefined ? { text: hideField(name, text), type } : { json: hideFields(json, name) }
  }

  function hideField(name: string, value: string): string {
    return isSecretField(name) ? credentials.hide(name, value) : value
  }

  function hideFields<T>(value: T, name = ''): T {
    if (typeof value === 'string') {
      // A GraphQL query contains its arguments in its text.
      return (name === 'query' ? hideInText(value, hideField) : hideField(name, value)) as T
    }
    if (Array.isArray(value)) return value.map((item) => hideFields(item, name)) as T
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideFields(item, key)])) as T
  }
}

/** The key `name`, if the form uses another file name. */
export function sentName(file: string, name: string): { readonly name?: string } {
  return name === file || name === '' || name === '-' ? {} : { name }
}

const DEPTH_MAX = 50
/** Longer keys need special syntax in YAML. */
const KEY_LENGTH_MAX = 1000

/** The parsed JSON; undefined if it's invalid or a scenario would not send the same value. */
function readExactJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? []
    const isExact = numbers.every((number) => number.replace(/e.*$|\D/gi, '').length <= 15)
    return value !== null && isExact && isWritable(value, 0) ? value : undefined
  } catch {
    return undefined
  }
}

function isWritable(value: unknown, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (Array.isArray(value)) return value.every((item) => isWritable(item, depth + 1))
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(
    ([key, item]) =>
      key !== '__proto__' &&
      key.length < KEY_LENGTH_MAX &&
      !hasPlaceholder(key) &&
      isWritable(item, depth + 1),
  )
}

/** The fields of a URL-encoded form; null if a map can't represent them exactly. */
function readForm(text: string): Record<string, unknown> | null {
  const fields: Record<string, unknown> = Object.create(null)
  const names: string[] = []
  for (const pair of text.split('&')) {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) return null
    const [key, field] = [decodeField(name), decodeField(value)]
    if (key === null || field === null) return null
    if (key === '' || key === '__proto__' || key.length > KEY_LENGTH_MAX || hasPlaceholder(key)) return null
    addField(fields, key, field)
    names.push(key)
  }
  return areAdjacent(names) ? { ...fields } : null
}

function decodeField(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
