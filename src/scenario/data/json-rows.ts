/**
 * JSON rows by offsets: the entries of a list, or one value per line. Each value is parsed once to validate it, and
 * again when it is taken.
 */
import { type RowProblem, type Scan, Spans } from './csv.js'

/** Rows, and what they have in common. */
export interface JsonScan extends Scan {
  /** All fields of the rows, in order of appearance; null for single values. */
  readonly columns: readonly string[] | null
  /** Fields that are missing from some row, and the line of the first such row. */
  readonly gaps: ReadonlyMap<string, number>
}

const PROBLEMS_MAX = 5
const [QUOTE, BACKSLASH, LF, COMMA] = [0x22, 0x5c, 0x0a, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The entries of a JSON list. */
export function scanJsonList(bytes: Buffer): JsonScan {
  const begin = skipSpace(bytes, startOf(bytes))
  if (bytes[begin] !== OPEN_LIST) {
    return empty({ line: 1 + countLines(bytes, 0, begin), message: 'expected a list: [ ... ]' })
  }
  const reader = new RowReader(bytes)
  let at = skipSpace(bytes, begin + 1)
  let isOpen = bytes[at] !== CLOSE_LIST
  if (!isOpen) at++
  while (isOpen && reader.wantsMore) {
    const end = endOfValue(bytes, at)
    reader.read(at, end)
    isOpen = bytes[end] === COMMA
    if (!isOpen && bytes[end] !== CLOSE_LIST) {
      reader.complain(end, 'the list is not closed')
      return reader.scan()
    }
    at = skipSpace(bytes, end + 1)
  }
  if (reader.wantsMore && skipSpace(bytes, at) < bytes.length) reader.complain(at, 'text follows the list')
  return reader.scan()
}

/** One JSON value per line; empty lines are skipped. */
export function scanJsonLines(bytes: Buffer): JsonScan {
  const reader = new RowReader(bytes)
  let at = startOf(bytes)
  while (at < bytes.length && reader.wantsMore) {
    const found = bytes.indexOf(LF, at)
    const end = found === -1 ? bytes.length : found
    const start = skipSpace(bytes, at)
    if (start < end) reader.read(start, end)
    at = end + 1
  }
  return reader.scan()
}

function empty(problem: RowProblem): JsonScan {
  return { spans: new Uint32Array(0), problems: [problem], columns: null, gaps: new Map() }
}

/** Reads rows and tracks their columns. */
class RowReader {
  private readonly bytes: Buffer
  private readonly rows: Spans
  private readonly problems: RowProblem[] = []
  private readonly columns = new Set<string>()
  private readonly gaps = new Map<string, number>()
  /** The columns that every row so far has. */
  private readonly complete = new Set<string>()
  private kind: 'rows' | 'values' | null = null
  private count = 0
  /** Lines are counted only as far as needed. */
  private counted = { at: 0, line: 1 }

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.rows = new Spans(bytes.length)
  }

  get wantsMore(): boolean {
    return this.problems.length < PROBLEMS_MAX
  }

  read(start: number, end: number): void {
    const value = this.parse(start, end)
    if (value === undefined) return
    const kind = typeof value === 'object' ? 'rows' : 'values'
    if (value === null || Array.isArray(value))
      this.complain(start, `expected a map or a single value, got ${value === null ? 'null' : 'a list'}`)
    else if (this.kind !== null && kind !== this.kind)
      this.complain(start, kind === 'rows' ? 'a row among single values' : 'a single value among rows')
    else if (typeof value === 'object') this.compare(value as Record<string, unknown>, start)
    this.kind ??= kind
    this.rows.push(start, end)
    this.count++
  }

  complain(at: number, message: string): void {
    this.problems.push({ line: this.lineOf(at), message })
  }

  scan(): JsonScan {
    const columns = this.kind === 'rows' ? [...this.columns] : null
    return { spans: this.rows.take(), problems: this.problems, columns, gaps: this.gaps }
  }

  private parse(start: number, end: number): unknown {
    try {
      return JSON.parse(this.bytes.toString('utf8', start, end))
    } catch {
      this.complain(start, 'not valid JSON')
      return undefined
    }
  }

  /** Records new columns, and those that are missing from this row or earlier ones. */
  private compare(row: Record<string, unknown>, start: number): void {
    let held = 0
    for (const name of Object.keys(row)) {
      if (name === '__proto__') this.complain(start, '"__proto__" can\'t be a field')
      if (this.complete.has(name)) held++
      if (this.columns.has(name)) continue
      this.columns.add(name)
      if (this.count === 0) {
        this.complete.add(name)
        held++
      } else this.gaps.set(name, 1)
    }
    // Every column is complete or has a known gap, so a row with all complete columns adds nothing.
    if (held === this.complete.size) return
    const line = this.lineOf(start)
    for (const name of this.complete) {
      if (Object.hasOwn(row, name)) continue
      this.complete.delete(name)
      this.gaps.set(name, line)
    }
  }

  private lineOf(at: number): number {
    const { counted } = this
    const from = at < counted.at ? { at: 0, line: 1 } : counted
    this.counted = { at, line: from.line + countLines(this.bytes, from.at, at) }
    return this.counted.line
  }
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0
  for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) lines++
  return lines
}

/**
 * Where the value that starts at `at` ends: at a comma or a bracket of the list around it. Trailing spaces are
 * included.
 */
function endOfValue(bytes: Buffer, at: number): number {
  let depth = 0
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) {
      i = endOfText(bytes, i)
    } else if (byte === OPEN_MAP || byte === OPEN_LIST) {
      depth++
    } else if (byte === CLOSE_MAP || byte === CLOSE_LIST) {
      if (depth === 0) return i
      depth--
    } else if (byte === COMMA && depth === 0) {
      return i
    }
  }
  return bytes.length
}

/** The closing quote of the string that starts at `at`, or the end of the file. */
function endOfText(bytes: Buffer, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++
    else if (bytes[i] === QUOTE) return i
  }
  return bytes.length
}

function skipSpace(bytes: Buffer, at: number): number {
  let i = at
  while (i < bytes.length && bytes[i]! <= 0x20) i++
  return i
}

function startOf(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}
