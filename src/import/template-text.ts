/**
 * Text on its way from one template language to another: literal text with placeholders for templates, so that it can
 * be cut, parsed and searched without mistaking templates for text.
 */

/** A template as written in a scenario. */
export interface Placeholder {
  /** `{{ uuid() }}`, `${API_TOKEN}`. */
  readonly written: string
  /** The type of its value. A number keeps its type in JSON; `any` is a captured value. */
  readonly type: 'text' | 'number' | 'boolean' | 'any'
}

/** Two characters from Unicode's private use area. */
const OPEN = '\uE000'
const CLOSE = '\uE001'
const PLACEHOLDER = /\uE000(\d+)\uE001/g

/** The placeholders of a file. */
export class Placeholders {
  private readonly placeholders: Placeholder[] = []
  private readonly byKey = new Map<string, string>()

  /** Returns the text to insert for a placeholder. Equal placeholders share it. */
  add(placeholder: Placeholder): string {
    const key = `${placeholder.type} ${placeholder.written}`
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const text = `${OPEN}${this.placeholders.length}${CLOSE}`
    this.placeholders.push(placeholder)
    this.byKey.set(key, text)
    return text
  }

  /** Imported text without characters that could delimit a placeholder, and without lone surrogates. */
  literal(text: string): string {
    return text.replace(/[\uE000-\uE002\ud800-\udfff]/gu, '\ufffd')
  }

  /** The placeholder that the whole text consists of; null for any other text. */
  only(text: string): Placeholder | null {
    const match = /^\uE000(\d+)\uE001$/.exec(text)
    return match === null ? null : (this.placeholders[Number(match[1])] ?? null)
  }

  /** The text as written in a scenario: literal `${` and `{{` escaped, placeholders written out. */
  write(text: string): string {
    const pieces = text.split(PLACEHOLDER)
    return pieces
      .map((piece, index) =>
        index % 2 === 1
          ? this.placeholders[Number(piece)]!.written
          : escapeText(piece, this.startOf(pieces[index + 1])),
      )
      .join('')
  }

  private startOf(index: string | undefined): string {
    return index === undefined ? '' : this.placeholders[Number(index)]!.written
  }
}

/** Whether the text contains placeholders. */
export function hasPlaceholders(text: string): boolean {
  return text.includes(OPEN)
}

/** The text with each placeholder replaced by `instead`. */
export function replacePlaceholders(text: string, instead: string): string {
  return text.replace(PLACEHOLDER, instead)
}

/** The text with its literal parts changed and its placeholders kept. */
export function mapLiterals(text: string, change: (literal: string) => string): string {
  return text
    .split(/(\uE000\d+\uE001)/)
    .map((piece, index) => (index % 2 === 1 ? piece : change(piece)))
    .join('')
}

/** The text percent-encoded, except for its placeholders. */
export function encodeLiterals(text: string): string {
  return mapLiterals(text, (literal) => encodeURIComponent(literal.replace(/[\ud800-\udfff]/gu, '\ufffd')))
}

/**
 * Escapes literal text that is followed by `next`. `$${` stands for `${`. `{{` has no escape, but neither an
 * environment variable's value nor its default is parsed as a template.
 */
export function escapeText(text: string, next = ''): string {
  if (!/[{$]/.test(text)) return text
  const pieces: string[] = []
  let behind = next
  // Backwards, because how a character is escaped depends on what follows it.
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
