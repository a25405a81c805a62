/**
 * Tables that scroll horizontally on narrow pages.
 */
import { type Content, html, type Markup } from './markup.js'

/** A column of a table. */
export interface TableColumn {
  readonly title: string
  /** Text is left-aligned, figures right-aligned. */
  readonly isText?: boolean
  /** Hidden on a phone in portrait. */
  readonly isExpendable?: boolean
}

/** Renders a table whose first column names the rows. `label` is for screen readers. */
export function renderTable(
  label: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
): Markup {
  const look = (index: number) =>
    (columns[index]!.isText ? 't' : 'n') + (columns[index]!.isExpendable ? ' wide' : '')
  const head = columns.map(({ title }, index) => html`<th scope="col" class="${look(index)}">${title}</th>`)
  const body = rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row" class="${look(0)}">${name ?? ''}</th>${cells.map((cell, index) => html`<td class="${look(index + 1)}">${cell}</td>`)}</tr>
`,
  )
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`
}

/** Renders pairs of name and fact. */
export function renderFacts(facts: readonly (readonly [name: string, fact: Content])[]): Markup {
  return html`<dl>${facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
`
}

/** Renders a name from outside, isolated so that it can't reorder the text around it. */
export function renderName(name: string): Markup {
  return html`<bdi>${name}</bdi>`
}
