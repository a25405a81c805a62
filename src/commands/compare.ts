/**
 * `perfctl compare <a> <b>`: compares two measurements without sending anything.
 */
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import type { Io } from '../base/io.js'
import { renderComparisonPage } from '../report/console.js'
import { comparisonHeadline, headline } from '../report/wording.js'
import type { Comparison } from '../stats/comparison.js'
import type { Result, RunVerdict } from '../stats/result.js'
import type { Baseline } from '../verdict/baseline.js'
import { type CompareOptions, compare } from '../verdict/compare.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { readMeasurementFile } from './measurement-files.js'
import { ownsStdout, pageOf, writeReports } from './report.js'

/** The flags, as parsed by commander. */
export interface CompareFlags
  extends Partial<Pick<CompareOptions, 'tolerance' | 'minDeltaMs' | 'allowEnvironment' | 'allowMissing'>> {
  readonly inconclusive?: 'fail' | 'pass'
  /** Values of `--report`. Reports need `b` to be a result. */
  readonly report?: readonly string[]
  readonly color?: boolean
}

/** Judges the measurement in file `b` against the one in file `a`. Either is a result or a baseline. */
export async function compareFiles(a: string, b: string, flags: CompareFlags, io: Io): Promise<ExitCode> {
  const reference = await readMeasurementFile(a, io)
  const candidate = await readMeasurementFile(b, io)
  const { inconclusive = 'pass', report = [], color = true, ...limits } = flags
  const comparison = compare(reference, candidate, { ...limits, baseline: a })
  const verdict = verdictOf(candidate, comparison)
  const isWhole =
    report.length === 0 || (await writeReports(judgedResult(candidate, b, comparison, verdict), report, io))
  if (!ownsStdout(report)) {
    const sentence =
      verdict === 'failed' && candidate.schema === 'perfctl/result@1'
        ? headline({ ...candidate, comparison, verdict })
        : comparisonHeadline(comparison)
    io.stdout.write(renderComparisonPage(comparison, { sentence, verdict }, pageOf(io, color)))
  }
  return isWhole ? exitCodeOf(verdict, { inconclusive }) : EXIT.error
}

/**
 * As for a run, requests that never succeeded fail, whatever they are compared with. A baseline was accepted as it is.
 */
function verdictOf(
  candidate: Result | Baseline,
  { verdict, referenceNeverSucceeded }: Comparison,
): RunVerdict {
  const own = candidate.schema === 'perfctl/result@1' ? candidate.neverSucceeded : []
  if (own.length > 0 || referenceNeverSucceeded !== undefined) return 'failed'
  return verdict === 'improved' ? 'passed' : verdict
}

/** The second file's result with this comparison as its verdict. Its thresholds play no role here. */
function judgedResult(
  candidate: Result | Baseline,
  file: string,
  comparison: Comparison,
  verdict: RunVerdict,
): Result {
  if (candidate.schema !== 'perfctl/result@1') {
    throw userError(
      `--report: ${file} is a baseline, and reports are made of results`,
      'give a result as the second file',
    )
  }
  return { ...candidate, comparison, thresholds: [], verdict }
}
