/**
 * Tables, which scroll by themselves where a page is narrower.
 */
import { type Content, html, type Markup } from './markup.js'

/** A column of a table. */
export interface TableColumn {
  readonly title: string
  /** Figures stand to the right, one under the other; texts to the left. */
  readonly isText?: boolean
  /** Left out on a phone held upright, where there is room for the figures that everybody asks for. */
  readonly isExpendable?: boolean
}

/** A table whose first column names the rows. `label` is what it is called where it isn't seen. */
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

/** Facts, each with its name. */
export function renderFacts(facts: readonly (readonly [name: string, fact: Content])[]): Markup {
  return html`<dl>${facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
`
}

/** A name from outside, kept from reordering what stands around it. */
export function renderName(name: string): Markup {
  return html`<bdi>${name}</bdi>`
}
