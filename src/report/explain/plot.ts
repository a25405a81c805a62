/**
 * A level over time as a small chart of characters.
 */
import type { Ms } from '../../base/clock.js'
import { formatDuration } from '../../base/units.js'
import { displayWidth } from '../width.js'

/** What is drawn. */
export interface Curve {
  /** The level at a moment. */
  at(t: Ms): number
  readonly durationMs: Ms
  /** The highest level: the top of the chart. */
  readonly peak: number
}

/** How it is drawn. */
export interface PlotOptions {
  /** Columns in all. */
  readonly width: number
  readonly height: number
  readonly ascii: boolean
  /** A level with its unit. */
  format(level: number): string
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const ASCII_BLOCKS = [' ', ' ', '.', '.', ':', ':', '#', '#', '#']

/** Lines with the top level and 0 at the left, and the time below. A level above 0 is never drawn as nothing. */
export function renderPlot(curve: Curve, options: PlotOptions): string[] {
  const { height, ascii } = options
  const labels = Array.from({ length: height }, (_, row) =>
    row === 0 ? options.format(curve.peak) : row === height - 1 ? options.format(0) : '',
  )
  const margin = Math.max(...labels.map(displayWidth))
  const columns = Math.max(10, options.width - margin - 2)
  const levels = Array.from({ length: columns }, (_, i) => curve.at(((i + 0.5) / columns) * curve.durationMs))
  const blocks = ascii ? ASCII_BLOCKS : BLOCKS
  const lines = labels.map((label, row) => {
    const cells = levels.map((level) => blocks[eighths(level / curve.peak, height - 1 - row, height)])
    const line = `${' '.repeat(margin - displayWidth(label))}${label} ${ascii ? '|' : '│'}${cells.join('')}`
    return line.trimEnd()
  })
  const end = formatDuration(curve.durationMs)
  const gap = Math.max(1, columns - 2 - end.length)
  return [...lines, `${' '.repeat(margin + 2)}0s${' '.repeat(gap)}${end}`]
}

/** How much of a cell is filled, in eighths; rows count from the bottom. */
function eighths(share: number, row: number, height: number): number {
  const filled = Math.round(share * height * 8)
  const least = share > 0 ? Math.max(1, filled) : 0
  return Math.min(8, Math.max(0, least - row * 8))
}
