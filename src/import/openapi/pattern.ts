/**
 * Makes a text that matches a regular expression by following its grammar: alternatives, groups, classes and
 * repetitions, as API documents use them for codes, numbers and slugs.
 *
 * Not `randexp`: its parser takes `\p{Lu}` and `\u{61}` for literal letters, it ignores lookarounds and lengths, and its
 * texts are hard to read, such as `c@E5bIPpG-%I5`.
 */
import { type AST, RegExpParser } from '@eslint-community/regexpp'

const PATTERN_LENGTH_MAX = 5000
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
  readonly content: string | readonly Part[]
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
  if (pattern.length > PATTERN_LENGTH_MAX) return null
  const fits = (text: string) => text.length >= Math.max(1, min) && text.length <= max
  if (/\(\?<?[=!]/.test(pattern)) {
    // Candidates are short, so that no expression takes long to match.
    const whole = compile(pattern)
    return whole === null ? null : (USUAL.find((text) => fits(text) && whole.test(text)) ?? null)
  }
  const parts = parse(pattern)
  if (parts === null) return null
  // Try the minimum of each repetition first, then more.
  for (let more = 0; more <= Math.max(2, min); more++) {
    const text = write(parts, more, Math.max(LENGTH_MAX, min))
    if (text === null || text.length > max) return null
    if (fits(text)) return text
  }
  return max >= 0 && min === 0 ? '' : null
}

function compile(pattern: string): RegExp | null {
  return inEitherMode((flags) => new RegExp(pattern, flags))
}

function parse(pattern: string): readonly Part[] | null {
  return inEitherMode((flags) => {
    const parser = new RegExpParser()
    return partsOf(parser.parsePattern(pattern, 0, pattern.length, { unicode: flags === 'u' }).alternatives)
  })
}

function inEitherMode<T>(read: (flags: string) => T): T | null {
  for (const flags of ['u', '']) {
    try {
      return read(flags)
    } catch {
      // Not valid in that mode.
    }
  }
  return null
}

/** The parts of the first alternative; null if one is unsupported. */
function partsOf([first]: readonly AST.Alternative[], depth = 0): readonly Part[] | null {
  if (depth > DEPTH_MAX) return null
  const parts = first!.elements.map((element) => partOf(element, depth))
  return parts.every((part) => part !== null) ? parts : null
}

function partOf(element: AST.Element, depth: number): Part | null {
  const once = (content: Part['content'] | null) => (content === null ? null : { content, min: 1, max: 1 })
  switch (element.type) {
    case 'Quantifier': {
      const part = partOf(element.element, depth)
      return part && { ...part, min: element.min, max: element.max }
    }
    case 'Group':
    case 'CapturingGroup':
      return once(partsOf(element.alternatives, depth + 1))
    case 'Assertion':
      return once([])
    case 'Character':
      return once(String.fromCodePoint(element.value))
    case 'Backreference':
      return null
    default:
      return once(memberOf(element.raw))
  }
}

/** The parts, each repeated `more` times beyond its minimum; null if they are too long. */
function write(parts: readonly Part[], more: number, lengthMax: number): string | null {
  let text = ''
  for (const { content, min, max } of parts) {
    const once = typeof content === 'string' ? content : write(content, more, lengthMax)
    const count = Math.min(max, min + more)
    if (once === null || once.length * count + text.length > lengthMax) return null
    if (once !== '') text += once.repeat(count)
  }
  return text
}

/** A character that the class contains. */
function memberOf(set: string): string | null {
  const member = compile(`^${set}$`)
  if (member === null) return null
  return [...CANDIDATES, '\t', '\r', '\f', '\v', '\0'].find((one) => member.test(one)) ?? null
}
