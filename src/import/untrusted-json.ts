/**
 * Values of another program's file: whatever kind they are, nothing is taken for granted and nothing inherited from
 * a prototype is seen.
 */
import { UserError, userError } from '../base/errors.js'
import { parseExact } from '../base/exact-json.js'
import { readYamlValue } from '../scenario/yaml/yaml.js'

/** Any larger, and it isn't a description of an API but a dump of something. */
const CHARACTERS_MAX = 64_000_000

/** The value of a JSON or YAML text; whole numbers that JavaScript can't hold are of type `bigint`. Throws a UserError with line and column where it is neither. */
export function readForeign(text: string, file: string): unknown {
  if (text.length > CHARACTERS_MAX)
    throw userError(`${file}: larger than 64 MB`, 'export a part of it, such as one folder')
  const content = text.replace(/^\uFEFF/, '')
  if (content.trim() === '') throw userError(`${file}: the file is empty`)
  if (/^\s*[{[]/.test(content)) {
    try {
      return parseExact(content)
    } catch {
      // JSON with a comma too many is YAML all the same; of what isn't, the YAML reader knows the place.
    }
  }
  const { value, problems } = readYamlValue(content, file)
  if (problems.length > 0) throw new UserError(problems)
  return value
}

/** A map of unknown values. */
export type Foreign = Readonly<Record<string, unknown>>

/** Whether the value is a map. */
export function isForeign(value: unknown): value is Foreign {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it's a map, an empty one otherwise. */
export function mapOf(value: unknown): Foreign {
  return isForeign(value) ? value : {}
}

/** What stands under a key of its own; undefined without one, and where there is no map. */
export function field(value: unknown, key: string): unknown {
  return isForeign(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The entries of a list; none where there is no list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text, or a single value by its letters; null for all else. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return /^(?:number|boolean|bigint)$/.test(typeof value) ? String(value) : null
}

/** The field as a text; null when there is none, or an empty one. */
export function textField(value: unknown, key: string): string | null {
  return textOf(field(value, key)) || null
}
