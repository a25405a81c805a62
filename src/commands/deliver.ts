/**
 * What a command with results leaves behind: files, a summary, reports. Each of them whatever becomes of the others, and
 * no result is lost for want of a place.
 */
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { messageOf } from '../base/errors.js'
import { type Content, checkWritable, fileNameOf, writeFileAtomic } from '../base/files.js'
import type { Io, Output } from '../base/io.js'
import { type NextStep, nextStep } from '../report/advice.js'
import { parseReportFlag } from '../report/formats/index.js'
import { jsonPieces } from '../report/formats/json.js'
import { printsStream } from '../report/live/stream/index.js'
import type { Page } from '../report/page.js'
import type { Result } from '../stats/result.js'
import { ownsStdout, pageOf, writeReports } from './report.js'
import type { RunFlags } from './run-options.js'

/** A result and where it belongs. */
export interface Saved {
  readonly result: Result
  /** Relative to the working directory, or absolute. */
  readonly file: string
  /** What is said of it: `result saved`. */
  readonly label: string
}

/** All that is to be left behind. */
export interface Delivery {
  readonly saves: readonly Saved[]
  /** What reports are made of. */
  readonly result: Result
  readonly summary: (page: Page) => string
  /** What reports say to do next, null for nothing; found out from the result unless given. */
  readonly next?: NextStep | null
  /** More scenarios are run by this command, and share its flags and its stdout. */
  readonly isOneOfSeveral?: boolean
}

type Flags = Pick<RunFlags, 'reports' | 'streams' | 'quiet' | 'color'>

/** Saves, prints and reports; false when something could not be written, which is told then. */
export async function deliver(delivery: Delivery, flags: Flags, io: Io): Promise<boolean> {
  const { saves, result, summary, next = nextStep(result), isOneOfSeveral = false } = delivery
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
  // One JSON document, and nothing else, goes to stdout: with other scenarios on it there would be more.
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
    // Nobody else would say why there is nothing to report.
    io.stderr.write(`${result.error}\n`)
  }
  if (!flags.quiet) for (const note of notes) io.stderr.write(note)
  const isReported = await writeReports(result, flags.reports, io, { isOneOfSeveral, next })
  return !isRescued && isReported
}

/** Saves a result that is going to be replaced by a better one, in case that never comes. */
export async function saveEarly({ result, file }: Omit<Saved, 'label'>, io: Io): Promise<void> {
  await tryWrite(resolve(io.cwd, file), jsonPieces(result))
}

/**
 * Throws a UserError when the files that a command is going to leave behind couldn't be written: better before the load
 * than after it.
 */
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

/** Why it can't be written; null when it was. */
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

/** Where stdout is somebody else's: the system's directory for temporary files, and stderr as the last resort. */
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
