/**
 * A series of values as one line of block characters, with marks at its change points.
 */
import { median } from '../../stats/math.js'

const BLOCKS = '▁▂▃▄▅▆▇█'
/** More ink stands for a higher value. */
const ASCII_BLOCKS = '_.-=+*%#'

/** Drawing options. */
export interface SparklineOptions {
  /** In characters, at least 1; each mark takes one. */
  readonly width: number
  readonly ascii: boolean
}

/**
 * Draws the values from the lowest to the highest block; a missing value is a space. `marks` are the indices of values
 * that get a mark before them. If there is too little room, neighbors are merged into their median.
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
  /** The range of values it represents; `end` is exclusive. */
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

/** If all values are equal, they are drawn as the lowest block. */
function levelOf(value: number, low: number, high: number): number {
  return high === low ? 0 : Math.min(7, Math.floor(((value - low) / (high - low)) * 8))
}
