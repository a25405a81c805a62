/**
 * Text under way from one template language to another: literal text with marks where a hole is, so that it can be
 * cut, parsed and searched without mistaking what stands in the holes for text.
 */

/** What a hole stands for, written as a scenario has it. */
export interface Hole {
  /** `{{ uuid() }}`, `${API_TOKEN}`. */
  readonly written: string
  /** What comes out: a number keeps its type in JSON; `any` is whatever was captured. */
  readonly gives: 'text' | 'number' | 'boolean' | 'any'
}

/** Two characters of Unicode's private use area. */
const OPEN = '\uE000'
const CLOSE = '\uE001'
const MARK = /\uE000(\d+)\uE001/g

/** The holes of a file. */
export class Holes {
  private readonly holes: Hole[] = []
  private readonly marks = new Map<string, string>()

  /** The mark of a hole, for use within a text. */
  mark(hole: Hole): string {
    const key = `${hole.gives} ${hole.written}`
    const known = this.marks.get(key)
    if (known !== undefined) return known
    const mark = `${OPEN}${this.holes.length}${CLOSE}`
    this.holes.push(hole)
    this.marks.set(key, mark)
    return mark
  }

  /** A text from outside, without characters that could be taken for marks, and without halves of characters. */
  literal(text: string): string {
    return text.replace(/[\uE000-\uE002\ud800-\udfff]/gu, '\ufffd')
  }

  /** The hole that a text consists of; null for any other text. */
  only(text: string): Hole | null {
    const match = /^\uE000(\d+)\uE001$/.exec(text)
    return match === null ? null : (this.holes[Number(match[1])] ?? null)
  }

  /** The text as a scenario has it: literal `${` and `{{` escaped, holes written out. */
  write(text: string): string {
    const pieces = text.split(MARK)
    return pieces
      .map((piece, index) =>
        index % 2 === 1
          ? this.holes[Number(piece)]!.written
          : escapeText(piece, this.startOf(pieces[index + 1])),
      )
      .join('')
  }

  private startOf(index: string | undefined): string {
    return index === undefined ? '' : this.holes[Number(index)]!.written
  }
}

/** Whether a marked text has holes. */
export function hasHoles(text: string): boolean {
  return text.includes(OPEN)
}

/** The marked text with the same text for each hole. */
export function mapHoles(text: string, instead: string): string {
  return text.replace(MARK, instead)
}

/** The marked text with its literal parts changed; holes stay as they are. */
export function mapLiterals(text: string, change: (literal: string) => string): string {
  return text
    .split(/(\uE000\d+\uE001)/)
    .map((piece, index) => (index % 2 === 1 ? piece : change(piece)))
    .join('')
}

/** The marked text percent-encoded, holes left alone. */
export function encodeLiterals(text: string): string {
  return mapLiterals(text, (literal) => encodeURIComponent(literal.replace(/[\ud800-\udfff]/gu, '\ufffd')))
}

/**
 * Literal text as a scenario has it, before `next`. `$${` stands for `${`. For `{{` there is no escape, but what the
 * environment gives is never taken for a template, and neither is a default.
 */
export function escapeText(text: string, next = ''): string {
  if (!/[{$]/.test(text)) return text
  const pieces: string[] = []
  let behind = next
  // From the end on, as what a character becomes depends on what is written behind it.
  for (let i = text.length - 1; i >= 0; i--) {
    behind = escapeCharacter(text.charAt(i), behind)
    pieces.push(behind)
  }
  return pieces.reverse().join('')
}

function escapeCharacter(character: string, behind: string): string {
  if (character === '{' && behind.startsWith('{')) return '${OPEN_BRACE:-{}'
  if (character === '$' && behind.startsWith('{') && !behind.startsWith('{{ ')) return '$$'
  if (character === '$' && behind.startsWith('${')) return '${DOLLAR:-$}'
  return character
}
