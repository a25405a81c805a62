/**
 * Parses pasted command lines: the quoting of sh and bash, redirections, here-documents, pipes and substitutions, as
 * far as copied commands use them.
 */
import { isSecretName } from '../../base/secrets.js'
import { type Command, outputOf, type Stream, streamAt, UNKNOWN } from '../command.js'
import { variableName } from '../names.js'
import { stripPlaceholders, variable } from '../placeholders.js'
import { baseName } from '../upload-files.js'

/** Callbacks for shell features that words can't represent. */
export interface ShellNotes {
  /** Called for a variable such as `$TOKEN`. */
  onVariable(name: string): void
  /** Called for a substitution with unknown output, such as `$(date)`. The variable replaces it. */
  onSubstitution(command: string, name: string): void
}

/** The commands of an sh or bash text, without comments and empty lines. */
export function readShell(text: string, notes: ShellNotes): Command[] {
  const session = { notes, values: new Map(), contents: new Map(), room: ROOM }
  return new ShellReader(stripPlaceholders(text), session).commands()
}

/** Shared by all readers of a text. */
interface Session {
  readonly notes: ShellNotes
  /** Values of assigned variables. */
  readonly values: Map<string, string>
  readonly contents: Map<string, Stream>
  /** Number of characters that variables may still expand to. */
  room: number
}

/** An unfinished command. */
interface Draft {
  words: string[]
  stdin: Stream | null
  isPiped: boolean
  readonly contents: ReadonlyMap<string, Stream>
  /** The command whose output it reads, unless its input is redirected. */
  readonly before: Draft | 'group' | null
}

interface HereDocument {
  /** Null if it isn't for standard input. */
  readonly command: Draft | null
  readonly end: string
  /** Quoted, so nothing in it is expanded. */
  readonly isLiteral: boolean
  /** `<<-`: leading tabs are removed. */
  readonly isIndented: boolean
}

/** A redirection that waits for its target. */
interface Redirection {
  readonly operator: string
  readonly isInput: boolean
}

/** Deeper nesting, or more expanded text, comes from hostile input. */
const NESTING_MAX = 20
const ROOM = 10_000_000

const OPERATOR = /<<<|<<-?|<>|<&|<|&>>?|>>|>&|>\||>/y
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s
const DECLARATION = /^(?:export|declare|local|readonly|typeset)$/

class ShellReader {
  private readonly text: string
  private readonly session: Session
  private readonly depth: number
  private at: number
  private command: Draft
  /** The current word; null between words. */
  private word: string | null = null
  private isQuoted = false
  private redirection: Redirection | null = null
  private readonly documents: HereDocument[] = []
  private readonly done: Draft[] = []
  /** Open parentheses within this text. */
  private parentheses = 0
  private isClosed = false

  constructor(text: string, session: Session, at = 0, depth = 0) {
    this.text = text
    this.session = session
    this.depth = depth
    this.at = at
    this.command = this.newCommand(null)
  }

  /** All commands. In a substitution, stops at its closing parenthesis. */
  commands(): Command[] {
    while (!this.isClosed && this.at < this.text.length) this.step()
    this.endCommand()
    for (const command of this.done) {
      const { before } = command
      if (command.stdin === null && before !== null)
        command.stdin = before === 'group' ? UNKNOWN : outputOf(before)
    }
    return this.done
  }

  private newCommand(before: Draft['before']): Draft {
    return { words: [], stdin: null, isPiped: false, contents: this.session.contents, before }
  }

  private step(): void {
    const [char = '', next = ''] = this.text.slice(this.at, this.at + 2)
    if (char === '\\') this.backslash(next)
    else if (/['"]/.test(char) || (char === '$' && next === "'")) this.quoted(char)
    else if (char === '$') this.dollar()
    else if (char === '`') this.backtick()
    else if (char === '@' && this.word === null && /['"]/.test(next)) this.hereString()
    else if (char === '#' && this.word === null) this.skip(/[^\n]*/y)
    else if (/[<>]/.test(char) && next === '(') this.process()
    else if (/[<>]/.test(char) || (char === '&' && next === '>')) this.redirect()
    else if (char === '\n') this.endLine()
    else if (char === '|' && next === '|') this.endCommand('plain', 2)
    else if (char === '|') this.endCommand('pipe', next === '&' ? 2 : 1)
    else if (/[()]/.test(char)) this.parenthesis(char)
    else if (/[;|&]/.test(char)) this.endCommand('plain', 1)
    else if (/\s/.test(char)) this.endWord(1)
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

  private backslash(next: string): void {
    if (this.skip(/\\\r?\n/y) !== '') return
    this.isQuoted = true
    this.take(next, 2)
  }

  private quoted(char: string): void {
    this.isQuoted = true
    if (char === "'") this.single()
    else if (char === '"') this.double()
    else this.ansi()
  }

  private endWord(length = 0): void {
    const { word, redirection, isQuoted } = this
    this.at += length
    if (word === null) return
    this.word = null
    this.isQuoted = false
    this.redirection = null
    if (redirection === null) this.command.words.push(word)
    else this.redirectTo(redirection, word, isQuoted)
  }

  private endCommand(kind: 'plain' | 'pipe' = 'plain', length = 0): void {
    this.endWord(length)
    this.redirection = null
    const { command } = this
    if (command.words.length === 0 && command.stdin === null) {
      // A group in parentheses or braces outputs what all its commands print.
      if (kind === 'pipe') this.command = this.newCommand('group')
      return
    }
    command.isPiped = kind === 'pipe'
    if (!this.assign(command.words)) this.done.push(command)
    this.command = this.newCommand(kind === 'pipe' ? command : null)
  }

  private endLine(): void {
    this.endCommand('plain', 1)
    for (const document of this.documents.splice(0)) this.readDocument(document)
  }

  private parenthesis(char: string): void {
    this.endCommand('plain', 1)
    if (char === '(') this.parentheses++
    else if (this.parentheses > 0) this.parentheses--
    else if (this.depth > 0) this.isClosed = true
  }

  /** Remembers `NAME=value`, alone or exported, unless it's a secret, which stays a variable. */
  private assign(words: readonly string[]): boolean {
    const pairs = words.filter((word, index) => index > 0 || !DECLARATION.test(word))
    const found = pairs.map((word) => ASSIGNMENT.exec(word))
    if (found.length === 0 || !found.every((pair) => pair !== null && !isSecretName(pair[1]!))) return false
    for (const pair of found) this.session.values.set(pair![1]!, pair![2]!)
    return true
  }

  /** Starts a redirection: `> file`, `2>/dev/null`, `< file`. The next word is its target, not part of the command. */
  private redirect(): void {
    const isNumbered = this.word !== null && !this.isQuoted && /^\d+$/.test(this.word)
    const isInput = !isNumbered || this.word === '0'
    if (isNumbered) this.word = null
    this.endWord()
    this.redirection = { operator: this.skip(OPERATOR), isInput }
  }

  private redirectTo({ operator, isInput }: Redirection, target: string, isQuoted: boolean): void {
    if (operator.startsWith('<<') && operator !== '<<<') {
      const command = isInput ? this.command : null
      this.documents.push({ command, end: target, isLiteral: isQuoted, isIndented: operator === '<<-' })
    } else if (!isInput) return
    else if (operator === '<<<') this.command.stdin = { kind: 'text', text: `${target}\n` }
    else if (operator === '<' || operator === '<>')
      this.command.stdin =
        target === '/dev/null' ? { kind: 'text', text: '' } : streamAt(target, null, this.session.contents)
  }

  /** Reads up to the end marker. If no line matches exactly, accepts one with blanks around the marker. */
  private readDocument({ command, end, isLiteral, isIndented }: HereDocument): void {
    const found = this.findLine(isIndented ? '\\t*' : '', end) ?? this.findLine('[ \\t]*', end)
    const body = this.text.slice(this.at, found?.from).replaceAll('\r\n', '\n')
    this.at = found?.to ?? this.text.length
    if (command === null) return
    const text = isIndented ? body.replace(/^\t+/gm, '') : body
    command.stdin = { kind: 'text', text: isLiteral ? text : this.expand(text) }
  }

  /** The start and end of the next line that consists of `word` and `blanks`. */
  private findLine(blanks: string, word: string): { readonly from: number; readonly to: number } | null {
    const trailing = blanks.includes(' ') ? blanks : ''
    const line = new RegExp(
      `^${blanks}${word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}${trailing}\\r?(?:\\n|$(?![\\s\\S]))`,
      'gm',
    )
    line.lastIndex = this.at
    const match = line.exec(this.text)
    return match === null ? null : { from: match.index, to: match.index + match[0].length }
  }

  /** The text with its variables and substitutions expanded. */
  private expand(text: string): string {
    if (!/[\\$`]/.test(text) || this.depth >= NESTING_MAX) return text
    return new ShellReader(text, this.session, 0, this.depth + 1).interpolated(null)
  }

  private single(): void {
    const end = this.text.indexOf("'", this.at + 1)
    const stop = end === -1 ? this.text.length : end
    this.take(this.text.slice(this.at + 1, stop), stop + 1 - this.at)
  }

  private double(): void {
    this.take('', 1)
    this.interpolated('"')
    this.at++
  }

  /** Reads up to `end` or the end of the text, expanding as a shell does within quotes. */
  private interpolated(end: '"' | null): string {
    while (this.at < this.text.length && this.text[this.at] !== end) {
      const [char = '', next = ''] = this.text.slice(this.at, this.at + 2)
      if (char === '\\' && next === '\n') this.at += 2
      else if (char === '\\' && ('$`\\'.includes(next) || next === end)) this.take(next, 2)
      else if (char === '$') this.dollar()
      else if (char === '`') this.backtick()
      else this.take(char, 1)
    }
    return this.word ?? ''
  }

  /** `$NAME`, `${NAME}` or `$(command)`. Any other dollar is literal. */
  private dollar(): void {
    const name = this.skip(/\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::-[^}]*)?\})/y)
    if (name !== '') this.fill(name.replace(/^\$\{?|\}$/g, ''))
    else if (this.text.startsWith('$((', this.at)) this.arithmetic()
    else if (this.text.startsWith('$(', this.at) && this.depth < NESTING_MAX) {
      const start = this.at
      const output = this.nested(2)
      this.substitute(this.text.slice(start, this.at), output)
    } else this.take('$', 1)
  }

  /** The output of the commands in parentheses. `length`: of the opening characters. */
  private nested(length: number): Stream {
    const inner = new ShellReader(this.text, this.session, this.at + length, this.depth + 1)
    const output = outputOfAll(inner.commands())
    this.at = inner.at
    return output
  }

  private fill(reference: string): void {
    const [name, preset] = reference.split(':-', 2) as [string, string | undefined]
    const value = this.session.values.get(name)
    if (value !== undefined && value.length <= this.session.room) {
      this.session.room -= value.length
      this.take(value, 0)
      return
    }
    if (preset === undefined) this.session.notes.onVariable(name)
    this.take(variable(name, preset ?? null), 0)
  }

  private arithmetic(): void {
    const found = this.skip(/\$\(\([^)\n]*\)\)/y)
    if (found === '') this.take('$', 1)
    else this.substitute(found, UNKNOWN)
  }

  private backtick(): void {
    const command = this.skip(/`[^`]*`/y)
    if (command === '') this.take('`', 1)
    else if (this.depth >= NESTING_MAX) this.substitute(command, UNKNOWN)
    else {
      const inner = new ShellReader(command.slice(1, -1), this.session, 0, this.depth + 1)
      this.substitute(command, outputOfAll(inner.commands()))
    }
  }

  /** Inserts a command's output without trailing line breaks, or a variable if the output is unknown. */
  private substitute(command: string, output: Stream): void {
    if (output.kind === 'text') {
      this.take(output.text.replace(/\n+$/, ''), 0)
      return
    }
    const name = output.kind === 'file' ? this.nameOf(output) : 'VALUE'
    this.session.notes.onSubstitution(command, name)
    this.take(variable(name), 0)
  }

  /** The variable that replaces a file's content. */
  private nameOf(output: Stream & { readonly kind: 'file' }): string {
    const { contents } = this.session
    const wanted = variableName(baseName(output.path))
    const isFree = (name: string) => {
      const held = contents.get(variable(name))
      return held === undefined || (held.kind === 'file' && held.path === output.path)
    }
    let name = wanted
    for (let n = 2; !isFree(name); n++) name = `${wanted}_${n}`
    contents.set(variable(name), output)
    return name
  }

  /** `<(command)`: a path to the command's output. */
  private process(): void {
    const isInput = this.text[this.at] === '<'
    if (this.depth >= NESTING_MAX) {
      this.at += 2
      return
    }
    const output = this.nested(2)
    const path = `/dev/fd/${63 + this.session.contents.size}`
    this.session.contents.set(path, isInput ? output : UNKNOWN)
    this.take(path, 0)
  }

  /** PowerShell's here-string: `@'` and a line break, up to `'@` on its own line. */
  private hereString(): void {
    const [, quote] = /^@(['"])\r?\n/.exec(this.text.slice(this.at, this.at + 4)) ?? []
    const end = quote === undefined ? -1 : this.text.indexOf(`\n${quote}@`, this.at + 2)
    if (end === -1) {
      this.take('@', 1)
      return
    }
    this.isQuoted = true
    const start = this.text.indexOf('\n', this.at) + 1
    this.take(this.text.slice(start, Math.max(start, end)).replace(/\r$/, ''), end + 3 - this.at)
  }

  /** `$'...'`, which browsers use for text with line breaks or quotes. */
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

/** The output of several commands: known only for a single command or pipeline. */
function outputOfAll(commands: readonly Command[]): Stream {
  const last = commands.at(-1)
  return last !== undefined && commands.slice(0, -1).every(({ isPiped }) => isPiped)
    ? outputOf(last)
    : UNKNOWN
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
  return code <= 0x10ffff ? stripPlaceholders(String.fromCodePoint(code)) : '\ufffd'
}
