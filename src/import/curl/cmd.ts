/**
 * Splits command lines for Windows' cmd.exe into words, in two steps: cmd.exe removes the carets, then the program's C
 * library splits the rest at blanks outside quotes.
 */

import { type Command, outputOf, type Stream } from '../command.js'
import { stripPlaceholders } from '../placeholders.js'

/** Whether the text is quoted for cmd.exe: lines end in a caret, or a caret precedes a quote. */
export function isCmd(text: string): boolean {
  return /\^[ \t]*\r?\n|\^"/.test(text)
}

/** The commands of a cmd.exe text. */
export function readCmd(text: string): Command[] {
  const commands: Command[] = []
  let piped: Stream | null = null
  for (const { text: line, isPiped, input } of readCarets(stripPlaceholders(text).replaceAll('\r\n', '\n'))) {
    const words = splitWords(line)
    if (words.length === 0) continue
    const stdin: Stream | null = input === null ? piped : { kind: 'file', path: input }
    const command: Command = { words, stdin, isPiped, contents: new Map() }
    commands.push(command)
    piped = isPiped ? outputOfLine(line, command) : null
  }
  return commands
}

/** `echo` prints the rest of its line, including quotes. */
function outputOfLine(line: string, command: Command): Stream {
  const [, text] = /^\s*@?echo[ .:](.*)$/is.exec(line) ?? []
  return text === undefined ? outputOf(command) : { kind: 'text', text: `${text.trimEnd()}\n` }
}

interface Line {
  readonly text: string
  readonly isPiped: boolean
  readonly input: string | null
}

/** The lines that cmd.exe would run. A caret escapes the next character, even a line break. */
function readCarets(text: string): Line[] {
  const lines: Line[] = []
  let line = ''
  let input: string | null = null
  let isQuoted = false
  const end = (isPiped: boolean) => {
    lines.push({ text: line, isPiped, input })
    line = ''
    input = null
    isQuoted = false
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === '^' && !isQuoted) {
      // Skip the line break. The character after it is literal, even if it's another line break.
      if (text[at + 1] === '\n') at++
      line += text[++at] ?? ''
    } else if (char === '\n' || (/[&|]/.test(char) && !isQuoted)) {
      const isPiped = char === '|' && text[at + 1] !== '|'
      if (char !== '\n' && text[at + 1] === char) at++
      end(isPiped)
    } else if (/[<>]/.test(char) && !isQuoted) {
      const [all = char, quoted, plain] =
        /^(?:>>?|<)(?:&\d|[ \t]*(?:"([^"\n]*)"|([^\s<>|&^"]*)))/.exec(text.slice(at, at + 1000)) ?? []
      if (char === '<') input = quoted ?? plain ?? null
      // A file handle: `2>nul`.
      line = line.replace(/(?<=\s)\d$/, '')
      at += all.length - 1
    } else {
      if (char === '"') isQuoted = !isQuoted
      line += char
    }
  }
  end(false)
  return lines
}

/** Splits like Microsoft's C library: `\"` is a quote, and so is `""` within quotes. Other backslashes are literal. */
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
