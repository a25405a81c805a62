/**
 * Writes what a command leaves behind: result files, a summary and reports. A failure of one doesn't affect the
 * others, and no result is lost because a file can't be written.
 */
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { messageOf } from '../base/errors.js'
import { type Content, checkWritable, fileNameOf, writeFileAtomic } from '../base/files.js'
import type { Io, Output } from '../base/io.js'
import type { NextStep } from '../report/advice.js'
import { parseReportFlag } from '../report/formats/index.js'
import { jsonPieces } from '../report/formats/json.js'
import { printsStream } from '../report/live/stream/index.js'
import type { Page } from '../report/page.js'
import type { Result } from '../stats/result.js'
import { ownsStdout, pageOf, writeReports } from './report.js'
import type { RunFlags } from './run-options.js'

/** A result and where to save it. */
export interface Saved {
  readonly result: Result
  /** Relative to the working directory, or absolute. */
  readonly file: string
  /** How the note about it begins: `result saved`. */
  readonly label: string
}

/** Everything to write. */
export interface Delivery {
  readonly saves: readonly Saved[]
  /** The result that reports are made from. */
  readonly result: Result
  readonly summary: (page: Page) => string
  /** The next step that reports suggest; null for none. Default: derived from the result. */
  readonly next?: NextStep | null
  /** Whether the command runs several scenarios, which share its flags and stdout. */
  readonly isOneOfSeveral?: boolean
}

type Flags = Pick<RunFlags, 'reports' | 'streams' | 'quiet' | 'color'>

/** Saves, prints and reports. Returns false if something could not be written, which is reported on stderr. */
export async function deliver(delivery: Delivery, flags: Flags, io: Io): Promise<boolean> {
  const { saves, result, summary, next, isOneOfSeveral = false } = delivery
  const notes: string[] = []
  const unsaved: Saved[] = []
  for (const saved of saves) {
    const reason = await tryWrite(resolve(io.cwd, saved.file), jsonPieces(saved.result))
    if (reason === null) notes.push(`${saved.label}: ${show(saved.file, io)}\n`)
    else {
      unsaved.push(saved)
      io.stderr.write(`${reason}\n`)
    }
  }
  const hasStdout = !ownsStdout(flags.reports) && !flags.streams.some(printsStream)
  const isRescued = unsaved.length > 0
  // Stdout takes one JSON document and nothing else; other scenarios would write there, too.
  const printsResult = isRescued && hasStdout && !isOneOfSeveral
  if (printsResult) {
    io.stderr.write('the result is written to stdout instead, as JSON\n')
    print(unsaved, io.stdout)
  } else if (isRescued) {
    for (const saved of unsaved) await rescue(saved, io)
  }
  if (hasStdout) {
    const output = printsResult ? io.stderr : io.stdout
    output.write(summary(pageOf({ ...io, stdout: output }, flags.color)))
  } else if (result.error !== null) {
    // Nothing else would tell why there is nothing to report.
    io.stderr.write(`${result.error}\n`)
  }
  if (!flags.quiet) for (const note of notes) io.stderr.write(note)
  const isReported = await writeReports(result, flags.reports, io, { isOneOfSeveral, next })
  return !isRescued && isReported
}

/** Saves a preliminary result, in case the final one never comes. */
export async function saveEarly({ result, file }: Omit<Saved, 'label'>, io: Io): Promise<void> {
  await tryWrite(resolve(io.cwd, file), jsonPieces(result))
}

/** Throws a UserError if the command's output files can't be written: better before the load than after it. */
export async function checkPlaces(
  { resultsDir, reports }: Pick<RunFlags, 'resultsDir' | 'reports'>,
  io: Io,
): Promise<void> {
  await checkWritable(
    resolve(io.cwd, resultsDir, 'result.json'),
    'choose another directory with --results-dir DIR',
  )
  for (const flag of reports) {
    const { format, path } = parseReportFlag(flag)
    if (path !== null && path !== '-')
      await checkWritable(resolve(io.cwd, path), `choose another file with --report ${format}=FILE`)
  }
}

/** Writes a file. Returns the reason if it can't be written, else null. */
async function tryWrite(path: string, content: Content): Promise<string | null> {
  try {
    await writeFileAtomic(path, content)
    return null
  } catch (error) {
    return messageOf(error)
  }
}

function print(unsaved: readonly Saved[], output: Output): void {
  const [only] = unsaved
  if (unsaved.length === 1) {
    for (const piece of jsonPieces(only!.result)) output.write(piece)
    return
  }
  for (const [index, { result }] of unsaved.entries()) {
    output.write(index === 0 ? '[\n' : ',\n')
    for (const piece of jsonPieces(result)) output.write(piece)
  }
  output.write(']\n')
}

/** Saves a result when stdout is in use: in the directory for temporary files, or on stderr as a last resort. */
async function rescue({ result, label }: Saved, io: Io): Promise<void> {
  const name = `perfctl-${fileNameOf(result.scenario.name)}-${fileNameOf(result.startedAt)}.json`
  const path = join(tmpdir(), name)
  const reason = await tryWrite(path, jsonPieces(result))
  if (reason === null) io.stderr.write(`${label} instead: ${path}\n`)
  else {
    io.stderr.write(`${reason}\nthe result follows, as JSON\n`)
    for (const piece of jsonPieces(result)) io.stderr.write(piece)
  }
}

function show(file: string, io: Io): string {
  const path = resolve(io.cwd, file)
  const shown = relative(io.cwd, path)
  return shown.startsWith('..') ? path : shown
}
