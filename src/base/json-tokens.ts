/**
 * JSON text in pieces. By scanning, because a regular expression runs out of stack in a string of some megabytes.
 */

const [QUOTE, BACKSLASH] = [0x22, 0x5c]

/** Behind the string that begins at `at`; the end of the text when it isn't closed. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // An even number of backslashes stand for themselves.
    if ((end - before) % 2 === 1) return end + 1
  }
  return text.length
}

/**
 * The tokens of a JSON text from first to last: strings, signs, and whatever else stands between them, without spaces. What
 * is no JSON comes out in pieces, too.
 */
export function* jsonTokens(text: string): Generator<{ readonly token: string; readonly at: number }> {
  const space = /\s*/y
  const other = /[[\]{},:]|[^\s"[\]{},:]+/y
  for (let at = 0; ; ) {
    space.lastIndex = at
    space.exec(text)
    at = space.lastIndex
    if (at >= text.length) return
    if (text.charCodeAt(at) === QUOTE) {
      const end = endOfString(text, at)
      yield { token: text.slice(at, end), at }
      at = end
    } else {
      other.lastIndex = at
      const [token] = other.exec(text)!
      yield { token, at }
      at += token.length
    }
  }
}
