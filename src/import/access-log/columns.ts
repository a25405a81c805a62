/**
 * Logs with a header that names their fields: `#Fields:` of IIS, CloudFront and other W3C extended logs, `#fields` of
 * Zeek, and the first line of CSV exports.
 */
import { entryOf, FIELDS } from './fields.js'
import { readLine } from './line.js'
import type { LineContent } from './line-parts.js'

/** Columns that hold the original log line. */
const INNER = ['@message', 'message', 'textPayload', 'log', 'line', 'raw', '_raw']

/** The columns that a header defines. */
export class Columns {
  private readonly names: readonly string[]
  private readonly positions: ReadonlyMap<string, number>
  /** The separator; null for whitespace (tabs in lines that have them). */
  private readonly delimiter: string | null
  private readonly found = new Map<readonly string[], number[]>()
  private readonly dateAt: number
  private readonly timeAt: number

  constructor(names: readonly string[], delimiter: string | null) {
    this.names = names
    this.delimiter = delimiter
    // Of equal names, the first wins.
    this.positions = new Map(names.map((name, index) => [plainName(name), index] as const).toReversed())
    this.dateAt = this.positions.get('date') ?? -1
    this.timeAt = this.positions.get('time') ?? -1
  }

  /** Required fields that the header lacks; empty if none. */
  get missing(): string[] {
    if (this.at(INNER).length > 0) return []
    const lacks = (fields: readonly string[]) => this.at(fields).length === 0
    const isWhole = !lacks(FIELDS.request)
    return [
      ...(lacks(FIELDS.method) && !isWhole ? ['method'] : []),
      ...(lacks(FIELDS.path) && !isWhole ? ['path'] : []),
      ...(lacks(FIELDS.status) ? ['status'] : []),
    ]
  }

  /** Reads a line; null if it has other fields. `date`: the day, if only the header has it. */
  read(line: string, date: string | null): LineContent {
    const cells = split(line, this.delimiter)
    if (this.delimiter !== null && cells.length !== this.names.length) return null
    if (cells.length < this.names.length - 1 || cells.length > this.names.length) return null
    const entry = entryOf((fields) =>
      fields === FIELDS.time ? this.time(cells, date) : this.cell(fields, cells),
    )
    if (entry !== null) return entry
    const inner = this.cell(INNER, cells)
    return inner === null || inner.length >= line.length ? null : readLine(inner.trimEnd())
  }

  private at(fields: readonly string[]): number[] {
    const known = this.found.get(fields)
    if (known !== undefined) return known
    const found = fields
      .map((field) => this.positions.get(plainName(field)))
      .filter((position) => position !== undefined)
    this.found.set(fields, found)
    return found
  }

  private cell(fields: readonly string[], cells: readonly string[]): string | null {
    for (const position of this.at(fields)) {
      const cell = cells[position] ?? ''
      if (cell !== '' && cell !== '-' && cell !== '(empty)') return cell
    }
    return null
  }

  /** W3C logs split date and time into two fields, or give the date only in the header. */
  private time(cells: readonly string[], date: string | null): string | null {
    const clock = cells[this.timeAt] ?? ''
    const day = this.dateAt === -1 ? date : cells[this.dateAt]
    if (day && /^\d{1,2}:\d\d/.test(clock)) return `${day} ${clock}`
    return this.cell(FIELDS.time, cells)
  }
}

/** The columns that a header line defines; null for any other line. */
export function readHeader(line: string): Columns | null {
  const [, fields] = /^#\s*fields:?\s+(\S.*)$/i.exec(line) ?? []
  if (fields !== undefined) {
    const delimiter = line.includes('\t') ? '\t' : null
    return new Columns(split(fields.trim(), delimiter), delimiter)
  }
  if (line.length > 10_000 || !/status|code|message|payload|log/i.test(line)) return null
  const text = line.replace(/^\ufeff/, '')
  const delimiter = [',', '\t', ';', '|'].find((one) => text.includes(one))
  if (delimiter === undefined) return null
  const names = split(text, delimiter)
  if (!names.every((name) => /^[\w@ .()[\]/-]{0,80}$/.test(name))) return null
  const columns = new Columns(names, delimiter)
  return columns.missing.length === 0 ? columns : null
}

function split(line: string, delimiter: string | null): string[] {
  if (delimiter === null && line.includes('\t')) return line.split('\t')
  if (delimiter === null) return (line.match(/"(?:[^"]|"")*"|\S+/g) ?? []).map(unquoted)
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim())
  const cells: string[] = []
  for (let at = 0; at <= line.length; ) {
    const quoted = line[at] === '"' ? /"(?:[^"]|"")*"/y : null
    if (quoted !== null) quoted.lastIndex = at
    const cell = quoted?.exec(line)?.[0]
    const end = line.indexOf(delimiter, at + (cell?.length ?? 0))
    const stop = end === -1 ? line.length : end
    cells.push(cell === undefined ? line.slice(at, stop).trim() : unquoted(cell))
    at = stop + 1
  }
  return cells
}

function unquoted(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
}

/** Normalizes names: `cs(Host)`, `cs-host` and `CsHost` are the same field. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d]+/g, '')
}
