/**
 * `perfctl history`: how each metric changed from job to job. It reports, and never fails a build.
 */
import { resolve } from 'node:path'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { didYouMean } from '../base/suggest.js'
import { plural } from '../base/units.js'
import { parseReportFlag } from '../report/formats/index.js'
import { renderHistory } from '../report/history/console.js'
import { renderHistoryJson } from '../report/history/json.js'
import { renderHistoryMarkdown } from '../report/history/markdown.js'
import { HISTORY_METRICS, type History, type HistoryMetric } from '../verdict/history.js'
import { makeTrends, type Trend } from '../verdict/trend.js'
import { findHistories, skip } from './history-files.js'
import { ownsStdout, pageOf } from './report.js'

/** The flags, as parsed by commander. */
export interface RawHistoryFlags {
  readonly metric?: readonly string[]
  readonly request?: readonly string[]
  readonly report?: readonly string[]
  readonly color?: boolean
}

/** Prints the histories of the given baselines, folders or files; by default those of the saved results. */
export async function history(names: readonly string[], flags: RawHistoryFlags, io: Io): Promise<ExitCode> {
  const reports = (flags.report ?? []).map(readReport)
  const metrics = (flags.metric ?? []).map(readMetric)
  const histories = withoutSingles(await findHistories(names, io), io)
  const all = histories.map((each) => ({ history: each, trends: makeTrends(each) }))
  refuseUnknownRequests(flags.request ?? [], all)
  const shown = all
    .map(({ history: each, trends }) => ({
      history: each,
      trends: trends.filter(
        ({ request, metric }) =>
          (metrics.length === 0 || metrics.includes(metric)) &&
          (flags.request === undefined || (request !== null && flags.request.includes(request))),
      ),
    }))
    .filter(({ trends }) => trends.length > 0)
  if (shown.length === 0) {
    throw userError('nothing matches --metric and --request', 'remove one of them to see what was measured')
  }
  if (!ownsStdout(flags.report ?? [])) {
    const page = pageOf(io, flags.color ?? true)
    io.stdout.write(shown.map(({ history: each, trends }) => renderHistory(each, trends, page)).join('\n'))
  }
  for (const { render, path } of reports) {
    if (path === '-') {
      io.stdout.write(render(shown))
      continue
    }
    await writeFileAtomic(resolve(io.cwd, path), render(shown))
    io.stderr.write(`report written: ${path}\n`)
  }
  return EXIT.passed
}

type Render = typeof renderHistoryJson

const FORMATS: Readonly<Partial<Record<string, { readonly render: Render; readonly path: string }>>> = {
  json: { render: renderHistoryJson, path: 'history.json' },
  markdown: { render: renderHistoryMarkdown, path: 'history.md' },
}

function readReport(flag: string): { readonly render: Render; readonly path: string } {
  const { format, path } = parseReportFlag(flag)
  const known = FORMATS[format]
  if (known === undefined)
    throw userError(`--report ${flag}: history has no such format`, 'use json or markdown')
  return { render: known.render, path: path ?? known.path }
}

function readMetric(text: string): HistoryMetric {
  const metric = HISTORY_METRICS.find((known) => known === text)
  if (metric !== undefined) return metric
  throw userError(
    `--metric ${text}: history has no such metric`,
    didYouMean(text, HISTORY_METRICS) ?? `use one of ${HISTORY_METRICS.join(', ')}`,
  )
}

function refuseUnknownRequests(
  names: readonly string[],
  all: readonly { readonly trends: readonly Trend[] }[],
): void {
  const known = new Set(all.flatMap(({ trends }) => trends.map(({ request }) => request)))
  known.delete(null)
  const requests = [...known] as string[]
  for (const name of names) {
    if (known.has(name)) continue
    const list = requests.slice(0, 8).map((each) => `"${printable(each)}"`)
    throw userError(
      `--request ${printable(name)}: no request has that name`,
      didYouMean(name, requests) ?? `use one of ${list.join(', ')}`,
    )
  }
}

/** Leaves out histories of a single result if there are longer ones. */
function withoutSingles(histories: readonly History[], io: Io): readonly History[] {
  const long = histories.filter(({ points, baseline }) => points.length > 1 || baseline !== null)
  const left = histories.length - long.length
  if (long.length === 0 || left === 0) return histories
  skip(`${plural(left, 'result')}, ${left > 1 ? 'each ' : ''}the only one of its scenario and load`, io)
  return long
}
