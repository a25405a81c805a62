/**
 * Formats a problem for a terminal: the place, the line with a caret, the hint.
 */
import type { Place, Problem } from './errors.js'
import { blanked, printable, shortened } from './printable.js'

/** Longer lines are quoted in part, so that the caret is visible. */
const QUOTE_WIDTH = 100
/** Longer messages are generated, and reading on doesn't help. */
const MESSAGE_MAX = 600

/**
 * A problem as text, without a newline at its end:
 *
 *     scenarios/shop.yaml:7:19: load.stages[0].duration: "10x" is not a duration
 *       7 |     - { duration: 10x, vus: 50 }
 *         |                   ^^^
 *       hint: write a number and a unit, such as 500ms, 30s or 1m30s
 */
export function renderProblem(problem: Problem): string {
  const { message, place, hint } = problem
  const where = place === null ? '' : `${printable(place.file)}:${place.line}:${place.column}: `
  const lines = [`${where}${readable(message)}`]
  if (place !== null) lines.push(...quote(place))
  if (hint !== null) lines.push(`  hint: ${readable(hint)}`)
  return lines.join('\n')
}

/** One line that is safe for a terminal. */
function readable(text: string): string {
  return shortened(printable(text), MESSAGE_MAX)
}

function quote(place: Place): string[] {
  const { text, column } = window(place)
  const number = String(place.line)
  const room = Math.max(1, text.length - column + 1)
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, room)))
  return [
    `  ${number} | ${text}`.trimEnd(),
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1)}${caret}`,
  ]
}

/** The part of the line around the place. Unprintable characters become spaces, so that the caret lines up. */
function window(place: Place): { text: string; column: number } {
  const line = blanked(place.text)
  if (line.length <= QUOTE_WIDTH) return { text: line, column: place.column }
  const start = Math.max(0, Math.min(place.column - 1 - QUOTE_WIDTH / 2, line.length - QUOTE_WIDTH))
  const end = start + QUOTE_WIDTH
  const before = start > 0 ? '…' : ''
  const after = end < line.length ? '…' : ''
  // Again, because the cut may have split a surrogate pair.
  return {
    text: before + blanked(line.slice(start, end)) + after,
    column: place.column - start + before.length,
  }
}
