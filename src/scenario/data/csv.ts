/**
 * CSV (RFC 4180) by offsets: one pass finds where each row is in the bytes, and a row is decoded only when it is
 * taken. Tested row by row against csv-parse, which would take seconds for a million rows.
 */

import { plural } from '../../base/units.js'

/** A row that can't be read. */
export interface RowProblem {
  /** From 1. */
  readonly line: number
  readonly message: string
}

/** Where the rows are. */
export interface Scan {
  /** Offsets: row i starts at index 2i and ends at 2i + 1. */
  readonly spans: Uint32Array
  /** The first few rows that can't be read. */
  readonly problems: readonly RowProblem[]
}

const QUOTE = 0x22
const CR = 0x0d
const LF = 0x0a

/** More problems would only obscure their common cause. */
const PROBLEMS_MAX = 5

/**
 * Finds the rows of CSV in UTF-8; empty lines are skipped. `columns` is the number of fields of each row, or null to
 * take it from the first. If the first row can't be read, its problem is the only one and there are no rows, because
 * the others are compared with it.
 */
export function scanCsv(bytes: Uint8Array, delimiter: string, columns: number | null): Scan {
  const scanner = new RowScanner(bytes, delimiter.charCodeAt(0))
  const rows = new Spans(bytes.length)
  const problems: RowProblem[] = []
  let expected = columns
  while (scanner.skipEmptyLines() && problems.length < PROBLEMS_MAX) {
    const { at: start, line } = scanner
    const count = scanner.row()
    if (scanner.problem !== null) {
      problems.push(scanner.problem)
      if (rows.isEmpty) break
    } else if (expected !== null && count !== expected)
      problems.push({ line, message: `expected ${plural(expected, 'field')}, got ${count}` })
    expected ??= count
    rows.push(start, scanner.end)
  }
  return { spans: rows.take(), problems }
}

/** The offset after the byte order mark, if there is one. */
function startOf(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

/** Moves through the bytes, row by row. */
class RowScanner {
  at: number
  /** The line of `at`, from 1. */
  line = 1
  /** Where the last row ended, without its line end. */
  end = 0
  /** The problem of the last row. */
  problem: RowProblem | null = null
  private readonly bytes: Uint8Array
  private readonly separator: number

  constructor(bytes: Uint8Array, separator: number) {
    this.bytes = bytes
    this.separator = separator
    this.at = startOf(bytes)
  }

  /** Skips empty lines. Returns whether a row follows. */
  skipEmptyLines(): boolean {
    while (this.at < this.bytes.length && this.isLineEnd(this.at)) this.endLine()
    return this.at < this.bytes.length
  }

  /** Moves past a row and counts its fields. */
  row(): number {
    const { bytes, separator } = this
    this.problem = null
    let fields = 1
    for (;;) {
      if (bytes[this.at] === QUOTE) this.quoted()
      this.plain()
      if (bytes[this.at] !== separator) break
      fields++
      this.at++
    }
    this.end = this.at
    if (this.at < bytes.length) this.endLine()
    return fields
  }

  /** Moves past a quoted field. */
  private quoted(): void {
    const { bytes, line } = this
    let at = this.at + 1
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined) {
        this.problem ??= { line, message: 'a quote is not closed' }
        at = bytes.length
        break
      }
      if (byte === LF) this.line++
      if (byte !== QUOTE) continue
      if (bytes[at] !== QUOTE) break
      at++
    }
    this.at = at
    if (at < bytes.length && bytes[at] !== this.separator && !this.isLineEnd(at))
      this.problem ??= { line: this.line, message: 'text follows a closing quote' }
  }

  /** Moves past the rest of a field. */
  private plain(): void {
    const { bytes, separator } = this
    const { length } = bytes
    let at = this.at
    for (; at < length; at++) {
      const byte = bytes[at]!
      if (byte === separator || byte === LF) break
      if (byte === CR && this.isLineEnd(at)) break
      if (byte === QUOTE)
        this.problem ??= {
          line: this.line,
          message: 'a field contains a quote but does not begin with one',
        }
    }
    this.at = at
  }

  /** LF, CRLF, or CR at the very end. */
  private isLineEnd(at: number): boolean {
    const { bytes } = this
    if (bytes[at] === LF) return true
    return bytes[at] === CR && (bytes[at + 1] === LF || at + 1 === bytes.length)
  }

  private endLine(): void {
    this.at += this.bytes[this.at] === CR ? 2 : 1
    this.line++
  }
}

/** The fields of a row that {@link scanCsv} accepted. */
export function readCsvRow(row: string, delimiter: string): string[] {
  if (!row.includes('"')) return row.split(delimiter)
  const fields: string[] = []
  let at = 0
  for (;;) {
    let end: number
    if (row[at] === '"') {
      let close = row.indexOf('"', at + 1)
      while (row[close + 1] === '"') close = row.indexOf('"', close + 2)
      fields.push(row.slice(at + 1, close).replaceAll('""', '"'))
      end = close + 1
    } else {
      const next = row.indexOf(delimiter, at)
      end = next === -1 ? row.length : next
      fields.push(row.slice(at, end))
    }
    if (end >= row.length) return fields
    at = end + 1
  }
}

/** A growing list of pairs of offsets. */
export class Spans {
  private pairs: Uint32Array
  private size = 0

  /** `bytes`: the size of the file, for the initial capacity. */
  constructor(bytes: number) {
    this.pairs = new Uint32Array(Math.max(16, Math.min(bytes, 2 ** 16)))
  }

  push(start: number, end: number): void {
    if (this.size + 2 > this.pairs.length) {
      const larger = new Uint32Array(this.pairs.length * 2)
      larger.set(this.pairs)
      this.pairs = larger
    }
    this.pairs[this.size++] = start
    this.pairs[this.size++] = end
  }

  get isEmpty(): boolean {
    return this.size === 0
  }

  take(): Uint32Array {
    return this.pairs.subarray(0, this.size)
  }
}
