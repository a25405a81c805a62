/**
 * Makes a text that matches a regular expression by following its grammar: alternatives, groups, classes and
 * repetitions, as API documents use them for codes, numbers and slugs.
 */

/** Longer texts are made only if a schema requires them. */
const LENGTH_MAX = 200
const DEPTH_MAX = 50

/** The first of these that a class contains is used. Readable characters come first. */
const CANDIDATES = [
  ...'a1A-_. /:@#+,',
  ...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)),
  'é',
  '日',
  '\n',
]

/** Values that satisfy common lookaheads and lookbehinds: a password, a name, a number. */
const USUAL = ['Pa55-word', 'Pa55word', 'Pa55word!', 'example', 'Example', '1', '12345678', 'a1']

/** Allowed lengths in characters. */
export interface Lengths {
  readonly min: number
  readonly max: number
}

/** A part of an expression with its repetitions. */
interface Part {
  /** A text or alternatives. */
  readonly content: string | readonly (readonly Part[])[]
  readonly min: number
  readonly max: number
}

/**
 * A matching text of an allowed length. Null if none is found: for invalid expressions, backreferences and unusual
 * lookarounds.
 */
export function sampleOf(
  pattern: string,
  { min, max }: Lengths = { min: 0, max: LENGTH_MAX },
): string | null {
  const fits = (text: string) => text.length >= Math.max(1, min) && text.length <= max
  if (/\(\?<?[=!]/.test(pattern)) {
    // Candidates are short, so that no expression takes long to match.
    const whole = compile(pattern)
    return whole === null ? null : (USUAL.find((text) => fits(text) && whole.test(text)) ?? null)
  }
  const choices = compile(pattern) === null ? null : new PatternReader(pattern).read()
  if (choices === null) return null
  // Try the minimum of each repetition first, then more.
  for (let more = 0; more <= Math.max(2, min); more++) {
    const text = write(choices, more, Math.max(LENGTH_MAX, min))
    if (text === null || text.length > max) return null
    if (fits(text)) return text
  }
  return max >= 0 && min === 0 ? '' : null
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

/** The first alternative, with each part repeated `more` times beyond its minimum; null if it's too long. */
function write(choices: readonly (readonly Part[])[], more: number, lengthMax: number): string | null {
  let text = ''
  for (const { content, min, max } of choices[0] ?? []) {
    const once = typeof content === 'string' ? content : write(content, more, lengthMax)
    const count = Math.min(max, min + more)
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

  /** The alternatives of the whole expression; null if it can't be parsed. */
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

  private repetition(): { readonly min: number; readonly max: number } {
    const sign = this.take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y)
    if (sign === null) return { min: 1, max: 1 }
    const [, from, comma, to] = /^\{(\d+)(,?)(\d*)/.exec(sign) ?? []
    if (from === undefined)
      return {
        min: sign.startsWith('+') ? 1 : 0,
        max: sign.startsWith('?') ? 1 : Number.POSITIVE_INFINITY,
      }
    const min = Number(from)
    return { min, max: comma === '' ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to) }
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.pattern)?.[0] ?? null
    if (found !== null) this.at += found.length
    return found
  }
}

/** A character that the class contains. `code`: the escape that the class consists of, if any. */
function memberOf(set: string, code: string | null = null): string | null {
  if (code !== null && /^\\[xu]/.test(code))
    return String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code.replace(/[^\da-fA-F]/g, ''), 16)))
  const member = compile(`^${set}$`)
  if (member === null) return null
  return [...CANDIDATES, '\t', '\r', '\f', '\v', '\0'].find((one) => member.test(one)) ?? null
}
