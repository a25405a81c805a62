/**
 * Reads the lines of a log. A header line defines the fields of the lines after it.
 */
import { type Columns, readHeader } from './columns.js'
import { readLine } from './line.js'
import type { LineContent } from './line-parts.js'

/** Reads lines in order. */
export class LogReader {
  private columns: Columns | null = null
  private date: string | null = null

  get missing(): readonly string[] {
    return this.columns?.missing ?? []
  }

  /** Reads a line. Returns `header` for a line that describes the lines after it. */
  read(line: string): LineContent | 'header' {
    if (line.startsWith('#')) return this.readDirective(line)
    const entry = this.columns?.read(line, this.date) ?? readLine(line)
    if (entry !== null) return entry
    const columns = readHeader(line)
    if (columns === null) return null
    this.columns = columns
    return 'header'
  }

  private readDirective(line: string): 'header' {
    const [, date] = /^#\s*Date:\s*(\d{4}-\d\d-\d\d)/i.exec(line) ?? []
    this.date = date ?? this.date
    this.columns = readHeader(line) ?? this.columns
    return 'header'
  }
}
