/**
 * `perfctl run`: the scenarios one after the other, each shown, judged, saved and reported.
 */
import { relative, resolve } from 'node:path'
import { UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import { renderConsole } from '../report/console.js'
import json from '../report/json.js'
import { createProgress, type Progress } from '../report/live/progress.js'
import { shouldColor } from '../report/style.js'
import type { Scenario } from '../scenario/scenario.js'
import { joinRuns } from '../stats/join.js'
import type { Result } from '../stats/result.js'
import { refuseOtherScenario } from '../verdict/comparable.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { identify, judgeResult } from './assemble.js'
import { type Acceptance, acceptResults, defaultBaselineFile } from './baseline.js'
import { isUnsettled, requireReferences, settle } from './confirm.js'
import { execute, type Reference, type RunOptions } from './execute.js'
import { readMaxSeconds } from './extent.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './flags.js'
import { type Interrupt, listenForInterrupt } from './interrupt.js'
import type { Io } from './io.js'
import { findBaselineFile } from './measurements.js'
import { ownsStdout, pageOf, writeReports } from './report.js'
import { findScenarioFiles, readScenarios } from './scenarios.js'

/** Runs each scenario; the exit code is that of the worst verdict. */
export async function run(names: readonly string[], raw: RawRunFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const scenarios = await readScenarios(names, flags, io)
  if (flags.confirm === 'ab') requireReferences(scenarios)
  readMaxSeconds(flags.maxDuration)
  const jobs: Job[] = []
  for (const scenario of scenarios)
    jobs.push({ scenario, reference: await findReference(scenario, flags, io) })
  return runAll(jobs, flags, io, async (result, { scenario }) => {
    if (flags.updateBaseline && result.verdict === 'passed')
      await acceptResults('update', [result], baselineFile(scenario, flags), io)
  })
}

/** `baseline update` and `baseline add`: runs the scenarios, by default all there are, and accepts each result. */
export async function baselineRun(
  mode: Acceptance,
  names: readonly string[],
  raw: RawRunFlags,
  io: Io,
): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const scenarios = await readScenarios(names.length > 0 ? names : await findScenarioFiles(io), flags, io)
  const jobs: Job[] = []
  for (const scenario of scenarios) {
    // `add` needs the baseline that it adds to, and says so before anything is sent.
    if (mode === 'add') await findReference(scenario, { ...flags, requireBaseline: true }, io)
    jobs.push({ scenario, reference: null, isForBaseline: true })
  }
  return runAll(jobs, flags, io, async (result, { scenario }) => {
    if (!result.interrupted) await keepBaseline(mode, result, baselineFile(scenario, flags), io)
  })
}

/** A run that must not become the truth was sent all the same: that is no mistake of the input (2), but exit code 3. */
async function keepBaseline(mode: Acceptance, result: Result, file: string, io: Io): Promise<void> {
  try {
    await acceptResults(mode, [result], file, io)
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.problems, 'run') : error
  }
}

interface Job {
  readonly scenario: Scenario
  readonly reference: Reference | null
  /** The result becomes the baseline: no need to say how to make one. */
  readonly isForBaseline?: boolean
}

async function runAll(
  jobs: readonly Job[],
  flags: RunFlags,
  io: Io,
  afterwards: (result: Result, job: Job) => Promise<void>,
): Promise<ExitCode> {
  const interrupt = listenForInterrupt(io)
  let worst: ExitCode = EXIT.passed
  try {
    for (const job of jobs) {
      const result = await runOne(job, flags, io, interrupt)
      await afterwards(result, job)
      const code = exitCodeOf(result.verdict, {
        inconclusive: flags.inconclusive,
        signal: interrupt.signalName(),
      })
      worst = worseOf(worst, code)
      if (interrupt.stop.aborted) break
    }
  } finally {
    interrupt.end()
  }
  return worst
}

async function runOne(
  { scenario, reference, isForBaseline = false }: Job,
  flags: RunFlags,
  io: Io,
  interrupt: Interrupt,
): Promise<Result> {
  const progress = openProgress(flags, io)
  let result: Result
  try {
    interrupt.onFirst(() =>
      progress.note('stopping: waiting for requests under way (Ctrl-C again gives them up)'),
    )
    if (scenario.http.insecure)
      progress.note('warning: certificates are not checked (-k): anyone could answer')
    result = await repeat({ scenario, reference }, flags, interrupt, {
      target: flags.target,
      seed: flags.seed,
      workers: flags.workers,
      signal: interrupt.stop,
      kill: interrupt.kill,
      onProgress: (frame) => progress.frame(frame),
      onStart: ({ target, seed, workers }) =>
        progress.note(
          `${scenario.name}: ${target}, seed ${seed}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
        ),
    })
  } finally {
    progress.close()
  }
  if (flags.confirm === 'ab' && isUnsettled(result, scenario)) {
    // Saved first: the service to settle it against may not start.
    await save(result, flags, io)
    result = await settle(result, scenario, { flags, io, interrupt })
  }
  const saved = await save(result, flags, io)
  if (!ownsStdout(flags.reports)) {
    const page = pageOf(io, flags.color)
    io.stdout.write(isForBaseline ? renderConsole(result, page, null) : renderConsole(result, page))
  }
  if (!flags.quiet) io.stderr.write(`result saved: ${saved}\n`)
  await writeReports(result, flags.reports, io)
  return result
}

/** Runs the scenario as often as `--runs` says, and judges all runs together. */
async function repeat(
  { scenario, reference }: Job,
  flags: RunFlags,
  interrupt: Interrupt,
  options: RunOptions,
): Promise<Result> {
  const standard = { reference, allowEnvironment: flags.allowEnvironment, allowMissing: flags.allowMissing }
  const first = await execute(scenario, { ...options, ...standard })
  const results: [Result, ...Result[]] = [first]
  while (results.length < flags.runs && !interrupt.stop.aborted && results.at(-1)!.error === null)
    results.push(await execute(scenario, options))
  return results.length === 1 ? first : judgeResult(joinRuns(results), scenario, standard)
}

function openProgress(flags: RunFlags, io: Io): Progress {
  const { CI, TERM } = io.env
  return createProgress(io.stderr, {
    quiet: flags.quiet,
    interactive: flags.progress && (CI === undefined || CI === '' || CI === 'false') && TERM !== 'dumb',
    colors: shouldColor(io.env, io.stderr.isTerminal, flags.color),
    ascii: pageOf(io, flags.color).ascii,
  })
}

/** Saves the result under its name and time; gives the path to show. */
async function save(result: Result, { resultsDir }: RunFlags, io: Io): Promise<string> {
  const time = result.startedAt.replace(/[:.]/g, '-')
  const path = resolve(io.cwd, resultsDir, `${fileNameOf(result.scenario.name)}-${time}.json`)
  await writeFileAtomic(path, json.render(result))
  const shown = relative(io.cwd, path)
  return shown.startsWith('..') ? path : shown
}

function baselineFile(scenario: Scenario, flags: RunFlags): string {
  if (typeof flags.baseline === 'string') return flags.baseline
  return scenario.baseline.file ?? defaultBaselineFile(scenario.name)
}

/** The baseline to compare with; null when there is none and none is required. Refuses one of another scenario. */
async function findReference(scenario: Scenario, flags: RunFlags, io: Io): Promise<Reference | null> {
  // A URL is a quick look: it has a baseline only when one is named.
  if (flags.baseline === false || (scenario.file === null && flags.baseline === null)) return null
  const file = baselineFile(scenario, flags)
  const shown = relative(io.cwd, resolve(io.cwd, file))
  const baseline = await findBaselineFile(shown, io)
  if (baseline === null) {
    if (!flags.requireBaseline && typeof flags.baseline !== 'string') return null
    throw userError(
      `${scenario.name} has no baseline: ${shown} does not exist`,
      `perfctl baseline update ${scenario.file}`,
    )
  }
  if (flags.updateBaseline && baseline.scenario.hash !== identify(scenario, '').hash) return null
  refuseOtherScenario(baseline, { scenario: identify(scenario, ''), requests: scenario.requests }, shown)
  return { measurement: baseline, name: shown }
}

/** Interrupted beats error beats failed beats inconclusive. */
const SEVERITY: readonly ExitCode[] = [
  EXIT.passed,
  EXIT.inconclusive,
  EXIT.failed,
  EXIT.error,
  EXIT.interrupted,
  EXIT.terminated,
]

function worseOf(a: ExitCode, b: ExitCode): ExitCode {
  return SEVERITY.indexOf(b) > SEVERITY.indexOf(a) ? b : a
}
