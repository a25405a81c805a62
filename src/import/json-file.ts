/**
 * Reads JSON from other programs without trusting its shape.
 */
import { messageOf, UserError, userError } from '../base/errors.js'
import { Source } from '../scenario/yaml/source.js'
import { findJsonError } from './json-error.js'

/** Parses JSON. Throws a UserError with line and column if it's invalid. */
export function readJsonFile(text: string, file: string): unknown {
  const content = text.replace(/^\ufeff/, '')
  if (content.trim() === '') throw userError(`${file}: the file is empty`)
  try {
    return JSON.parse(content)
  } catch (error) {
    const end = content.trimEnd().length
    const at = Math.min(findJsonError(content), end)
    const message = messageOf(error).replace(
      /(?: in JSON| after JSON)? at position.*$|, "?.*$|, \.\.\..*$/s,
      '',
    )
    const reason = at === end ? 'unexpected end of file' : message
    const place = new Source(file, content).place([at, at + 1])
    throw new UserError([{ message: `not valid JSON: ${reason}`, place, hint: 'export the file again' }])
  }
}

/** The value at a path of keys; undefined if there is none. */
export function dig(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((at: unknown, key) => {
    const isMap = typeof at === 'object' && at !== null && !Array.isArray(at)
    return isMap && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  }, value)
}

/** The text at a path; null if it's not a text. */
export function digText(value: unknown, ...keys: readonly string[]): string | null {
  const found = dig(value, ...keys)
  return typeof found === 'string' ? found : null
}

/** The number at a path; null if it's not a number. */
export function digNumber(value: unknown, ...keys: readonly string[]): number | null {
  const found = dig(value, ...keys)
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** The list at a path; empty if it's not a list. */
export function digList(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = dig(value, ...keys)
  return Array.isArray(found) ? found : []
}
