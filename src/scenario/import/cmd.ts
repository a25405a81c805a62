/**
 * Command lines for Windows' cmd.exe → words. Two programs read them, one after the other: cmd.exe takes the carets
 * out, then the C library of the program splits the rest at blanks outside of quotes.
 */
import { unmarked } from './marks.js'
import type { Command } from './shell.js'

/** Whether a text is quoted for cmd.exe: lines that end in a caret, or quotes behind one. */
export function isCmd(text: string): boolean {
  return /\^[ \t]*\r?\n|\^"/.test(text)
}

/** The commands of a text for cmd.exe. */
export function readCmd(text: string): Command[] {
  return readCarets(unmarked(text).replaceAll('\r\n', '\n'))
    .map(splitWords)
    .filter((words) => words.length > 0)
}

/** The lines that cmd.exe would run: a caret takes the special meaning from what follows it, also a line break. */
function readCarets(text: string): string[] {
  const lines: string[] = []
  let line = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === '^' && !isQuoted) {
      // The line break is gone, and what comes behind it stands for itself, should it be another one.
      if (text[at + 1] === '\n') at++
      line += text[++at] ?? ''
    } else if (char === '\n' || (char === '&' && !isQuoted)) {
      lines.push(line)
      line = ''
      isQuoted = false
    } else {
      if (char === '"') isQuoted = !isQuoted
      line += char
    }
  }
  return [...lines, line]
}

/** As Microsoft's C library does: `\"` is a quote, and so is `""` within quotes; other backslashes are backslashes. */
function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let isQuoted = false
  for (const [piece, backslashes = '', quotes = ''] of line.matchAll(/(\\*)("+)|\s+|\\+|[^\s"\\]+/g)) {
    if (quotes === '') {
      if (/^\s/.test(piece) && !isQuoted) {
        if (word !== null) words.push(word)
        word = null
      } else {
        word = (word ?? '') + piece
      }
      continue
    }
    word = (word ?? '') + '\\'.repeat(Math.floor(backslashes.length / 2))
    let left = quotes.length
    if (backslashes.length % 2 === 1) {
      word += '"'
      left--
    }
    while (left > 0) {
      if (isQuoted && left >= 2) {
        word += '"'
        left -= 2
      } else {
        isQuoted = !isQuoted
        left--
      }
    }
  }
  return word === null ? words : [...words, word]
}
