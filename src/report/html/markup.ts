/**
 * HTML by template, in which a text can't become markup: whatever is put into a template is escaped, unless a
 * template made it.
 */
import { printable } from '../../base/printable.js'

/** A piece of HTML or SVG that is safe to put into another. Only {@link html} makes one. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What a template takes: texts and numbers are escaped, markup goes in as it is, lists one after the other. */
export type Content = string | number | Markup | readonly Content[]

/** The template as markup: `` html`<td>${name}</td>` ``. Attributes have to stand in double quotes. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(
    strings.reduce((text, part, index) => text + writeContent(contents[index - 1] ?? '') + part),
  )
}

/** Nothing, where markup is expected. */
export const NOTHING = new Markup('')

function writeContent(content: Content): string {
  if (content instanceof Markup) return content.text
  if (Array.isArray(content)) return content.map(writeContent).join('')
  return escapeHtml(String(content))
}

/** Control characters and those that reorder text are written out, so that a name is read as it is. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`)
}
