/**
 * Text in columns of a terminal.
 */
import { stripVTControlCharacters } from 'node:util'

/** How many columns a text takes: colours none, Chinese, Japanese, Korean and emoji two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const char of stripVTControlCharacters(text)) width += charWidth(char)
  return width
}

/** The text in at most `width` columns, ending in … where something was left out. Only for text without colours. */
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

/**
 * The text in at most `width` columns, with … where its middle was: paths and names differ at their end as often as at
 * their beginning. Only for text without colours.
 */
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
  // A mark without its letter would join the ….
  while (tail.length > 0 && charWidth(tail[0]!) === 0) tail.shift()
  return `${truncate(`${chars.join('')}…`, width - used + 1)}${tail.join('')}`
}

/**
 * The text in lines of at most `width` columns, broken at spaces. The first line keeps the spaces it begins with, the
 * others begin with `indent`.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = /^ */.exec(text)![0]
  for (const word of text
    .trimStart()
    .split(' ')
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

/** A word too long for a line, such as a path, in parts: broken where its own parts end, if they are long enough. */
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
