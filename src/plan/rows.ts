/**
 * The rows of a data file, read one by one as they are taken.
 */
import { parseExact } from '../base/exact-json.js'
import { readCsvRow } from '../scenario/data/csv.js'
import type { Feeder, Table } from '../scenario/model/scenario.js'

/** Values by number. */
export interface Rows {
  readonly size: number
  at(index: number): unknown
}

/** The values of a feeder. */
export function openRows(feeder: Feeder): Rows {
  if ('table' in feeder) return new TableRows(feeder.table)
  const { values } = feeder
  return { size: values.length, at: (index) => values[index] }
}

/** Rows of smaller tables are kept as they were read; a large one would sit in the memory of each thread. */
const KEPT_BYTES_MOST = 1_000_000

/** Reads from the bytes that all threads share. */
class TableRows implements Rows {
  readonly size: number
  /** Null when none are kept. */
  private readonly kept: unknown[] | null
  private readonly table: Table
  private readonly bytes: Buffer

  constructor(table: Table) {
    const { bytes, spans } = table
    this.table = table
    this.size = spans.length / 2
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.kept = bytes.length > KEPT_BYTES_MOST ? null : new Array(this.size).fill(null)
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
