/**
 * The report formats. To add one, write a file with a default export and add a line here.
 */
import { userError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import type { Format } from './format.js'

/** Loaded on demand, so that a run pays only for the formats it uses. */
const FORMATS = {
  csv: () => import('./csv.js'),
  'csv-windows': () => import('./csv-windows.js'),
  github: () => import('./github.js'),
  html: () => import('./html.js'),
  json: () => import('./json.js'),
  junit: () => import('./junit.js'),
  markdown: () => import('./markdown.js'),
} satisfies Record<string, () => Promise<{ readonly default: Format }>>

type FormatId = keyof typeof FORMATS

/** All format names, as `--report` takes them. */
export const FORMAT_IDS = Object.keys(FORMATS) as readonly FormatId[]

/** A parsed `--report`. `path` is null for the default path and `-` for stdout. */
export interface ReportRequest {
  readonly format: FormatId
  readonly path: string | null
}

/** Parses `json`, `json=PATH` or `json=-`. Throws a UserError for an unknown format. */
export function parseReportFlag(flag: string): ReportRequest {
  const equals = flag.indexOf('=')
  const id = equals < 0 ? flag : flag.slice(0, equals)
  const path = equals < 0 ? null : flag.slice(equals + 1)
  const format = FORMAT_IDS.find((known) => known === id)
  if (format === undefined) {
    const known = `use one of ${FORMAT_IDS.join(', ')}`
    throw userError(`--report ${flag}: unknown format "${id}"`, didYouMean(id, FORMAT_IDS) ?? known)
  }
  if (path === '')
    throw userError(`--report ${flag}: the path is empty`, `write --report ${id}=FILE, or ${id}=- for stdout`)
  return { format, path }
}

/** Loads a format by its name. */
export async function loadFormat(id: FormatId): Promise<Format> {
  const { default: format } = await FORMATS[id]()
  return format
}
