/**
 * A text that fits a regular expression, made along its own grammar: alternatives, groups, classes and repetitions, as
 * API documents have them for codes, numbers and slugs.
 */

/** Longer texts are made only where a schema asks for them. */
const LENGTH_MAX = 200
const DEPTH_MAX = 50

/** What a class is given, as far as it contains it: first what reads well. */
const CANDIDATES = [
  ...'a1A-_. /:@#+,',
  ...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)),
  'é',
  '日',
  '\n',
]

/** What expressions that look ahead or behind mostly want: a password, a name, a number. */
const USUAL = ['Pa55-word', 'Pa55word', 'Pa55word!', 'example', 'Example', '1', '12345678', 'a1']

/** How long the text may be, in characters. */
export interface Lengths {
  readonly least: number
  readonly most: number
}

/** A part of an expression, and how often it comes. */
interface Part {
  /** A text, or alternatives. */
  readonly content: string | readonly (readonly Part[])[]
  readonly least: number
  readonly most: number
}

/**
 * A text that fits and is as long as it has to be. Null where that's not to be had: for expressions that aren't valid,
 * that refer back, or that look around in ways out of the ordinary.
 */
export function sampleOf(
  pattern: string,
  { least, most }: Lengths = { least: 0, most: LENGTH_MAX },
): string | null {
  const fits = (text: string) => text.length >= Math.max(1, least) && text.length <= most
  if (/\(\?<?[=!]/.test(pattern)) {
    // Candidates are short, so that no expression takes long over them.
    const whole = compile(pattern)
    return whole === null ? null : (USUAL.find((text) => fits(text) && whole.test(text)) ?? null)
  }
  const choices = compile(pattern) === null ? null : new PatternReader(pattern).read()
  if (choices === null) return null
  // Repetitions at their least first, then as much more as it takes.
  for (let more = 0; more <= Math.max(2, least); more++) {
    const text = write(choices, more, Math.max(LENGTH_MAX, least))
    if (text === null || text.length > most) return null
    if (fits(text)) return text
  }
  return most >= 0 && least === 0 ? '' : null
}

function compile(pattern: string): RegExp | null {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch {
      // Not valid in that mode.
    }
  }
  return null
}

/** The first alternative, each part repeated `more` times beyond its least; null for what is too long. */
function write(choices: readonly (readonly Part[])[], more: number, lengthMax: number): string | null {
  let text = ''
  for (const { content, least, most } of choices[0] ?? []) {
    const once = typeof content === 'string' ? content : write(content, more, lengthMax)
    const count = Math.min(most, least + more)
    if (once === null || once.length * count + text.length > lengthMax) return null
    text += once.repeat(count)
  }
  return text
}

class PatternReader {
  private at = 0
  private readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }

  /** The alternatives of the whole; null for what can't be read. */
  read(): (readonly Part[])[] | null {
    const choices = this.choices(0)
    return this.at === this.pattern.length ? choices : null
  }

  private choices(depth: number): (readonly Part[])[] | null {
    if (depth > DEPTH_MAX) return null
    const choices: Part[][] = [[]]
    while (this.at < this.pattern.length && this.pattern[this.at] !== ')') {
      if (this.take(/\|/y) !== null) {
        choices.push([])
      } else if (this.take(/\^|\$|\\[bB]/y) === null) {
        const content = this.atom(depth)
        if (content === null) return null
        choices.at(-1)!.push({ content, ...this.repetition() })
      }
    }
    return choices
  }

  private atom(depth: number): Part['content'] | null {
    if (this.take(/\((?:\?:|\?<\w+>)?/y) !== null) {
      const choices = this.choices(depth + 1)
      return choices === null || this.take(/\)/y) === null ? null : choices
    }
    const set = this.take(/\[(?:[^\]\\]|\\.)*\]|\\[dDwWsS]|\\[pP]\{\w+(?:=\w+)?\}|\./sy)
    if (set !== null) return memberOf(set)
    const code = this.take(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|u\{[\da-fA-F]{1,6}\}|[tnrfv0])/y)
    if (code !== null) return memberOf(`[${code}]`, code)
    const literal = this.take(/\\[^A-Za-z\d]|[^\\[()*+?|^$]/uy)
    return literal === null ? null : literal.replace(/^\\/, '')
  }

  private repetition(): { readonly least: number; readonly most: number } {
    const sign = this.take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y)
    if (sign === null) return { least: 1, most: 1 }
    const [, from, comma, to] = /^\{(\d+)(,?)(\d*)/.exec(sign) ?? []
    if (from === undefined)
      return {
        least: sign.startsWith('+') ? 1 : 0,
        most: sign.startsWith('?') ? 1 : Number.POSITIVE_INFINITY,
      }
    const least = Number(from)
    return { least, most: comma === '' ? least : to === '' ? Number.POSITIVE_INFINITY : Number(to) }
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.pattern)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }
}

/** A character of a class; of a code the one that it stands for. */
function memberOf(set: string, code: string | null = null): string | null {
  if (code !== null && /^\\[xu]/.test(code))
    return String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code.replace(/[^\da-fA-F]/g, ''), 16)))
  const member = compile(`^${set}$`)
  if (member === null) return null
  return [...CANDIDATES, '\t', '\r', '\f', '\v', '\0'].find((one) => member.test(one)) ?? null
}
