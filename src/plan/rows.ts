/**
 * Reads the rows of a data file as they are needed.
 */
import { parseExact } from '../base/exact-json.js'
import { readCsvRow } from '../scenario/data/csv.js'
import type { Feeder, Table } from '../scenario/model/scenario.js'

/** Rows by index. */
export interface Rows {
  readonly size: number
  at(index: number): unknown
}

/** Opens a feeder's values. */
export function openRows(feeder: Feeder): Rows {
  if ('table' in feeder) return new TableRows(feeder.table)
  const { values } = feeder
  return { size: values.length, at: (index) => values[index] }
}

/** Parsed rows of smaller tables are cached. A large table would take up memory in each thread. */
const KEPT_BYTES_MAX = 1_000_000

class TableRows implements Rows {
  readonly size: number
  /** Null if rows aren't cached. */
  private readonly kept: unknown[] | null
  private readonly table: Table
  private readonly bytes: Buffer

  constructor(table: Table) {
    const { bytes, spans } = table
    this.table = table
    this.size = spans.length / 2
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.kept = bytes.length > KEPT_BYTES_MAX ? null : new Array(this.size).fill(null)
  }

  at(index: number): unknown {
    if (this.kept === null) return this.read(index)
    this.kept[index] ??= this.read(index)
    return this.kept[index]
  }

  private read(index: number): unknown {
    const { spans, format, columns, delimiter } = this.table
    const text = this.bytes.toString('utf8', spans[2 * index]!, spans[2 * index + 1]!)
    if (format === 'json') return parseExact(text)
    const fields = readCsvRow(text, delimiter)
    const row: Record<string, string> = {}
    for (let i = 0; i < columns!.length; i++) row[columns![i]!] = fields[i]!
    return row
  }
}
