/**
 * `perfctl report <result.json>`, and the writing of reports for all commands.
 */
import { extname, resolve } from 'node:path'
import { describeFault, UserError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { renderProblems } from '../base/problem.js'
import { type NextStep, nextStep } from '../report/advice.js'
import { renderConsole } from '../report/console.js'
import { loadFormat, parseReportFlag } from '../report/formats/index.js'
import type { Page } from '../report/page.js'
import { createStyle, shouldColor } from '../report/style.js'
import type { Result } from '../stats/result.js'
import { writeToGithub } from './github.js'
import { readResultFile } from './measurement-files.js'

/** Makes the reports of a saved result that `--report` asks for, or prints the summary. */
export async function report(
  file: string,
  reports: readonly string[],
  io: Io,
  options: { readonly color?: boolean } = {},
): Promise<ExitCode> {
  for (const flag of reports) parseReportFlag(flag)
  const result = await readResultFile(file, io)
  const isWhole = await writeReports(result, reports, io)
  if (reports.length === 0)
    io.stdout.write(renderConsole(result, pageOf(io, options.color ?? true), nextStep(result)))
  return isWhole ? EXIT.passed : EXIT.error
}

/**
 * Writes one report per `--report` flag: to its path, to stdout for `-`, or to `<scenario>.<extension>` in the working
 * directory. If several results share the flags, each gets its own file, with `-<scenario>` before the extension.
 * Without a path, `github` writes to the job summary in a workflow, and to stdout elsewhere. The files are reported on
 * stderr. A report that fails doesn't affect the others: it is reported, and the function returns false.
 */
export async function writeReports(
  result: Result,
  reports: readonly string[],
  io: Io,
  { isOneOfSeveral = false, next = nextStep(result) }: ReportOptions = {},
): Promise<boolean> {
  let isWhole = true
  for (const flag of reports) {
    try {
      await writeReport(result, flag, io, { isOneOfSeveral, next, hasStdout: !ownsStdout(reports) })
    } catch (error) {
      isWhole = false
      io.stderr.write(`${describeFailure(flag, error)}\n`)
    }
  }
  return isWhole
}

/** Options of reports. */
interface ReportOptions {
  readonly isOneOfSeveral?: boolean
  /** The suggested next step: that of the result by default, null for none. */
  readonly next?: NextStep | null | undefined
}

interface Context {
  readonly isOneOfSeveral: boolean
  readonly next: NextStep | null
  /** Whether no flag asks for stdout by name. */
  readonly hasStdout: boolean
}

async function writeReport(
  result: Result,
  flag: string,
  io: Io,
  { isOneOfSeveral, next, hasStdout }: Context,
): Promise<void> {
  const { format: id, path } = parseReportFlag(flag)
  const format = await loadFormat(id)
  const isStep = id === 'github' && path === null
  if (isStep && (await writeToGithub(result, format.render(result, next), io))) return
  const pieces = format.pieces?.(result) ?? [format.render(result, next)]
  if (path === '-' || (isStep && hasStdout)) {
    for (const piece of pieces) io.stdout.write(piece)
    return
  }
  const name = fileNameOf(result.scenario.name)
  const shared = isOneOfSeveral && path !== null ? withSuffix(path, name) : path
  const file = shared ?? `${name}.${format.extension}`
  await writeFileAtomic(resolve(io.cwd, file), pieces)
  io.stderr.write(`report written: ${file}\n`)
}

/** File system errors are for the user to fix; anything else is a bug and needs its stack. */
function describeFailure(flag: string, error: unknown): string {
  if (error instanceof UserError) return `--report ${flag}: ${renderProblems(error.problems, null)}`
  const { message, stack } = describeFault(error)
  return `--report ${flag}: the report could not be made, which is a bug in perfctl: ${stack ?? message}`
}

/** `out/report.html` → `out/report-search.html`. */
function withSuffix(path: string, name: string): string {
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}-${name}${extension}`
}

/** Whether a report goes to stdout, where nothing else may be written then. */
export function ownsStdout(reports: readonly string[]): boolean {
  return reports.some((flag) => parseReportFlag(flag).path === '-')
}

/** Stdout as a page. `color` is false for `--no-color`. */
export function pageOf(io: Io, color: boolean): Page {
  const { LC_ALL, LC_CTYPE, LANG } = io.env
  const locale = LC_ALL || LC_CTYPE || LANG
  return {
    width: Math.max(40, io.stdout.columns),
    isUnbounded: !io.stdout.isTerminal,
    style: createStyle(shouldColor(io.env, io.stdout.isTerminal, color)),
    // A terminal with the locale C or POSIX shows other characters as question marks. Files and pipes are UTF-8.
    ascii: io.stdout.isTerminal && /^(C|POSIX)$/.test(locale ?? ''),
  }
}
