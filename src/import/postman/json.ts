/**
 * JSON with variables, as Postman sends it → the `json` of a scenario.
 */
import { isSecretField } from '../../base/secrets.js'
import type { References } from '../env-references.js'
import { hasPlaceholders, type Placeholders } from '../template-text.js'

/** Marks a placeholder outside quotes while the text around it is parsed. */
const BARE = '\uE002'

/** Thrown if `json` can't represent a value. The text is then sent unchanged. */
class NotRepresentable extends Error {}

/**
 * The value of a JSON text with placeholders, as a scenario writes it. Null if it isn't JSON, or if `json` would send
 * something other than Postman.
 */
export function readTemplateJson(
  text: string,
  placeholders: Placeholders,
  references: References,
): { value: unknown } | null {
  if (text.includes(BARE)) return null
  const parsed = parse(quoteBare(text)) ?? parse(quoteBare(stripComments(text)))
  if (parsed === null) return null
  try {
    return { value: convert(parsed.value, '', { placeholders, references }) }
  } catch (error) {
    if (error instanceof NotRepresentable) return null
    throw error
  }
}

function parse(text: string): { value: unknown } | null {
  // Larger whole numbers than JavaScript's would be sent changed.
  if (/[:[,\s]-?\d{16,}(?=\s*[,\]}])/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'))) return null
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** Quotes placeholders that are outside quotes, and marks them. */
function quoteBare(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[\s\S])*"|(\uE000\d+\uE001)/g, (whole, bare: string | undefined) =>
    bare === undefined ? whole : `"${BARE}${bare}"`,
  )
}

interface Tools {
  readonly placeholders: Placeholders
  readonly references: References
}

/** A scenario has a limit, too. */
const DEPTH_MAX = 50

function convert(value: unknown, key: string, tools: Tools, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw new NotRepresentable()
  if (typeof value === 'string') return convertText(value, key, tools)
  if (Array.isArray(value)) return value.map((item) => convert(item, key, tools, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (hasPlaceholders(name) || name.includes(BARE) || name === '__proto__') throw new NotRepresentable()
      return [name, convert(part, name, tools, depth + 1)]
    }),
  )
}

function convertText(text: string, key: string, { placeholders, references }: Tools): unknown {
  const isBare = text.startsWith(BARE)
  const placeholder = placeholders.only(isBare ? text.slice(1) : text)
  // In quotes the value has to stay text; outside quotes it must not become text.
  const isText = placeholder?.type === 'text'
  if (placeholder !== null && placeholder.type !== 'any' && isBare === isText) throw new NotRepresentable()
  if (isBare) return placeholder!.written
  if (text !== '' && !hasPlaceholders(text) && isSecretField(key)) return references.takeSecret(key, text)
  return placeholders.write(text)
}

/** The text without comments. Texts in quotes are kept. */
function stripComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (_, quoted: string | undefined) => quoted ?? '',
  )
}
