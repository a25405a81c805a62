/**
 * Charts below each other on one time axis. Pointing at one shows the same moment in all of them, and so do the arrow
 * keys, without a script: over the charts lies a row of radio buttons, one for each moment, with its figures.
 */
import { type Chart, renderAxis, renderChart } from './chart.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'

/** More moments would be narrower than a pointer can hit. */
const MOMENTS_MAX = 120

/** Renders the charts, which have the same axis. Only the first one may be a lead. */
export function renderTracks(charts: readonly Chart[]): Markup {
  const [first] = charts
  if (first === undefined) return NOTHING
  return html`<div class="tracks">
${charts.map((chart) => renderChart(chart, chart.isLead ? 'lead' : 'track'))}${charts.length > 1 ? html`<svg class="axis" height="20" aria-hidden="true">${renderAxis(first, 14)}</svg>` : NOTHING}
<form class="moments${first.isLead ? ' led' : ''}" aria-label="Figures of a moment; the arrow keys move it">
${momentsOf(first).map((moment) => renderMoment(moment, charts))}</form>
</div>
<p class="hint moments-hint">Point at a moment to see its figures in all charts. A click keeps it, and the arrow keys move it.</p>
`
}

/** Some part of the time axis. */
interface Moment {
  readonly from: number
  readonly to: number
  readonly index: number
}

/** Divides the axis into equal parts, as many as the chart has points, or fewer. Each has the point at its middle. */
function momentsOf({ xs, xMax }: Chart): Moment[] {
  const spacing = xs.length > 1 ? (xs.at(-1)! - xs[0]!) / (xs.length - 1) : xMax
  const points = Math.max(1, Math.round(xMax / spacing))
  const count = Math.ceil(points / Math.ceil(points / MOMENTS_MAX))
  return Array.from({ length: count }, (_, index) => ({
    from: (index / count) * xMax,
    to: ((index + 1) / count) * xMax,
    index,
  }))
}

function renderMoment({ from, to }: Moment, charts: readonly Chart[]): Content {
  const found = charts.map((chart) => nearest(chart, (from + to) / 2, (to - from) / 2))
  const known = found.findIndex((index) => index !== null)
  if (known === -1) return html`<label></label>`
  const position = charts[known]!.position?.(found[known]!) ?? ''
  const figures = charts.map((chart, index) => (found[index] === null ? '–' : chart.readout(found[index]!)))
  const [first, ...rest] = figures
  const values = [`${position}  ·  ${first}`, ...rest]
  return html`<label><input type="radio" name="moment"><span>${values.map((text) => html`<b>${text}</b>`)}</span></label>
`
}

/** Returns the point that is nearest to `x`; null if it is farther than `reach`, and than half the way to the next. */
function nearest({ xs }: Chart, x: number, reach: number): number | null {
  const spacing = xs.length > 1 ? (xs.at(-1)! - xs[0]!) / (xs.length - 1) : 0
  let best: number | null = null
  xs.forEach((each, index) => {
    if (best === null || Math.abs(each - x) < Math.abs(xs[best]! - x)) best = index
  })
  if (best === null) return null
  return Math.abs(xs[best]! - x) <= Math.max(reach, spacing / 2) + 1e-9 ? best : null
}
