/**
 * Formats JSON with line breaks and indentation. It works on the text rather than the parsed value, so that long
 * numbers, duplicate keys and escapes are shown unchanged.
 */
import { jsonTokens } from '../../base/json-tokens.js'

/** Returns the formatted text; null if it isn't JSON. */
export function prettyJson(text: string): string | null {
  if (!isJson(text)) return null
  let depth = 0
  let pretty = ''
  let before = ''
  for (const { token } of jsonTokens(text)) {
    const isEmpty = (token === '}' && before === '{') || (token === ']' && before === '[')
    if (before === '{' || before === '[') {
      if (!isEmpty) pretty += newLine(depth)
    } else if (before === ',') pretty += newLine(depth)
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') {
      depth--
      if (!isEmpty) pretty += newLine(depth)
    }
    pretty += token === ':' ? ': ' : token
    before = token
  }
  return pretty
}

/** Deeper levels aren't indented further: nobody reads them, and the indentation could exceed the longest string. */
const LEVELS_MAX = 40

function newLine(depth: number): string {
  return `\n${'  '.repeat(Math.min(depth, LEVELS_MAX))}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
