/**
 * A line of an access log as JSON.
 */
import { dig } from '../json-file.js'
import { entryOf } from './fields.js'
import type { LineContent } from './line-parts.js'

/** Where Docker and collectors of logs put the line as the server wrote it. */
const INNER = ['log', 'message', 'MESSAGE', 'msg', 'line', 'textPayload']

/** Where collectors and clouds put the fields of the request, beside some of their own. */
const WRAPPERS = ['httpRequest', 'properties', 'jsonPayload', '_source', 'fields']

/** What a line of JSON holds, or the line in it, which `readInner` reads. */
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

/** What stands under the first of the names that is there; dots lead into maps, or are part of the name. */
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
