/**
 * Line charts as SVG that stretch to any width while lines and letters keep their size. They need no script: the
 * stylesheet shows the values under the pointer.
 */
import { type Content, html, type Markup, NOTHING } from './markup.js'
import { tenth } from './scale.js'

/** A line of a chart. A null leaves a gap. */
interface Line {
  readonly label: string
  /** The class of the line in the stylesheet. */
  readonly look: 'a' | 'b' | 'c' | 'bad' | 'plain'
  readonly values: readonly (number | null)[]
  /** Fills the area below the line. */
  readonly isArea?: boolean
}

/** Points of another run, drawn over the lines. */
interface Marks {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** A chart and its description. */
export interface Chart {
  readonly title: string
  /** A sentence for readers who can't see the drawing. */
  readonly description: string
  /** Position of each value, ascending, from 0 to `xMax`. */
  readonly xs: readonly number[]
  readonly xMax: number
  readonly xTicks: readonly { readonly at: number; readonly label: string }[]
  /** From 0; the last one is the top of the chart. */
  readonly yTicks: readonly { readonly at: number; readonly label: string }[]
  readonly lines: readonly Line[]
  readonly marks?: Marks
  /** A part of the horizontal axis that is shaded. */
  readonly band?: { readonly from: number; readonly to: number }
  /** The text shown when the pointer is over a value. */
  readonly readout: (index: number) => string
  readonly isSmall?: boolean
}

/** Width of the drawing in its own units; the page decides the real width. */
const WIDTH = 1000
/** Space above the drawing for the values under the pointer. */
const TOP = 22
const BOTTOM = 22

/** Renders the chart with its title and legend. */
export function renderChart(chart: Chart): Markup {
  const height = chart.isSmall ? 110 : 190
  const full = TOP + height + BOTTOM
  return html`<figure class="chart ${chart.isSmall ? 'small' : 'wide'}">
<figcaption><b>${chart.title}</b>${renderLegend(chart)}</figcaption>
<div class="drawing" role="img" aria-label="${chart.title}: ${chart.description}">
<svg class="scale" width="56" height="${full}" aria-hidden="true">${chart.yTicks.map(({ at, label }) => html`<text x="48" y="${tenth(TOP + height - (at / topOf(chart)) * height + 4)}">${label}</text>`)}</svg>
<svg class="plot" height="${full}" aria-hidden="true">${renderGrid(chart, height)}<svg y="${TOP}" width="100%" height="${height}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" overflow="visible">${renderBand(chart, height)}${chart.lines.map((line) => renderLine(chart, line, height))}</svg>${renderMarks(chart, height)}${renderReadouts(chart, height)}</svg>
</div>
</figure>
`
}

function renderBand({ band, xMax }: Chart, height: number): Content {
  if (band === undefined) return NOTHING
  const x = tenth((band.from / xMax) * WIDTH)
  return html`<rect class="band" x="${x}" width="${tenth((band.to / xMax) * WIDTH) - x}" height="${height}"/>`
}

function topOf({ yTicks }: Chart): number {
  return yTicks.at(-1)!.at || 1
}

function renderLegend({ lines, marks }: Chart): Content {
  const keys = lines.map(({ look, label }) => html`<span class="key ${look}">${label}</span>`)
  return [
    keys.length > 1 ? keys : NOTHING,
    marks === undefined ? NOTHING : html`<span class="key mark">${marks.label}</span>`,
  ]
}

function renderGrid(chart: Chart, height: number): Content {
  const percent = (x: number) => tenth((x / chart.xMax) * 100)
  const rows = chart.yTicks.map(({ at }, index) => {
    const y = tenth(TOP + height - (at / topOf(chart)) * height)
    return html`<line class="${index === 0 ? 'ground' : 'grid'}" x2="100%" y1="${y}" y2="${y}"/>`
  })
  const columns = chart.xTicks.map(({ at, label }) => {
    const end = at <= 0 ? 'start' : at > chart.xMax * 0.93 ? 'end' : 'middle'
    return html`<text class="${end}" x="${percent(at)}%" y="${TOP + height + 17}">${label}</text>`
  })
  return [rows, columns]
}

function renderLine(chart: Chart, { values, look, isArea }: Line, height: number): Content {
  const runs = splitAtGaps(values).map((run) =>
    run.map(
      ({ value, index }): Dot => [
        tenth((chart.xs[index]! / chart.xMax) * WIDTH),
        tenth(height - (value / topOf(chart)) * height),
      ],
    ),
  )
  const fills = runs.map((dots) => `${writePath(dots)}V${height}H${dots[0]![0]}z`)
  return [
    isArea ? html`<path class="area ${look}" d="${fills.join('')}"/>` : NOTHING,
    html`<path class="line ${look}" d="${runs.map(writePath).join('')}"/>`,
  ]
}

type Dot = readonly [x: number, y: number]

/** Writes relative steps, half as long as absolute positions. A single point is a step of length 0: a dot. */
function writePath(dots: readonly Dot[]): string {
  const [first, ...rest] = dots
  const steps = (rest.length === 0 ? [first!] : rest).map(([x, y], index) => {
    const [fromX, fromY] = dots[index]!
    return `${tenth(x - fromX)} ${tenth(y - fromY)}`
  })
  return `M${first!.join(' ')}l${steps.join(' ')}`
}

function splitAtGaps(values: Line['values']): { value: number; index: number }[][] {
  const runs: { value: number; index: number }[][] = [[]]
  values.forEach((value, index) => {
    if (value === null) runs.push([])
    else runs.at(-1)!.push({ value, index })
  })
  return runs.filter((run) => run.length > 0)
}

function renderMarks(chart: Chart, height: number): Content {
  return (chart.marks?.points ?? []).map(({ x, y }) => {
    const top = TOP + height - (Math.min(y, topOf(chart)) / topOf(chart)) * height
    return html`<circle class="mark" cx="${tenth((x / chart.xMax) * 100)}%" cy="${tenth(top)}" r="4"/>`
  })
}

/** Number of hover strips. */
const READOUTS = { wide: 120, small: 30 }

/** Renders hover strips. The one under the pointer is tinted and shows its values, always in the same place. */
function renderReadouts(chart: Chart, height: number): Content {
  const step = Math.ceil(chart.xs.length / (chart.isSmall ? READOUTS.small : READOUTS.wide))
  const chosen = chart.xs.flatMap((_, index) => (index % step === 0 ? [index] : []))
  const places = chosen.map((index) => (chart.xs[index]! / chart.xMax) * 100)
  const strips = chosen.map((index, position) => {
    const x = places[position]!
    const from = position === 0 ? 0 : (places[position - 1]! + x) / 2
    const to = position === chosen.length - 1 ? 100 : (x + places[position + 1]!) / 2
    const text = html`<text x="100%" y="-10">${chart.readout(index)}</text>`
    return html`<g><rect x="${tenth(from)}%" width="${tenth(to - from)}%"/>${text}</g>
`
  })
  return html`<svg y="${TOP}" width="100%" height="${height}" overflow="visible">
${strips}</svg>`
}
