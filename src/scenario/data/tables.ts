/**
 * The data files of a scenario: each is opened once, validated as a whole, and kept in shared memory.
 */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { codeOf, messageOf } from '../../base/errors.js'
import type { Table } from '../model/scenario.js'
import { quoted } from '../yaml/tree.js'
import { type RowProblem, readCsvRow, type Scan, scanCsv } from './csv.js'
import type { FileReader } from './files.js'
import { scanJsonLines, scanJsonList } from './json-rows.js'

/** A data file as the scenario names it. */
export interface TableSpec {
  readonly file: string
  readonly delimiter: string | null
  /** The names of the columns of a file without a header. */
  readonly columns: readonly string[] | null
}

/** A problem of a data file, and the key to report it at. */
interface TableProblem {
  readonly key: 'file' | 'delimiter' | 'columns'
  readonly message: string
  readonly hint: string
}

/** A table, or all problems of its file. */
export type TableOutcome =
  | {
      readonly table: Table /** By column: the first row without it. */
      readonly gaps: ReadonlyMap<string, string>
    }
  | { readonly problems: readonly TableProblem[] }

/** The tables of one scenario, each opened once. */
export class Tables {
  private readonly files: FileReader | undefined
  private readonly known = new Map<string, TableOutcome>()

  constructor(files: FileReader | undefined) {
    this.files = files
  }

  /** The table of a file. Throws nothing: problems are in the outcome. */
  open(spec: TableSpec): TableOutcome {
    const key = JSON.stringify(spec)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const outcome = this.read(spec)
    this.known.set(key, outcome)
    return outcome
  }

  private read(spec: TableSpec): TableOutcome {
    const format = FORMATS[extname(spec.file).toLowerCase()]
    if (format === undefined)
      return wrong(
        'file',
        `${quoted(spec.file)} is not a data file`,
        'use a .csv, .tsv, .json or .ndjson file',
      )
    if (format !== 'csv' && format !== 'tsv')
      for (const key of ['delimiter', 'columns'] as const)
        if (spec[key] !== null) return wrong(key, `${key} applies only to CSV, not to JSON`, 'remove the key')
    if (this.files === undefined)
      return wrong('file', "data files can't be read here", 'list the values: [one, two]')
    let content: Uint8Array
    try {
      content = this.files.read(spec.file)
    } catch (error) {
      return unreadable(spec.file, error)
    }
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
    if (!bytes.some((byte) => byte > 0x20)) return empty(spec.file)
    const problem = encodingProblem(spec.file, bytes)
    if (problem !== null) return { problems: [problem] }
    if (format === 'json' || format === 'ndjson') return jsonTable(spec, bytes, format)
    return csvTable({ ...spec, delimiter: spec.delimiter ?? (format === 'tsv' ? '\t' : DELIMITER) }, bytes)
  }
}

/** The separator of fields in a CSV file that sets none. */
export const DELIMITER = ','

const FORMATS: Readonly<Record<string, 'csv' | 'tsv' | 'json' | 'ndjson'>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
}

function wrong(key: TableProblem['key'], message: string, hint: string): { problems: TableProblem[] } {
  return { problems: [{ key, message, hint }] }
}

function unreadable(file: string, error: unknown): { problems: TableProblem[] } {
  const code = codeOf(error)
  if (code === 'ENOENT')
    return wrong('file', `${file}: no such file`, 'write a path relative to the scenario file')
  if (code === 'EISDIR') return wrong('file', `${file} is a directory, not a file`, 'name a file in it')
  return wrong('file', `cannot read ${file}: ${messageOf(error)}`, 'check its permissions')
}

function empty(file: string): { problems: TableProblem[] } {
  return wrong('file', `${file} is empty`, 'add rows to it')
}

function encodingProblem(file: string, bytes: Buffer): TableProblem | null {
  if (isUtf8(bytes)) return null
  let line = 1
  let start = 0
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
    line++
  }
  return { key: 'file', message: `${file}:${line} is not valid UTF-8`, hint: 'save the file as UTF-8' }
}

function jsonTable({ file }: TableSpec, bytes: Buffer, format: 'json' | 'ndjson'): TableOutcome {
  const scan = format === 'json' ? scanJsonList(bytes) : scanJsonLines(bytes)
  if (scan.problems.length > 0) return { problems: rowProblems(file, scan.problems, 'fix or remove the row') }
  if (scan.spans.length === 0) return wrong('file', `${file} has no rows`, 'add rows to it')
  const gaps = new Map([...scan.gaps].map(([column, line]) => [column, `${file}:${line}`]))
  return { table: share(bytes, scan, { file, format: 'json', delimiter: '', columns: scan.columns }), gaps }
}

function csvTable(spec: TableSpec & { delimiter: string }, bytes: Buffer): TableOutcome {
  const { file, delimiter } = spec
  if (!bytes.includes('\n') && bytes.subarray(0, -1).includes('\r'))
    return wrong('file', `the lines of ${file} end in CR only`, 'save the file with LF or CRLF line endings')
  const scan = scanCsv(bytes, delimiter, spec.columns?.length ?? null)
  if (scan.spans.length === 0) return scan.problems.length > 0 ? brokenRows(file, scan) : empty(file)
  const [start, end] = scan.spans
  const first = readCsvRow(bytes.toString('utf8', start, end), delimiter)
  const columns = spec.columns ?? first.map((name) => name.trim())
  const problem = spec.columns === null ? headerProblem(spec, columns) : null
  if (problem !== null) return { problems: [problem] }
  if (spec.columns !== null && first.length !== spec.columns.length)
    return wrong(
      'columns',
      `${file} has ${first.length} columns, but ${spec.columns.length} are named`,
      'name all of them, or remove columns if the file has a header',
    )
  if (scan.problems.length > 0) return brokenRows(file, scan)
  const spans = spec.columns === null ? scan.spans.subarray(2) : scan.spans
  if (spans.length === 0)
    return wrong(
      'file',
      `${file} has a header but no rows`,
      'add rows, or name the columns if the first line is a row: columns: [...]',
    )
  return {
    table: share(bytes, { ...scan, spans }, { file, format: 'csv', delimiter, columns }),
    gaps: new Map(),
  }
}

function brokenRows(file: string, { problems }: Scan): { problems: TableProblem[] } {
  return {
    problems: rowProblems(file, problems, 'quote fields that contain the delimiter or a quote: "a ""b"" c"'),
  }
}

function headerProblem(
  { file, delimiter }: TableSpec & { delimiter: string },
  names: readonly string[],
): TableProblem | null {
  const other =
    names.length === 1 ? [';', '\t', ',', '|'].find((sign) => names[0]!.includes(sign)) : undefined
  if (other !== undefined && other !== delimiter) {
    const message = `the header of ${file} has only one column, ${quoted(names[0]!)}`
    return { key: 'file', message, hint: `add delimiter: ${JSON.stringify(other)}` }
  }
  const hint = 'name each column in the first line of the file, or list the names here: columns: [...]'
  if (names.includes('')) return { key: 'file', message: `${file}:1 has a column without a name`, hint }
  const twice = columnProblem(names)
  return twice === null ? null : { key: 'file', message: `${file}:1: ${twice}`, hint }
}

/** The problem of column names; null if there is none. */
export function columnProblem(names: readonly string[]): string | null {
  const known = new Set<string>()
  const twice = names.find((name) => known.size === known.add(name).size)
  if (twice !== undefined) return `duplicate column ${quoted(twice)}`
  return names.includes('__proto__') ? '"__proto__" can\'t be a column' : null
}

function rowProblems(file: string, problems: readonly RowProblem[], hint: string): TableProblem[] {
  return problems.map(({ line, message }) => ({ key: 'file', message: `${file}:${line}: ${message}`, hint }))
}

/** Copies bytes and offsets to memory that all threads share. */
function share(
  bytes: Buffer,
  { spans }: Scan,
  about: Pick<Table, 'file' | 'format' | 'delimiter' | 'columns'>,
): Table {
  const sharedBytes = new Uint8Array(new SharedArrayBuffer(bytes.length))
  sharedBytes.set(bytes)
  const sharedSpans = new Uint32Array(new SharedArrayBuffer(spans.length * 4))
  sharedSpans.set(spans)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { ...about, bytes: sharedBytes, spans: sharedSpans, digest }
}
