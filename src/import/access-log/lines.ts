/**
 * Splits a stream of text into lines.
 */

/** Longer lines are not log entries. The rest of such a line is dropped. */
const LENGTH_MAX = 65_536

/** The lines of a text, without line ends. Holds at most one line and one piece in memory. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    let from = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      const line = rest + piece.slice(from, end)
      yield line.endsWith('\r') ? line.slice(0, -1) : line
      rest = ''
      from = end + 1
    }
    if (rest.length < LENGTH_MAX) rest += piece.slice(from, from + LENGTH_MAX)
  }
  if (rest !== '') yield rest
}
