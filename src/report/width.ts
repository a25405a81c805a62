/**
 * Measures and wraps text in terminal columns.
 */
import { stripVTControlCharacters } from 'node:util'

/** Returns the width in columns: 0 for colors and combining marks, 2 for Chinese, Japanese, Korean and emoji. */
export function displayWidth(text: string): number {
  let width = 0
  for (const char of stripVTControlCharacters(text)) width += charWidth(char)
  return width
}

/** Shortens the text to `width` columns, ending in … if it was cut. The text must have no colors. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const char of text) {
    used += charWidth(char)
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
  while (chars.length > 0 && used + charWidth(chars.at(-1)!) <= Math.ceil(width / 2)) {
    const char = chars.pop()!
    used += charWidth(char)
    tail.unshift(char)
  }
  // A combining mark without its letter would attach to the ….
  while (tail.length > 0 && charWidth(tail[0]!) === 0) tail.shift()
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

function charWidth(char: string): number {
  if (/^\p{Mark}$/u.test(char)) return 0
  return WIDE.test(char) ? 2 : 1
}

/** Unicode's East Asian Wide and Fullwidth, by blocks. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u
