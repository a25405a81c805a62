/**
 * Imported text must keep its literal meaning, although `${` and `{{` are special in a scenario. So importers insert
 * variables and templates as placeholders, and `renderPlaceholders` writes them out at the end, when it escapes
 * everything else. Placeholders are delimited by Unicode private-use characters, which are removed from imported text
 * first.
 */

const [VARIABLE, TEMPLATE, END] = ['\ue000', '\ue001', '\ue002']

/** The text without characters that could delimit a placeholder. */
export function stripPlaceholders(text: string): string {
  return text.replace(/[\ue000-\ue004]/g, '\ufffd')
}

/** A placeholder for `${NAME}` or `${NAME:-preset}`. */
export function variable(name: string, preset: string | null = null): string {
  return `${VARIABLE}${name}${preset === null ? '' : `:-${preset}`}${END}`
}

/** A placeholder for `{{ expression }}`. */
export function template(expression: string): string {
  return `${TEMPLATE}${expression}${END}`
}

/** Whether the text contains a variable or a template. */
export function hasPlaceholder(text: string): boolean {
  return /[\ue000\ue001]/.test(text)
}

/** Whether the text contains a template. */
export function hasTemplate(text: string): boolean {
  return text.includes(TEMPLATE)
}

/** Applies `change` to the text between placeholders. `next`: the placeholder that follows. */
export function mapLiterals(text: string, change: (literal: string, next: string) => string): string {
  const parts = text.split(/([\ue000\ue001][^\ue002]*\ue002)/)
  return parts.map((part, index) => (index % 2 === 0 ? change(part, parts[index + 1] ?? '') : part)).join('')
}

/**
 * The value with every text escaped and its placeholders written out. Keys are never templates and stay as they are.
 */
export function renderPlaceholders<T>(value: T): T {
  if (typeof value === 'string') return renderText(value) as T
  if (Array.isArray(value)) return value.map(renderPlaceholders) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderPlaceholders(item)])) as T
}

function renderText(text: string): string {
  return mapLiterals(text, escaped)
    .replace(/\ue000([^\ue002]*)\ue002/g, (_, name) => `\${${name}}`)
    .replace(/\ue001([^\ue002]*)\ue002/g, '{{ $1 }}')
}

/**
 * `$${` escapes `${`. `{{` has no escape, but a variable's value is never parsed as a template, so one brace becomes
 * the default of a variable that nobody sets. The same goes for a `$` or `{` directly before a variable or template.
 */
function escaped(literal: string, next: string): string {
  return literal
    .replace(next.startsWith(TEMPLATE) ? /(?<=\{)\{|\{$/g : /(?<=\{)\{/g, BRACE)
    .replace(next.startsWith(VARIABLE) ? /\$(?=\ue003|$)/g : /\$(?=\ue003)/g, DOLLAR)
    .replaceAll('${', () => '$${')
    .replaceAll(BRACE, () => '${OPEN_BRACE:-{}')
    .replaceAll(DOLLAR, () => '${DOLLAR:-$}')
}

const [BRACE, DOLLAR] = ['\ue003', '\ue004']
