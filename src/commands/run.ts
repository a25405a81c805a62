/**
 * `perfctl run`: runs scenarios one after the other; each is shown, judged, saved and reported.
 */
import { join, relative, resolve } from 'node:path'
import { wallTime } from '../base/clock.js'
import { UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { checkWritable, fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { renderProblems } from '../base/problem.js'
import { formatDuration, plural } from '../base/units.js'
import { listSeries } from '../plan/series.js'
import { nextStep } from '../report/advice.js'
import { renderConsole } from '../report/console.js'
import { createProgress, type Progress } from '../report/live/progress.js'
import type { Watcher } from '../report/live/watcher.js'
import { renderSeveral } from '../report/several.js'
import { shouldColor } from '../report/style.js'
import { fitted, layoutOf } from '../report/width.js'
import { type Interrupt, listenForInterrupt, STOPPING } from '../run/interrupt.js'
import { identify, judgeResult } from '../run/result.js'
import { type RunOptions, runScenario } from '../run/run.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { joinRuns } from '../stats/join.js'
import type { Result } from '../stats/result.js'
import { nameShard } from '../stats/shard.js'
import { findObstacle } from '../verdict/baseline.js'
import type { Reference } from '../verdict/measurement.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { readMaxSeconds } from './ab-duration.js'
import type { Acceptance } from './baseline.js'
import { baselineFile, findReference, type Subject } from './baseline-reference.js'
import { checkPlaces, deliver, saveEarly } from './deliver.js'
import { ownsStdout, pageOf } from './report.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { findScenarioFiles, readScenarios } from './scenario-files.js'
import { checkUpload, upload } from './upload.js'
import { openWatchers } from './watchers.js'

/** Runs each scenario. The exit code is that of the worst verdict. */
export async function run(names: readonly string[], raw: RawRunFlags, io: Io): Promise<ExitCode> {
  const { start } = await prepareRun(names, raw, io)
  return start()
}

/** Scenarios that are ready to be run. */
export interface PreparedRun {
  readonly flags: RunFlags
  /** Runs each scenario. The exit code is that of the worst verdict. */
  start(): Promise<ExitCode>
}

/** Finds everything that is wrong with the input before anything is sent. Throws a UserError about it. */
export async function prepareRun(names: readonly string[], raw: RawRunFlags, io: Io): Promise<PreparedRun> {
  const flags = parseRunFlags(raw, io.env)
  const scenarios = await readScenarios(names, flags, io)
  readMaxSeconds(flags.maxDuration)
  if (flags.confirm === 'ab') (await loadConfirm()).checkConfirmable(scenarios, flags)
  checkSeveral(scenarios, flags)
  if (flags.resultTo !== undefined) checkUpload(flags.resultTo, io)
  const jobs: Job[] = []
  for (const scenario of scenarios) {
    if (flags.shard === undefined)
      jobs.push({ scenario, reference: await findReference(subjectOf(scenario), flags, io) })
    else jobs.push({ scenario: withRelativeBaseline(scenario, io), reference: null })
  }
  await checkPlaces(flags, io)
  if (flags.updateBaseline) await checkBaselines(jobs, flags, io)
  const afterwards = async (result: Result, { scenario }: Job) => {
    if (flags.updateBaseline && result.verdict === 'passed')
      await accept('update', { result, scenario }, flags, io)
  }
  return { flags, start: () => runAll(jobs, flags, io, afterwards) }
}

/** Sessions are loaded only if they are asked for. */
function loadConfirm() {
  return import('./confirm.js')
}

/** So are agents. */
function loadAgents() {
  return import('./agents-source.js')
}

/** Throws a UserError for flags that only fit one scenario. */
function checkSeveral({ length }: readonly Scenario[], { startAtMs, resultTo }: RunFlags): void {
  if (length === 1) return
  if (startAtMs !== undefined)
    throw userError(`--start-at can't be used with ${length} scenarios: only one can start then`, 'name one')
  if (resultTo !== undefined && !resultTo.pathname.endsWith('/')) {
    throw userError(
      `--result-to names one file, but there are ${length} scenarios`,
      'end its path with / to send each result under its own name',
    )
  }
}

/** `baseline update` and `baseline add`: runs the scenarios, by default all, and accepts each result. */
export async function baselineRun(
  mode: Acceptance,
  names: readonly string[],
  raw: RawRunFlags,
  io: Io,
): Promise<ExitCode> {
  const flags = parseRunFlags(raw, io.env)
  if (flags.shard !== undefined) {
    throw userError(
      '--shard: a baseline needs the whole load',
      'run the shards with perfctl run, merge them with perfctl merge -o FILE, then use perfctl baseline update --from FILE',
    )
  }
  const scenarios = await readScenarios(names.length > 0 ? names : await findScenarioFiles(io), flags, io)
  const jobs: Job[] = []
  for (const scenario of scenarios) {
    // `add` needs an existing baseline, which is checked before anything is sent.
    if (mode === 'add') await findReference(subjectOf(scenario), { ...flags, requireBaseline: true }, io)
    jobs.push({ scenario, reference: null, isForBaseline: true })
  }
  await checkPlaces(flags, io)
  await checkBaselines(jobs, flags, io)
  return runAll(jobs, flags, io, async (result, { scenario }) => {
    if (!result.interrupted) await accept(mode, { result, scenario }, flags, io)
  })
}

/** Accepts a result into its scenario's baseline; what that needs is loaded only now. */
async function accept(
  mode: Acceptance,
  { result, scenario }: { readonly result: Result; readonly scenario: Scenario },
  flags: RunFlags,
  io: Io,
): Promise<void> {
  const { acceptResults } = await import('./baseline.js')
  await acceptResults(mode, [result], baselineFile(subjectOf(scenario), flags), io)
}

/** Throws a UserError if one of the new baselines could not be written. */
async function checkBaselines(jobs: readonly Job[], flags: RunFlags, io: Io): Promise<void> {
  for (const { scenario } of jobs) {
    const file = resolve(io.cwd, baselineFile(subjectOf(scenario), flags))
    await checkWritable(file, 'choose another file with --baseline FILE')
  }
}

interface Job {
  readonly scenario: Scenario
  readonly reference: Reference | null
  /** Whether the result becomes the baseline, so that there is no need to suggest it. */
  readonly isForBaseline?: boolean
}

async function runAll(
  jobs: readonly Job[],
  flags: RunFlags,
  io: Io,
  afterwards: (result: Result, job: Job) => Promise<void>,
): Promise<ExitCode> {
  const notices: Notices = { above: null }
  const watchers = await openWatchers(flags, io, (text) => show(text, notices, io))
  const interrupt = listenForInterrupt(io)
  let worst: ExitCode = EXIT.passed
  const results: Result[] = []
  try {
    for (const job of jobs) {
      const { result, isWhole } = await runOne(job, flags, io, {
        interrupt,
        watchers,
        notices,
        isOneOfSeveral: jobs.length > 1,
      })
      results.push(result)
      const code = exitCodeOf(result.verdict, {
        inconclusive: flags.inconclusive,
        signal: interrupt.signalName(),
      })
      worst = worseOf(worst, worseOf(code, isWhole ? EXIT.passed : EXIT.error))
      const isDone = await attempt(() => afterwards(result, job), io)
      // That a failed run can't be accepted is not another error.
      const isToBeExpected = code === EXIT.failed && findObstacle(result) !== null
      if (!isDone && !isToBeExpected) worst = worseOf(worst, EXIT.error)
      if (interrupt.stop.aborted) break
    }
  } finally {
    interrupt.end()
    await Promise.all(watchers.map((watcher) => watcher.close()))
  }
  if (results.length > 1 && !ownsStdout(flags.reports))
    io.stdout.write(`\n${renderSeveral(results, pageOf(io, flags.color))}`)
  return worst
}

/** Returns false if the action failed, which is reported: it must not keep the next scenario from running. */
async function attempt(action: () => Promise<void>, io: Io): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    io.stderr.write(`${renderProblems(error.problems, layoutOf(io.stderr))}\n`)
    return false
  }
}

/** What all runs of one command share. */
interface Context {
  readonly interrupt: Interrupt
  readonly watchers: readonly Watcher[]
  readonly notices: Notices
  /** Whether several scenarios are run, so that each needs its own report files. */
  readonly isOneOfSeveral: boolean
}

/** Where notices of watchers go: above the live view, if there is one, so that they don't break it up. */
interface Notices {
  above: Progress | null
}

function show(text: string, { above }: Notices, io: Io): void {
  if (above === null) io.stderr.write(`${fitted(text, io.stderr)}\n`)
  else above.note(text)
}

async function runOne(
  { scenario, reference, isForBaseline = false }: Job,
  flags: RunFlags,
  io: Io,
  { interrupt, watchers, notices, isOneOfSeveral }: Context,
): Promise<{ readonly result: Result; readonly isWhole: boolean }> {
  const progress = openProgress(flags, io)
  const note = (text: string) => progress.note(text)
  // A crash skips `finally` and would leave the terminal without a cursor.
  const forget = io.onExit(() => progress.close())
  // `--quiet` hides progress, not warnings.
  notices.above = flags.quiet ? null : progress
  let result: Result
  try {
    interrupt.onFirst(() => progress.note(STOPPING))
    if (scenario.http.insecure) progress.note('warning: TLS certificates are not verified')
    result = await repeat({ scenario, reference }, flags, interrupt, {
      target: flags.target,
      seed: flags.seed,
      workers: flags.workers,
      shard: flags.shard,
      startAtMs: flags.startAtMs,
      agents:
        flags.agents === null ? undefined : await (await loadAgents()).agentsOf(scenario, flags, io, note),
      signal: interrupt.stop,
      kill: interrupt.kill,
      onProgress: (frame) => {
        progress.frame(frame)
        for (const watcher of watchers) watcher.frame(frame)
      },
      onNotice: (text) => show(`warning: ${text}`, notices, io),
      onStart: ({ target, seed, workers }) => {
        const shard = flags.shard === undefined ? '' : `, ${nameShard(flags.shard)}`
        progress.note(
          `${scenario.name}: ${target}, seed ${seed}, ${plural(workers, 'worker')}${shard}${describeStart(flags)}`,
        )
        for (const watcher of watchers) watcher.open({ scenario: scenario.name, target, seed, workers })
      },
    })
  } catch (error) {
    for (const watcher of watchers) watcher.done(null)
    throw error
  } finally {
    progress.close()
    forget()
    notices.above = null
  }
  try {
    const confirm = flags.confirm === 'ab' ? await loadConfirm() : null
    if (confirm?.needsConfirmation(result, scenario)) {
      await saveEarly({ result, file: fileOf(result, flags) }, io)
      result = await confirm.confirmResult(result, scenario, { flags, io, interrupt })
    }
  } finally {
    // Watchers get the final verdict, so not earlier.
    for (const watcher of watchers) watcher.done(result)
  }
  // Don't suggest a baseline to users who left it out, or whose result becomes one.
  const isAccepted = isForBaseline || (flags.updateBaseline && result.verdict === 'passed')
  const next = isAccepted || flags.baseline === false ? null : nextStep(result)
  const file = fileOf(result, flags)
  const isWritten = await deliver(
    {
      saves: [{ result, file, label: 'result saved' }],
      result,
      summary: (page) => renderConsole(result, page, next),
      next,
      isOneOfSeveral,
    },
    flags,
    io,
  )
  if (flags.resultTo === undefined) return { result, isWhole: isWritten }
  const sending = { url: flags.resultTo, signal: interrupt.kill, isQuiet: flags.quiet }
  const isSent = await upload({ result, file, ...sending }, io)
  return { result, isWhole: isWritten && isSent }
}

function describeStart({ startAtMs }: RunFlags): string {
  if (startAtMs === undefined) return ''
  const aheadMs = Math.max(0, Math.round((startAtMs - wallTime().getTime()) / 1000) * 1000)
  return `, starts at ${new Date(startAtMs).toISOString()} (in ${formatDuration(aheadMs)})`
}

/** Runs the scenario `--runs` times and judges all runs together. */
async function repeat(
  { scenario, reference }: Job,
  flags: RunFlags,
  interrupt: Interrupt,
  options: RunOptions,
): Promise<Result> {
  const standard = { reference, allowEnvironment: flags.allowEnvironment, allowMissing: flags.allowMissing }
  const first = await runScenario(scenario, { ...options, ...standard })
  const results: [Result, ...Result[]] = [first]
  while (results.length < flags.runs && !interrupt.stop.aborted && results.at(-1)!.error === null)
    results.push(await runScenario(scenario, options))
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

/** The file of a result, named by scenario and time. */
function fileOf({ startedAt, scenario, shard }: Result, { resultsDir }: RunFlags): string {
  const time = startedAt.replace(/[:.]/g, '-')
  // Shards of several machines may have begun in the same millisecond.
  const part = shard === null ? '' : `-shard-${shard.index}-of-${shard.of}`
  return join(resultsDir, `${fileNameOf(scenario.name)}-${time}${part}.json`)
}

/** The scenario as the subject of a comparison. */
function subjectOf(scenario: Scenario): Subject {
  const { file, profile, baseline } = scenario
  return {
    file,
    profile,
    baseline: baseline.file,
    scenario: identify(scenario, ''),
    requests: listSeries(scenario),
  }
}

/** The result of a shard goes to another machine, where only a relative path means anything. */
function withRelativeBaseline(scenario: Scenario, io: Io): Scenario {
  const { baseline } = scenario
  if (baseline.file === null) return scenario
  return { ...scenario, baseline: { ...baseline, file: relative(io.cwd, resolve(io.cwd, baseline.file)) } }
}

/** In order of severity. */
const SEVERITY: readonly ExitCode[] = [
  EXIT.passed,
  EXIT.inconclusive,
  EXIT.failed,
  EXIT.error,
  EXIT.interrupted,
  EXIT.terminated,
]

/** The more severe of two exit codes. */
export function worseOf(a: ExitCode, b: ExitCode): ExitCode {
  return SEVERITY.indexOf(b) > SEVERITY.indexOf(a) ? b : a
}
