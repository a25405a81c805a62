/**
 * Texts of other programs inside a scenario. What they hold literally must stay what it was, although `${` and `{{`
 * mean something here; so what importers put in themselves, variables and templates, is marked until the end, when
 * everything else has been escaped.
 *
 * The marks are characters of Unicode's private use, which are taken out of whatever is imported.
 */

const [VARIABLE, HOLE, END] = ['\ue000', '\ue001', '\ue002']

/** The text without characters that could be taken for marks. */
export function unmarked(text: string): string {
  return text.replace(/[\ue000-\ue004]/g, '\ufffd')
}

/** What becomes `${NAME}`, or `${NAME:-preset}`. */
export function variable(name: string, preset: string | null = null): string {
  return `${VARIABLE}${name}${preset === null ? '' : `:-${preset}`}${END}`
}

/** What becomes `{{ expression }}`. */
export function hole(expression: string): string {
  return `${HOLE}${expression}${END}`
}

/** Whether the text holds a variable or a template. */
export function isMarked(text: string): boolean {
  return /[\ue000\ue001]/.test(text)
}

/** Whether the text holds a template. */
export function hasHole(text: string): boolean {
  return text.includes(HOLE)
}

/** The text between marks changed by `change`, the marked parts as they are. `next`: the mark that follows. */
export function outsideMarks(text: string, change: (literal: string, next: string) => string): string {
  const parts = text.split(/([\ue000\ue001][^\ue002]*\ue002)/)
  return parts.map((part, index) => (index % 2 === 0 ? change(part, parts[index + 1] ?? '') : part)).join('')
}

/** A value with every text in it as a scenario spells it. Keys are never templates and stay. */
export function spelled<T>(value: T): T {
  if (typeof value === 'string') return spelledText(value) as T
  if (Array.isArray(value)) return value.map(spelled) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spelled(item)])) as T
}

function spelledText(text: string): string {
  return outsideMarks(text, escaped)
    .replace(/\ue000([^\ue002]*)\ue002/g, (_, name) => `\${${name}}`)
    .replace(/\ue001([^\ue002]*)\ue002/g, '{{ $1 }}')
}

/**
 * `$${` is how the reader takes `${` literally. There is no such thing for `{{`; but what comes from a variable is
 * never a template, so one of the braces becomes the default of one that nobody sets. Likewise a `$` or a `{` that
 * would run into the variable or the template behind it.
 */
function escaped(literal: string, next: string): string {
  return literal
    .replace(next.startsWith(HOLE) ? /(?<=\{)\{|\{$/g : /(?<=\{)\{/g, BRACE)
    .replace(next.startsWith(VARIABLE) ? /\$(?=\ue003|$)/g : /\$(?=\ue003)/g, DOLLAR)
    .replaceAll('${', () => '$${')
    .replaceAll(BRACE, () => '${OPEN_BRACE:-{}')
    .replaceAll(DOLLAR, () => '${DOLLAR:-$}')
}

const [BRACE, DOLLAR] = ['\ue003', '\ue004']
