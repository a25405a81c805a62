/**
 * Splits JSON into tokens by scanning, because a regular expression overflows the stack in strings of several
 * megabytes.
 */

const [QUOTE, BACKSLASH] = [0x22, 0x5c]

/** The index after the string that starts at `at`; the end of the text if it isn't closed. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    // After an even number of backslashes, the quote isn't escaped.
    if ((end - before) % 2 === 1) return end + 1
  }
  return text.length
}

/**
 * The tokens of a JSON text in order: strings, punctuation and the text between them, without whitespace. Accepts
 * invalid JSON, too.
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
