/**
 * Draws a level over time as a small text chart.
 */
import type { Ms } from '../../base/clock.js'
import { formatDuration } from '../../base/units.js'
import { displayWidth } from '../width.js'

/** The curve to draw. */
export interface Curve {
  /** Returns the level at a moment. */
  at(t: Ms): number
  readonly durationMs: Ms
  /** The highest level, at the top of the chart. */
  readonly peak: number
}

/** Drawing options. */
export interface PlotOptions {
  /** Total width in columns. */
  readonly width: number
  readonly height: number
  readonly ascii: boolean
  /** Formats a level with its unit. */
  format(level: number): string
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const ASCII_BLOCKS = [' ', ' ', '.', '.', ':', ':', '#', '#', '#']

/** Returns the lines: the peak and 0 on the left, the time below. A level above 0 is never drawn as blank. */
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

/** Returns how much of a cell is filled, in eighths. Rows count from the bottom. */
function eighths(share: number, row: number, height: number): number {
  const filled = Math.round(share * height * 8)
  const least = share > 0 ? Math.max(1, filled) : 0
  return Math.min(8, Math.max(0, least - row * 8))
}
