/**
 * `perfctl capacity`: searches the largest load that a service carries within its limits.
 */
import { join, parse } from 'node:path'
import type { Ms } from '../base/clock.js'
import { type Problem, UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { parseDuration, parseRate, plural } from '../base/units.js'
import { listSeries } from '../plan/series.js'
import { nextStep } from '../report/advice.js'
import { describeTrial, formatLoad } from '../report/capacity.js'
import { renderConsole } from '../report/console.js'
import { fitted } from '../report/width.js'
import { type CapacityBasis, capacityName, identifySearch } from '../run/capacity/result.js'
import { type CapacityRunOptions, runCapacity } from '../run/capacity/session.js'
import { budgetLeast, capacityOf, checkSettings } from '../run/capacity/settings.js'
import { type Interrupt, listenForInterrupt, STOPPING } from '../run/interrupt.js'
import type { CapacityOptions, Scenario } from '../scenario/model/scenario.js'
import type { Result } from '../stats/result.js'
import { leastOfReference } from '../verdict/capacity/least.js'
import type { Reference } from '../verdict/measurement.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { acceptResults } from './baseline.js'
import { baselineFile, findReference, type Subject } from './baseline-reference.js'
import { checkPlaces, deliver } from './deliver.js'
import type { RawRunFlags, RunFlags } from './run-options.js'
import { readScenarios } from './scenario-files.js'
import { parseSearchFlags, serveSearch } from './search-shard.js'
import { checkUpload, upload } from './upload.js'
import { openWatchers } from './watchers.js'

/** Flags that `run` doesn't have, as typed. */
export interface RawCapacityFlags extends RawRunFlags {
  readonly budget?: string
  readonly from?: string
  readonly max?: string
  readonly require?: string
  readonly verify?: boolean
}

/** Searches the capacity of one scenario's service and judges it; a shard but the first only sends its part. */
export async function capacity(name: string, raw: RawCapacityFlags, io: Io): Promise<ExitCode> {
  const { flags, shard } = parseSearchFlags(raw, io.env)
  const [scenario] = await readScenarios([name], flags, io)
  if (shard !== null) return serveSearch(shard, flags, io)
  const given = capacityOf(scenario!)
  const { settings, required } = readSettings(raw, given, budgetLeast(given))
  const reference = await findReference(subjectOf(scenario!, settings), flags, io)
  const isCheck = raw.verify === true
  const floor = findFloor({ required, reference, isCheck }, scenario!, settings)
  if (flags.resultTo !== undefined) checkUpload(flags.resultTo, io)
  await checkPlaces(flags, io)
  const interrupt = listenForInterrupt(io)
  try {
    const asked = { floor, isCheck, reference, allowEnvironment: flags.allowEnvironment }
    const result = await search(scenario!, settings, { asked, flags, io, interrupt })
    const isWhole = await show(result, { flags, io, interrupt })
    if (flags.updateBaseline && result.verdict === 'passed')
      await acceptResults('update', [result], baselineFile(subjectOf(scenario!, settings), flags), io)
    const signal = interrupt.signalName()
    const code = exitCodeOf(result.verdict, { inconclusive: flags.inconclusive, signal })
    return code === EXIT.passed && !isWhole ? EXIT.error : code
  } finally {
    interrupt.end()
  }
}

interface Context {
  readonly flags: RunFlags
  readonly io: Io
  readonly interrupt: Interrupt
}

type Asked = Pick<CapacityRunOptions, 'floor' | 'isCheck' | keyof CapacityBasis>

/**
 * The load that has to be carried; undefined if there is none. Throws a UserError if there is nothing to verify, or more than
 * may be sent.
 */
export function findFloor(
  {
    required,
    reference,
    isCheck,
  }: {
    readonly required: number | null
    readonly reference: Reference | null
    readonly isCheck: boolean
  },
  { baseline, file }: Scenario,
  { of, max }: Pick<CapacityOptions, 'of' | 'max'>,
): CapacityRunOptions['floor'] {
  if (required !== null) return { load: required, by: 'require' }
  if (!isCheck) return undefined
  const { capacity: tolerance } = baseline.tolerance
  const load = reference === null ? null : leastOfReference(reference.measurement, tolerance, of === 'vus')
  if (load === null) {
    throw userError(
      '--verify: there is no baseline of the capacity to verify',
      `make one with perfctl capacity ${file ?? 'scenario.yaml'} --update-baseline, or name the load: --require 500/s`,
    )
  }
  if (max !== null && load > max) {
    throw userError(
      `--verify: the baseline's capacity less the tolerance, ${formatLoad(load, of)}, is more than the most that may be sent, ${formatLoad(max, of)}`,
      'raise --max or capacity.max, or name a smaller load: --require',
    )
  }
  return { load, by: 'baseline' }
}

/** The search as the subject of a comparison. */
function subjectOf(scenario: Scenario, settings: CapacityOptions): Subject {
  const { file, profile, baseline } = scenario
  return {
    file,
    profile,
    baseline: baseline.file === null ? null : beside(baseline.file),
    scenario: { name: capacityName(scenario.name), ...identifySearch(scenario, settings) },
    requests: listSeries(scenario),
  }
}

/** The baseline of the capacity beside that of the runs: `shop.json` becomes `shop-capacity.json`. */
function beside(file: string): string {
  const { dir, name, ext } = parse(file)
  return join(dir, `${capacityName(name)}${ext}`)
}

async function search(
  scenario: Scenario,
  settings: CapacityOptions,
  { asked, flags, io, interrupt }: Context & { readonly asked: Asked },
): Promise<Result> {
  const note = (text: string) => {
    if (!flags.quiet) io.stderr.write(`${fitted(text, io.stderr)}\n`)
  }
  const watchers = await openWatchers(flags, io, note)
  interrupt.onFirst(() => note(STOPPING))
  if (scenario.http.insecure) note('warning: TLS certificates are not verified')
  let result: Result | null = null
  try {
    // Agents are loaded only if they are asked for.
    const source = flags.agents === null ? null : await import('./agents-source.js')
    const agents = await source?.agentsOf(scenario, flags, io, note)
    result = await runCapacity(scenario, settings, {
      target: flags.target,
      seed: flags.seed,
      workers: flags.workers,
      agents,
      ...asked,
      signal: interrupt.stop,
      kill: interrupt.kill,
      onStart: ({ target, seed, workers }) => {
        note(`${scenario.name}: ${target}, seed ${seed}, ${plural(workers, 'worker')}`)
        for (const watcher of watchers) watcher.open({ scenario: scenario.name, target, seed, workers })
      },
      onProgress: (frame) => {
        for (const watcher of watchers) watcher.frame(frame)
      },
      onTrial: (trial, remainingSeconds) => {
        if (flags.progress) note(describeTrial(trial, settings.of, remainingSeconds))
      },
      onNotice: (text) => note(`warning: ${text}`),
    })
    return result
  } finally {
    for (const watcher of watchers) watcher.done(result)
    await Promise.all(watchers.map((watcher) => watcher.close()))
  }
}

async function show(result: Result, { flags, io, interrupt }: Context): Promise<boolean> {
  // Don't suggest a baseline to users who left it out, or whose result becomes one.
  const isAccepted = flags.updateBaseline && result.verdict === 'passed'
  const next = isAccepted || flags.baseline === false ? null : nextStep(result)
  const time = result.startedAt.replace(/[:.]/g, '-')
  const file = join(flags.resultsDir, `${fileNameOf(result.scenario.name)}-${time}.json`)
  const isWritten = await deliver(
    {
      saves: [{ result, file, label: 'result saved' }],
      result,
      summary: (page) => renderConsole(result, page, next),
      next,
    },
    flags,
    io,
  )
  if (flags.resultTo === undefined) return isWritten
  const sending = { url: flags.resultTo, signal: interrupt.kill, isQuiet: flags.quiet }
  return (await upload({ result, file, ...sending }, io)) && isWritten
}

/** Flags that change the settings of a search, as typed. */
export type RawSearchFlags = Pick<RawCapacityFlags, 'budget' | 'from' | 'max' | 'require'>

/** What a search is asked for. */
export interface Wanted {
  readonly settings: CapacityOptions
  /** The load that has to be carried; null if none was named. */
  readonly required: number | null
}

/**
 * Returns the settings of the scenario with those of the flags. `leastMs`: the shortest budget that makes sense. Throws a UserError
 * that lists all invalid ones.
 */
export function readSettings(raw: RawSearchFlags, given: CapacityOptions, leastMs: Ms): Wanted {
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  const level = (flag: string, text: string | undefined): number | null =>
    text === undefined ? null : readLoad(flag, text, given.of, wrong)
  const settings = {
    ...given,
    from: level('--from', raw.from) ?? given.from,
    max: level('--max', raw.max) ?? given.max,
    budgetMs: readBudget(raw.budget, wrong) ?? given.budgetMs,
  }
  const required = level('--require', raw.require)
  problems.push(...checkSettings(settings, { required, leastMs }))
  if (problems.length > 0) throw new UserError(problems)
  return { settings, required }
}

type Wrong = (message: string, hint: string) => void

function readLoad(flag: string, text: string, of: CapacityOptions['of'], wrong: Wrong): number | null {
  const value = of === 'rate' ? parseRate(text) : /^\d{1,6}$/.test(text) ? Number(text) : null
  if (value !== null && value > 0) return value
  wrong(
    `${flag} ${text}: not ${of === 'rate' ? 'a rate' : 'a number of virtual users'} above 0`,
    of === 'rate'
      ? `write a rate such as ${flag} 500/s; for virtual users, write capacity: { of: vus } in the scenario`
      : `write a whole number such as ${flag} 500`,
  )
  return null
}

function readBudget(text: string | undefined, wrong: Wrong): number | null {
  const ms = text === undefined ? null : parseDuration(text)
  if (text !== undefined && ms === null)
    wrong(`--budget ${text}: not a duration`, 'write a duration such as --budget 10m')
  return ms
}
