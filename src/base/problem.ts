/**
 * Formats a problem for a terminal: the place, the line with a caret, the hint.
 */
import type { Place, Problem } from './errors.js'
import { blanked, printable, shortened } from './printable.js'

/** Longer lines are quoted in part, so that the caret is visible. */
const QUOTE_WIDTH = 100
/** No line is quoted in less. */
const QUOTE_WIDTH_LEAST = 20
/** Longer messages are generated, and reading on doesn't help. */
const MESSAGE_MAX = 600

/** How text is laid out for a terminal. */
export interface Layout {
  readonly columns: number
  readonly wrap: (text: string, columns: number, indent: string) => string
}

/** Several problems as text, with an empty line between two; laid out for a terminal, or as they are. */
export function renderProblems(problems: readonly Problem[], layout: Layout | null): string {
  return problems.map((problem) => render(problem, layout)).join('\n\n')
}

/**
 * A problem as text, without a newline at its end:
 *
 *     scenarios/shop.yaml:7:19: load.stages[0].duration: "10x" is not a duration
 *       7 |     - { duration: 10x, vus: 50 }
 *         |                   ^^^
 *       hint: write a number and a unit, such as 500ms, 30s or 1m30s
 */
export function renderProblem(problem: Problem): string {
  return render(problem, null)
}

function render({ message, place, hint }: Problem, layout: Layout | null): string {
  const laid = (text: string) => layout?.wrap(text, layout.columns, '    ') ?? text
  const where = place === null ? '' : `${printable(place.file)}:${place.line}:${place.column}: `
  const lines = [laid(`${where}${readable(message)}`)]
  if (place !== null) lines.push(...quote(place, layout))
  if (hint !== null) lines.push(laid(`  hint: ${readable(hint)}`))
  return lines.join('\n')
}

/** One line that is safe for a terminal. */
function readable(text: string): string {
  return shortened(printable(text), MESSAGE_MAX)
}

function quote(place: Place, layout: Layout | null): string[] {
  const number = String(place.line)
  // Beside the number, the frame and an … at each end.
  const room = (layout?.columns ?? Number.POSITIVE_INFINITY) - number.length - 7
  const { text, column } = window(place, Math.max(QUOTE_WIDTH_LEAST, Math.min(QUOTE_WIDTH, room)))
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, text.length - column + 1)))
  return [
    `  ${number} | ${text}`.trimEnd(),
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1)}${caret}`,
  ]
}

/** The part of the line around the place. Unprintable characters become spaces, so that the caret lines up. */
function window(place: Place, width: number): { text: string; column: number } {
  const line = blanked(place.text)
  if (line.length <= width) return { text: line, column: place.column }
  const start = Math.max(0, Math.min(place.column - 1 - Math.floor(width / 2), line.length - width))
  const end = start + width
  const before = start > 0 ? '…' : ''
  const after = end < line.length ? '…' : ''
  // Again, because the cut may have split a surrogate pair.
  return {
    text: before + blanked(line.slice(start, end)) + after,
    column: place.column - start + before.length,
  }
}
