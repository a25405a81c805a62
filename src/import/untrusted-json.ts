/**
 * Accessors for untrusted JSON or YAML: they assume no types and ignore inherited properties.
 */
import { UserError, userError } from '../base/errors.js'
import { parseExact } from '../base/exact-json.js'
import { readYamlValue } from '../scenario/yaml/yaml.js'

/** A larger file isn't an API description but a data dump. */
const CHARACTERS_MAX = 64_000_000

/**
 * Parses JSON or YAML. Whole numbers beyond JavaScript's safe range become `bigint`. Throws a UserError with line and
 * column if the text is neither.
 */
export function parseJsonOrYaml(text: string, file: string): unknown {
  if (text.length > CHARACTERS_MAX)
    throw userError(`${file}: larger than 64 MB`, 'export a part of it, such as one folder')
  const content = text.replace(/^\uFEFF/, '')
  if (content.trim() === '') throw userError(`${file}: the file is empty`)
  if (/^\s*[{[]/.test(content)) {
    try {
      return parseExact(content)
    } catch {
      // JSON with a trailing comma is valid YAML. For other errors the YAML reader reports the place.
    }
  }
  const { value, problems } = readYamlValue(content, file)
  if (problems.length > 0) throw new UserError(problems)
  return value
}

/** A map of unknown values. */
export type UnknownMap = Readonly<Record<string, unknown>>

/** Whether the value is a map. */
export function isMap(value: unknown): value is UnknownMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it's a map, otherwise an empty map. */
export function mapOf(value: unknown): UnknownMap {
  return isMap(value) ? value : {}
}

/** The value of an own key; undefined if there is none. */
export function field(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The list's items; empty if it's not a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text, number or boolean as text; null for anything else. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return /^(?:number|boolean|bigint)$/.test(typeof value) ? String(value) : null
}

/** The field as text; null if it's missing or empty. */
export function textField(value: unknown, key: string): string | null {
  return textOf(field(value, key)) || null
}
