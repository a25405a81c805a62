/**
 * JSON of other programs: read as a whole, and looked into without trust.
 */
import { messageOf, UserError, userError } from '../base/errors.js'
import { Source } from '../scenario/yaml/source.js'
import { findJsonFault } from './json-fault.js'

/** The value of a JSON text. Throws a UserError that says where it is broken. */
export function readJsonFile(text: string, file: string): unknown {
  const content = text.replace(/^\ufeff/, '')
  if (content.trim() === '') throw userError(`${file}: the file is empty`)
  try {
    return JSON.parse(content)
  } catch (error) {
    const end = content.trimEnd().length
    const at = Math.min(findJsonFault(content), end)
    const told = messageOf(error).replace(/(?: in JSON| after JSON)? at position.*$|, "?.*$|, \.\.\..*$/s, '')
    const reason = at === end ? 'unexpected end of file' : told
    const place = new Source(file, content).place([at, at + 1])
    throw new UserError([{ message: `not valid JSON: ${reason}`, place, hint: 'export the file again' }])
  }
}

/** What stands at the end of a path of keys; undefined where it leads nowhere. */
export function dig(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((at: unknown, key) => {
    const isMap = typeof at === 'object' && at !== null && !Array.isArray(at)
    return isMap && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  }, value)
}

/** The text there; null when it's something else. */
export function digText(value: unknown, ...keys: readonly string[]): string | null {
  const found = dig(value, ...keys)
  return typeof found === 'string' ? found : null
}

/** The number there; null when it's something else. */
export function digNumber(value: unknown, ...keys: readonly string[]): number | null {
  const found = dig(value, ...keys)
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** The list there; an empty one when it's something else. */
export function digList(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = dig(value, ...keys)
  return Array.isArray(found) ? found : []
}
