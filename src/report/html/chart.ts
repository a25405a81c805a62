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

/** A value of the baseline, drawn as a dashed line over the others. */
interface Level {
  readonly label: string
  readonly at: number
}

interface Place {
  readonly x: number
  readonly y: number
}

/** Points drawn over the lines. */
interface Marks {
  readonly label: string
  readonly points: readonly Place[]
}

/** What a model expects, drawn as a dashed line over the others. */
interface Curve {
  readonly label: string
  readonly points: readonly Place[]
  /** A place on it that has a name. */
  readonly peak?: Place & { readonly label: string }
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
  readonly curve?: Curve
  readonly levels?: readonly Level[]
  /** A part of the horizontal axis that is shaded. */
  readonly band?: { readonly from: number; readonly to: number }
  /** It is the one that others are read beside: above them, and taller. */
  readonly isLead?: boolean
  /** The figures at a position, for the reader who points at it. */
  readonly readout: (index: number) => string
  /** The position itself, shown before its figures; absent if they name it. */
  readonly position?: (index: number) => string
}

/**
 * The sizes of charts. `lead` and `track` share a time axis, and show the figures of one moment together: see
 * `tracks.ts`. The others show their own, above the drawing.
 */
export type ChartSize = 'wide' | 'small' | 'lead' | 'track'

/** Height of the drawing, and of what is above and below it. */
interface Space {
  readonly top: number
  readonly height: number
  readonly bottom: number
}

const SPACES: Readonly<Record<ChartSize, Space>> = {
  wide: { top: 22, height: 190, bottom: 22 },
  small: { top: 22, height: 110, bottom: 22 },
  lead: { top: 8, height: 190, bottom: 22 },
  track: { top: 8, height: 54, bottom: 8 },
}

/** Width of the drawing in its own units; the page decides the real width. */
const WIDTH = 1000

/** Renders the chart with its title and legend. */
export function renderChart(chart: Chart, size: ChartSize): Markup {
  const space = SPACES[size]
  const { top, height } = space
  const full = top + height + space.bottom
  return html`<figure class="chart ${size}">
<figcaption><b>${chart.title}</b>${renderLegend(chart)}</figcaption>
<div class="drawing" role="img" aria-label="${chart.title}: ${chart.description}">
<svg class="scale" width="56" height="${full}" aria-hidden="true">${chart.yTicks.map(({ at, label }) => html`<text x="48" y="${tenth(yOf(chart, at, space) + 4)}">${label}</text>`)}</svg>
<svg class="plot" height="${full}" aria-hidden="true">${renderRows(chart, space)}${size === 'track' ? renderColumns(chart, space) : renderAxis(chart, top + height + 17)}<svg y="${top}" width="100%" height="${height}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" overflow="visible">${renderBand(chart, height)}${chart.lines.map((line) => renderLine(chart, line, height))}${renderCurve(chart, height)}</svg>${renderLevels(chart, space)}${renderMarks(chart, space)}${renderPeak(chart, space)}${size === 'wide' || size === 'small' ? renderReadouts(chart, size) : NOTHING}</svg>
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

/** The height of a value in the drawing, at most its top. */
function yOf(chart: Chart, value: number, { top, height }: Space): number {
  return tenth(top + height - (Math.min(value, topOf(chart)) / topOf(chart)) * height)
}

function xOf({ xMax }: Pick<Chart, 'xMax'>, x: number): string {
  return `${tenth((x / xMax) * 100)}%`
}

function renderLegend({ lines, marks, curve, levels = [] }: Chart): Content {
  const keys = lines.map(({ look, label }) => html`<span class="key ${look}">${label}</span>`)
  return [
    keys.length > 1 ? keys : NOTHING,
    marks === undefined ? NOTHING : html`<span class="key mark">${marks.label}</span>`,
    curve === undefined ? NOTHING : html`<span class="key level">${curve.label}</span>`,
    levels.map(({ label }) => html`<span class="key level">${label}</span>`),
  ]
}

function renderRows(chart: Chart, space: Space): Content {
  return chart.yTicks.map(({ at }, index) => {
    const y = yOf(chart, at, space)
    return html`<line class="${index === 0 ? 'ground' : 'grid'}" x2="100%" y1="${y}" y2="${y}"/>`
  })
}

/** Lines instead of labels: the labels are above and below all tracks. */
function renderColumns(chart: Chart, { top, height }: Space): Content {
  return chart.xTicks.map(
    ({ at }) =>
      html`<line class="grid" x1="${xOf(chart, at)}" x2="${xOf(chart, at)}" y1="${top}" y2="${top + height}"/>`,
  )
}

/** Renders the labels of the horizontal axis. */
export function renderAxis(chart: Pick<Chart, 'xTicks' | 'xMax'>, y: number): Content {
  return chart.xTicks.map(({ at, label }) => {
    const end = at <= 0 ? 'start' : at > chart.xMax * 0.93 ? 'end' : 'middle'
    return html`<text class="${end}" x="${xOf(chart, at)}" y="${y}">${label}</text>`
  })
}

function renderLevels(chart: Chart, space: Space): Content {
  return (chart.levels ?? []).map(({ at }) => {
    const y = yOf(chart, at, space)
    return html`<line class="level" x2="100%" y1="${y}" y2="${y}"/>`
  })
}

function renderLine(chart: Chart, { values, look, isArea }: Line, height: number): Content {
  const runs = splitAtGaps(values).map((run) =>
    run.map(({ value, index }) => dotOf(chart, { x: chart.xs[index]!, y: value }, height)),
  )
  const fills = runs.map((dots) => `${writePath(dots)}V${height}H${dots[0]![0]}z`)
  return [
    isArea ? html`<path class="area ${look}" d="${fills.join('')}"/>` : NOTHING,
    html`<path class="line ${look}" d="${runs.map(writePath).join('')}"/>`,
  ]
}

type Dot = readonly [x: number, y: number]

function dotOf(chart: Chart, { x, y }: Place, height: number): Dot {
  // Below 0, only the readout has the figure.
  return [tenth((x / chart.xMax) * WIDTH), tenth(height - (Math.max(0, y) / topOf(chart)) * height)]
}

function renderCurve(chart: Chart, height: number): Content {
  if (chart.curve === undefined) return NOTHING
  const dots = chart.curve.points.map((point) => dotOf(chart, point, height))
  return html`<path class="line model" d="${writePath(dots)}"/>`
}

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

function renderMarks(chart: Chart, space: Space): Content {
  return (chart.marks?.points ?? []).map(
    ({ x, y }) => html`<circle class="mark" cx="${xOf(chart, x)}" cy="${yOf(chart, y, space)}" r="4"/>`,
  )
}

function renderPeak(chart: Chart, space: Space): Content {
  const peak = chart.curve?.peak
  if (peak === undefined) return NOTHING
  const [x, y] = [xOf(chart, peak.x), yOf(chart, peak.y, space)]
  const end = peak.x > chart.xMax / 2 ? 'end' : 'start'
  return html`<circle class="peak" cx="${x}" cy="${y}" r="4"/><text class="${end}" x="${x}" y="${y + 20}">${peak.label}</text>`
}

/** Number of hover strips. */
const READOUTS = { wide: 120, small: 30 }

/** Renders hover strips. The one under the pointer is tinted and shows its values, always in the same place. */
function renderReadouts(chart: Chart, size: keyof typeof READOUTS): Content {
  const { top, height } = SPACES[size]
  const step = Math.ceil(chart.xs.length / READOUTS[size])
  const chosen = chart.xs.flatMap((_, index) => (index % step === 0 ? [index] : []))
  const places = chosen.map((index) => (chart.xs[index]! / chart.xMax) * 100)
  const strips = chosen.map((index, position) => {
    const x = places[position]!
    const from = position === 0 ? 0 : (places[position - 1]! + x) / 2
    const to = position === chosen.length - 1 ? 100 : (x + places[position + 1]!) / 2
    const values = [...(chart.position === undefined ? [] : [chart.position(index)]), chart.readout(index)]
    const text = html`<text x="100%" y="-10">${values.join('  ·  ')}</text>`
    return html`<g><rect x="${tenth(from)}%" width="${tenth(to - from)}%"/>${text}</g>
`
  })
  return html`<svg y="${top}" width="100%" height="${height}" overflow="visible">
${strips}</svg>`
}
