/**
 * HTML templates that escape everything put into them, except other templates. Text can't become markup.
 */
import { printable } from '../../base/printable.js'

/** A piece of HTML or SVG that is safe to insert into another. Created by {@link html}. */
export class Markup {
  constructor(readonly text: string) {}
}

/** A value in a template. Text and numbers are escaped, markup is inserted unchanged, lists are concatenated. */
export type Content = string | number | Markup | readonly Content[]

/** Template tag: `` html`<td>${name}</td>` ``. Attribute values must be in double quotes. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(
    strings.reduce((text, part, index) => text + writeContent(contents[index - 1] ?? '') + part),
  )
}

/** Empty markup. */
export const NOTHING = new Markup('')

function writeContent(content: Content): string {
  if (content instanceof Markup) return content.text
  if (Array.isArray(content)) return content.map(writeContent).join('')
  return escapeHtml(String(content))
}

/** Escapes markup, and writes out control characters and those that reorder text: a name is read as written. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`)
}
