/**
 * Text in columns of a terminal, measured with the same version of string-width as cli-table3, so that both agree on
 * what fits. Later versions of string-width take 40 ms of CPU time to load.
 */
import stringWidth from 'string-width'

/** The number of columns that a text takes. Color codes take none, Chinese, Japanese, Korean and emoji two. */
export const displayWidth: (text: string) => number = stringWidth

/** The text in at most `width` columns, ending in … where something was left out. Only for text without colors. */
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

/**
 * The text in at most `width` columns, with … where its middle was: paths and names differ at their end as often as at
 * their beginning. Only for text without colors.
 */
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
  // A mark without its letter would join the ….
  while (/^\p{Mark}/u.test(tail[0] ?? '')) tail.shift()
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
