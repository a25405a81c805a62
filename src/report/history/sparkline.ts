/**
 * A row of figures as a line of blocks, one character each, with a mark where it changed for good.
 */
import { median } from '../../stats/math.js'

const BLOCKS = '▁▂▃▄▅▆▇█'
/** The higher the ink, the higher the value. */
const ASCII_BLOCKS = '_.-=+*%#'

/** How it is drawn. */
export interface SparklineOptions {
  /** In characters, at least 1; marks take one each. */
  readonly width: number
  readonly ascii: boolean
}

/**
 * The values from lowest to highest block; a space where there is none. `marks` are the indices of values that a mark is
 * put before. More values than there is room for are drawn as the medians of neighbours.
 */
export function renderSparkline(
  values: readonly (number | null)[],
  marks: readonly number[],
  { width, ascii }: SparklineOptions,
): string {
  const blocks = ascii ? ASCII_BLOCKS : BLOCKS
  const cells = condense(values, Math.max(1, width - marks.length))
  const known = cells.flatMap(({ value }) => (value === null ? [] : [value]))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return cells
    .map(({ start, end, value }) => {
      const count = marks.filter((mark) => mark >= start && mark < end).length
      const block = value === null ? ' ' : blocks[levelOf(value, low, high)]!
      return (ascii ? '|' : '│').repeat(count) + block
    })
    .join('')
}

interface Cell {
  /** The first value that it stands for, and the first that it doesn't. */
  readonly start: number
  readonly end: number
  readonly value: number | null
}

function condense(values: readonly (number | null)[], most: number): Cell[] {
  const count = Math.min(values.length, most)
  return Array.from({ length: count }, (_, i) => {
    const start = Math.round((i * values.length) / count)
    const end = Math.round(((i + 1) * values.length) / count)
    const known = values.slice(start, end).filter((value) => value !== null)
    return { start, end, value: known.length === 0 ? null : median(known) }
  })
}

/** Values that are all the same lie at the bottom. */
function levelOf(value: number, low: number, high: number): number {
  return high === low ? 0 : Math.min(7, Math.floor(((value - low) / (high - low)) * 8))
}
