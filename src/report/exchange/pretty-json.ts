/**
 * JSON with line breaks and indentation. It works on the text, not on the value: numbers too long for a double, keys
 * that stand twice and escapes are shown as they came.
 */
import { jsonTokens } from '../../base/json-tokens.js'

/** The text laid out; null when it isn't JSON. */
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

/** Deeper levels stand below each other: nobody reads them, and their spaces would be more than a text can hold. */
const LEVELS_MOST = 40

function newLine(depth: number): string {
  return `\n${'  '.repeat(Math.min(depth, LEVELS_MOST))}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
