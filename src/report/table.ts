/**
 * Plain-text tables. Only this file imports cli-table3.
 */
import Table from 'cli-table3'
import { displayWidth, truncateMiddle, wrap } from './width.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Its cells are shortened with … in the middle when the table is too wide. At most one column. */
  readonly isFlexible?: boolean
  /** Left out when the table is still too wide, the lowest number first. */
  readonly expendable?: number
}

/** Layout of a table. */
export interface TableOptions {
  /** In terminal columns. Lines are longer only if the narrowest form of the table is. */
  readonly width: number
  /** Ignore `width`. */
  readonly isUnbounded?: boolean | undefined
  readonly indent?: string
  /** Don't list the columns left out: a live view has no line to spare. */
  readonly isLive?: boolean
  readonly title?: (text: string) => string
}

/** The flexible column is never narrower than this; other columns are left out first. */
const FLEXIBLE_MIN = 14
const GAP = 2

/** Renders titles and rows without borders or trailing spaces. A last line lists the columns left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const indent = options.indent ?? ''
  const width = options.isUnbounded ? Number.POSITIVE_INFINITY : options.width - indent.length
  const kept = chooseColumns(columns, rows, width)
  const widths = fitWidths(columns, rows, kept, width)
  const paint = options.title ?? ((text) => text)
  const cells = [columns.map(({ title }) => title), ...rows].map((row, index) =>
    kept.map((column, position) => {
      const cell = row[column] ?? ''
      const fitting = columns[column]!.isFlexible ? truncateMiddle(cell, widths[position]!) : cell
      return index === 0 ? paint(fitting) : fitting
    }),
  )
  const lines = layOut(
    cells,
    kept.map((column) => columns[column]!.align ?? 'left'),
    widths,
  ).split('\n')
  const left = columns.filter(({ title }, index) => title !== '' && !kept.includes(index))
  if (left.length > 0 && !options.isLive) {
    const text = `columns left out to fit: ${left.map(({ title }) => title).join(', ')}`
    lines.push(
      ...wrap(text, width)
        .split('\n')
        .map((line) => paint(line)),
    )
  }
  return lines.map((line) => indent + line.trimEnd()).join('\n')
}

function layOut(
  cells: readonly (readonly string[])[],
  aligns: readonly ('left' | 'right')[],
  widths: readonly number[],
): string {
  const parts: string[] = []
  for (let from = 0; from < cells.length; from += PART_ROWS) {
    const table = new Table({
      chars: NO_BORDERS,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
      colAligns: [...aligns],
      colWidths: [...widths],
    })
    table.push(...cells.slice(from, from + PART_ROWS).map((row) => [...row]))
    parts.push(table.toString())
  }
  return parts.join('\n')
}

/** Rows are laid out in parts, as the library compares each cell with those of all rows before it. */
const PART_ROWS = 100

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
}

/** Returns the indices of the columns that fit: expendable ones are left out until the flexible one has room. */
function chooseColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  let kept = columns.map((_, index) => index)
  const leaving = kept
    .filter((index) => columns[index]!.expendable !== undefined)
    .sort((a, b) => columns[a]!.expendable! - columns[b]!.expendable!)
  for (const index of leaving) {
    if (narrowest(columns, rows, kept) <= width) break
    kept = kept.filter((each) => each !== index)
  }
  return kept
}

function narrowest(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  kept: readonly number[],
): number {
  return kept.reduce(
    (sum, index) => {
      const natural = naturalWidth(columns, rows, index)
      return sum + (columns[index]!.isFlexible ? Math.min(natural, FLEXIBLE_MIN) : natural)
    },
    (kept.length - 1) * GAP,
  )
}

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  kept: readonly number[],
  width: number,
): number[] {
  const natural = kept.map((index) => naturalWidth(columns, rows, index))
  const excess = natural.reduce((sum, each) => sum + each, (kept.length - 1) * GAP) - width
  return natural.map((each, position) => {
    const isFlexible = columns[kept[position]!]!.isFlexible === true
    return isFlexible && excess > 0 ? Math.max(Math.min(each, FLEXIBLE_MIN), each - excess) : each
  })
}

function naturalWidth(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  index: number,
): number {
  return rows.reduce(
    (width, row) => Math.max(width, displayWidth(row[index] ?? '')),
    displayWidth(columns[index]!.title),
  )
}
