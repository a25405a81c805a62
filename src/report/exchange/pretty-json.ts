/**
 * JSON with line breaks and indentation. It works on the text, not on the value: numbers too long for a double, keys
 * that stand twice and escapes are shown as they came.
 */

/** The text laid out; null when it isn't JSON. */
export function prettyJson(text: string): string | null {
  if (!isJson(text)) return null
  let depth = 0
  let pretty = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^\s"[\]{},:]+|[[{]\s*[\]}]|[[\]{},:]/g)) {
    if (token === '{' || token === '[') pretty += `${token}${newLine(++depth)}`
    else if (token === '}' || token === ']') pretty += `${newLine(--depth)}${token}`
    else if (token === ',') pretty += `,${newLine(depth)}`
    else if (token === ':') pretty += ': '
    else pretty += /^[[{]/.test(token) ? token.replace(/\s+/g, '') : token
  }
  return pretty
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
