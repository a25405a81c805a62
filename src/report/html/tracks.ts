/**
 * Charts below each other on one axis. Pointing at one shows the same place in all of them, and so do the arrow
 * keys, without a script: over the charts lies a row of radio buttons, one for each moment or point, with its figures.
 */
import { type Chart, renderAxis, renderChart } from './chart.js'
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { tenth } from './scale.js'

/** More moments would be narrower than a pointer can hit. */
const MOMENTS_MAX = 120

/** Renders charts on the same time axis. Only the first one may be a lead. */
export function renderTracks(charts: readonly Chart[]): Markup {
  const [first] = charts
  if (first === undefined) return NOTHING
  return renderAll(charts, {
    of: 'a moment',
    places: momentsOf(first).map((moment) => renderMoment(moment, charts)),
  })
}

/**
 * Renders charts that have the same points, wherever these are on the axis. Only the first one may be a lead. `of`: what a
 * point is, such as `a load`.
 */
export function renderPointTracks(charts: readonly [Chart, ...Chart[]], of: string): Markup {
  const { xs } = charts[0]
  return renderAll(charts, { of, places: xs.map((_, index) => renderPoint(index, charts)), isLoose: true })
}

/** The radio buttons over charts. */
interface Places {
  readonly of: string
  readonly places: Content
  /** They lie anywhere, not in equal parts of the axis. */
  readonly isLoose?: boolean
}

function renderAll(charts: readonly Chart[], { of, places, isLoose }: Places): Markup {
  const [first] = charts
  const look = `moments${first!.isLead ? ' led' : ''}${isLoose ? ' loose' : ''}`
  return html`<div class="tracks">
${charts.map((chart) => renderChart(chart, chart.isLead ? 'lead' : 'track'))}${charts.length > 1 ? html`<svg class="axis" height="20" aria-hidden="true">${renderAxis(first!, 14)}</svg>` : NOTHING}
<form class="${look}" aria-label="Figures of ${of}; the arrow keys move it">
${places}</form>
</div>
<p class="hint moments-hint">Point at ${of} to see its figures${charts.length > 1 ? ' in all charts' : ''}. A click keeps it, and the arrow keys move it.</p>
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
  return renderButton(position, figures)
}

/** Renders the button of a point: it reaches half the way to its neighbors, and a line shows where it is. */
function renderPoint(index: number, charts: readonly [Chart, ...Chart[]]): Content {
  const { xs, xMax, position } = charts[0]
  const place = (x: number) => tenth((x / xMax) * 100)
  const border = (other: number | undefined, end: number) =>
    other === undefined ? end : place((other + xs[index]!) / 2)
  const [from, to] = [border(xs[index - 1], 0), border(xs[index + 1], 100)]
  const at = place(xs[index]!)
  const reach = html`<svg aria-hidden="true"><rect x="${from}%" width="${tenth(to - from)}%"/><line x1="${at}%" x2="${at}%" y2="100%"/></svg>`
  const figures = charts.map((chart) => chart.readout(index))
  return renderButton(position?.(index) ?? '', figures, reach)
}

function renderButton(position: string, [first, ...rest]: readonly string[], reach = NOTHING): Content {
  const values = [`${position}  ·  ${first}`, ...rest]
  return html`<label><input type="radio" name="moment">${reach}<span>${values.map((text) => html`<b>${text}</b>`)}</span></label>
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
