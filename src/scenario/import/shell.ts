/**
 * Command lines as people paste them → words: the quoting of sh and bash, as far as commands that were copied use it.
 */
import { unmarked, variable } from './marks.js'

/** A command of several in a text: its words, with marks where the shell would fill in a variable. */
export type Command = readonly string[]

/** What a shell does that words can't show. */
export interface ShellNotes {
  /** `$TOKEN` stood in the text. */
  onVariable(name: string): void
  /** `$(date)` stood in the text. */
  onSubstitution(command: string): void
}

/** The commands of a text for sh or bash; comments, redirections and empty lines left out. */
export function readShell(text: string, notes: ShellNotes): Command[] {
  return new ShellReader(unmarked(text), notes).commands()
}

class ShellReader {
  private at = 0
  private words: string[] = []
  /** The word that is being read; null between words. */
  private word: string | null = null
  private readonly done: Command[] = []
  private readonly text: string
  private readonly notes: ShellNotes

  constructor(text: string, notes: ShellNotes) {
    this.text = text
    this.notes = notes
  }

  commands(): Command[] {
    while (this.at < this.text.length) this.step()
    this.endCommand()
    return this.done
  }

  private step(): void {
    const rest = this.text.slice(this.at, this.at + 3)
    const char = rest[0]!
    if (/^\\\r?\n/.test(rest)) this.at += rest.indexOf('\n') + 1
    else if (char === '\\') this.take(this.text[this.at + 1] ?? '', 2)
    else if (char === "'") this.single()
    else if (char === '"') this.double()
    else if (rest.startsWith("$'")) this.ansi()
    else if (char === '$') this.dollar()
    else if (char === '`') this.backtick()
    else if (char === '#' && this.word === null) this.skip(/[^\n]*/y)
    else if (/[\n;|&()]/.test(char)) this.endCommand(1)
    else if (/\s/.test(char)) this.endWord(1)
    else if (/[<>]/.test(char)) this.redirection()
    else this.take(char, 1)
  }

  private take(text: string, length: number): void {
    this.word = (this.word ?? '') + text
    this.at += length
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }

  private endWord(length = 0): void {
    if (this.word !== null) this.words.push(this.word)
    this.word = null
    this.at += length
  }

  private endCommand(length = 0): void {
    this.endWord(length)
    if (this.words.length > 0) this.done.push(this.words)
    this.words = []
  }

  /** `> file`, `2>/dev/null`: not a part of the command's words. */
  private redirection(): void {
    if (this.word !== null && /^\d+$/.test(this.word)) this.word = null
    this.endWord()
    this.skip(/[<>&|]+\s*\d?[^\s;|&()<>]*/y)
  }

  private single(): void {
    const end = this.text.indexOf("'", this.at + 1)
    const stop = end === -1 ? this.text.length : end
    this.take(this.text.slice(this.at + 1, stop), stop + 1 - this.at)
  }

  private double(): void {
    this.take('', 1)
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      const [char, next = ''] = this.text.slice(this.at, this.at + 2)
      if (char === '\\' && next === '\n') this.at += 2
      else if (char === '\\' && '$`"\\'.includes(next)) this.take(next, 2)
      else if (char === '$') this.dollar()
      else if (char === '`') this.backtick()
      else this.take(char!, 1)
    }
    this.at++
  }

  /** `$NAME`, `${NAME}`, `$(command)`; a dollar before anything else is one. */
  private dollar(): void {
    const name = this.skip(/\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::-[^}]*)?\})/y)
    const command = name === '' ? this.skip(/\$\((?:[^()]|\([^()]*\))*\)/y) : ''
    if (name !== '') this.fill(name.replace(/^\$\{?|\}$/g, ''))
    else if (command !== '') this.substitute(command)
    else this.take('$', 1)
  }

  private fill(reference: string): void {
    const [name, preset] = reference.split(':-', 2) as [string, string | undefined]
    if (preset === undefined) this.notes.onVariable(name)
    this.take(variable(name, preset ?? null), 0)
  }

  private backtick(): void {
    const command = this.skip(/`[^`]*`/y)
    if (command === '') this.take('`', 1)
    else this.substitute(command)
  }

  private substitute(command: string): void {
    this.notes.onSubstitution(command)
    this.take(variable('VALUE'), 0)
  }

  /** `$'...'`, as browsers quote what holds line breaks or quotes. */
  private ansi(): void {
    this.take('', 2)
    while (this.at < this.text.length && this.text[this.at] !== "'") {
      if (this.text[this.at] === '\\') this.escape()
      else this.take(this.text[this.at]!, 1)
    }
    this.at++
  }

  private escape(): void {
    const found = this.skip(/\\(?:u[\da-fA-F]{1,4}|U[\da-fA-F]{1,8}|x[\da-fA-F]{1,2}|[0-7]{1,3}|c.|.)?/sy)
    const [kind, digits] = [found[1] ?? '', found.slice(2)]
    if (/^[uUx]$/.test(kind) && digits !== '') this.take(characterOf(Number.parseInt(digits, 16)), 0)
    else if (/^[0-7]/.test(kind)) this.take(characterOf(Number.parseInt(found.slice(1), 8)), 0)
    else if (kind === 'c') this.take(characterOf((digits.charCodeAt(0) || 0) & 0x1f), 0)
    else this.take(ESCAPES[kind] ?? found, 0)
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? unmarked(String.fromCodePoint(code)) : '\ufffd'
}
