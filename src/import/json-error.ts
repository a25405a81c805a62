/**
 * Finds the place where JSON is invalid. `JSON.parse` doesn't always report it.
 */

/** A token and the whitespace before it. */
const TOKEN =
  /[ \t\r\n]*(?:("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)|([{}[\],:])|$)/y

/** What is expected next. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or end'

/** The offset of the first unexpected token, or the length of the text if it's truncated. */
export function findJsonError(text: string): number {
  const open: ('{' | '[')[] = []
  let expected: Expected = 'value'
  for (let at = 0; ; ) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    if (token === null) return at + /^[ \t\r\n]*/.exec(text.slice(at, at + 1000))![0].length
    const start = TOKEN.lastIndex - token[0].trimStart().length
    const next = after(expected, token, open)
    if (next === null) return start
    expected = next
    at = TOKEN.lastIndex
  }
}

/** What may follow the token; null if the token is unexpected. Updates `open`. */
function after(
  expected: Expected,
  [, string, single, sign]: RegExpExecArray,
  open: ('{' | '[')[],
): Expected | null {
  if (expected.startsWith('key') && string !== undefined) return 'colon'
  if (expected === 'colon') return sign === ':' ? 'value' : null
  if (expected === 'comma or end' && sign === ',')
    return open.length === 0 ? null : open.at(-1) === '{' ? 'key' : 'value'
  const isClosing = (sign === '}' && open.at(-1) === '{') || (sign === ']' && open.at(-1) === '[')
  if (isClosing && (expected === 'comma or end' || expected.endsWith(sign!))) {
    open.pop()
    return 'comma or end'
  }
  if (!expected.startsWith('value')) return null
  if (sign === '{' || sign === '[') {
    open.push(sign)
    return sign === '{' ? 'key or }' : 'value or ]'
  }
  return string !== undefined || single !== undefined ? 'comma or end' : null
}
