/**
 * Measures and wraps text in terminal columns, with the same version of string-width as cli-table3, so that both agree on
 * what fits. Later versions of string-width take 40 ms of CPU time to load.
 */
import stringWidth from 'string-width'
import type { Output } from '../base/io.js'
import type { Layout } from '../base/problem.js'

/** Returns the width in columns: 0 for colors, 2 for Chinese, Japanese, Korean and emoji. */
export const displayWidth: (text: string) => number = stringWidth

/** Shortens the text to `width` columns, ending in … if it was cut. The text must have no colors. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const char of text) {
    used += displayWidth(char)
    if (used > width - 1) break
    kept += char
  }
  return `${kept.trimEnd()}…`
}

/** Shortens with … in the middle: paths and names differ at both ends. The text must have no colors. */
export function truncateMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const chars = [...text]
  const tail: string[] = []
  let used = 1
  while (chars.length > 0 && used + displayWidth(chars.at(-1)!) <= Math.ceil(width / 2)) {
    const char = chars.pop()!
    used += displayWidth(char)
    tail.unshift(char)
  }
  // A combining mark without its letter would attach to the ….
  while (/^\p{Mark}/u.test(tail[0] ?? '')) tail.shift()
  return `${truncate(`${chars.join('')}…`, width - used + 1)}${tail.join('')}`
}

/** Wraps at spaces to `width` columns, but not before a `%`. The first line keeps its leading spaces; the others start with `indent`. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = /^ */.exec(text)![0]
  for (const word of text
    .trimStart()
    .split(/ (?!%)/)
    .flatMap((each) => pieces(each, width - indent.length))) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`
    if (line.trim() !== '' && displayWidth(longer) > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = longer
    }
  }
  return [...lines, line].join('\n')
}

/** The text as the output takes it: for a terminal, its lines are wrapped. */
export function fitted(text: string, output: Output): string {
  const layout = layoutOf(output)
  if (layout === null) return text
  return text
    .split('\n')
    .map((line) => wrap(line, layout.columns, '  '))
    .join('\n')
}

/** Returns how problems are laid out for the output: as they are, unless it is a terminal. */
export function layoutOf({ isTerminal, columns }: Output): Layout | null {
  return isTerminal ? { columns, wrap } : null
}

/** Splits a word that is too long for a line, preferably after a separator such as a slash. */
function pieces(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word]
  let head = ''
  for (const char of word) {
    if (head !== '' && displayWidth(head + char) > width) break
    head += char
  }
  const end = /^.*[/\\._\-?&=,;:]/su.exec(head)?.[0] ?? ''
  const first = displayWidth(end) >= width / 2 ? end : head
  const rest = word.slice(first.length)
  return rest === '' ? [first] : [first, ...pieces(rest, width)]
}
