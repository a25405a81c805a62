/**
 * Text in pieces of any size → its lines.
 */

/** Longer lines are no entries of a log; their rest is dropped. */
const LENGTH_MAX = 65_536

/** The lines of a text, one after the other, without their ends. Holds no more than a line and a piece. */
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
