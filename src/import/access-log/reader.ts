/**
 * The lines of a log, one after the other: a header says what the lines behind it hold.
 */
import { type Columns, readHeader } from './columns.js'
import { readLine } from './line.js'
import type { LineContent } from './line-parts.js'

/** Reads lines in their order. */
export class LogReader {
  private columns: Columns | null = null
  private date: string | null = null

  /** What the fields that a header names leave open, in words. */
  get missing(): readonly string[] {
    return this.columns?.missing ?? []
  }

  /** What a line holds; `header` for one that speaks of the lines behind it. */
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
