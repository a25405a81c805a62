/**
 * An access log line in JSON.
 */
import { dig } from '../json-file.js'
import { entryOf } from './fields.js'
import type { LineContent } from './line-parts.js'

/** Keys where Docker and log collectors put the original line. */
const INNER = ['log', 'message', 'MESSAGE', 'msg', 'line', 'textPayload']

/** Keys where collectors and clouds nest the request's fields. */
const WRAPPERS = ['httpRequest', 'properties', 'jsonPayload', '_source', 'fields']

/** The entry in a JSON line, or in the line that it wraps, which `readInner` reads. */
export function readJsonLine(line: string, readInner: (line: string) => LineContent): LineContent {
  const value = parse(line) ?? parse(line.replace(/^\[/, '').replace(/[,\]]+$/, ''))
  if (value === undefined) return null
  const entry = readEntry(value)
  if (entry !== null) return entry
  for (const wrapper of WRAPPERS) {
    const inside = dig(value, wrapper)
    if (typeof inside !== 'object' || inside === null) continue
    const wrapped = readEntry({ ...(value as object), ...inside })
    if (wrapped !== null) return wrapped
  }
  const inner = first(value, INNER)
  return typeof inner === 'string' && inner.length < line.length ? readInner(inner.trimEnd()) : null
}

function readEntry(value: unknown): LineContent {
  return entryOf((names) => first(value, names))
}

/** The value of the first name that exists. A dot is part of the name or separates nested keys. */
function first(value: unknown, names: readonly string[]): string | number | null {
  for (const name of names) {
    const found = dig(value, name) ?? (name.includes('.') ? dig(value, ...name.split('.')) : undefined)
    if ((typeof found === 'string' && found !== '' && found !== '-') || typeof found === 'number')
      return found
  }
  return null
}

function parse(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) && value.length === 1 ? value[0] : value
  } catch {
    return undefined
  }
}
