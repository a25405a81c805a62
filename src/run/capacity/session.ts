/**
 * A search for the capacity of a service, from start to result: the load of one session whose level the search sets.
 */
import { now, wallTime } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { readGitCommit } from '../../base/git.js'
import { readEnvironment } from '../../base/host.js'
import { readLimits } from '../../base/limits.js'
import { randomSeed } from '../../base/rng.js'
import { redact } from '../../base/secrets.js'
import type { FleetEnd } from '../../load/fleet/threads.js'
import { checkReachable, checkResources } from '../../load/once/preflight.js'
import { awaitReady } from '../../load/once/ready.js'
import { makePlan } from '../../plan/make-plan.js'
import type { Plan } from '../../plan/plan.js'
import { CAPACITY_DEFAULTS } from '../../scenario/model/capacity.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import type { CapacityCheckMark } from '../../stats/capacity.js'
import type { Frame } from '../../stats/frame.js'
import type { Result } from '../../stats/result.js'
import { CapacityCheck } from '../../verdict/capacity/check.js'
import { type Machine, Outlook } from '../../verdict/capacity/outlook.js'
import { CapacitySearch } from '../../verdict/capacity/search.js'
import { isRunFailure, NO_FAILURE, whyFailed, whyNotSent, whyStopped } from '../failure.js'
import { Observation } from '../observation.js'
import { isHere } from '../process/watch.js'
import { type RunStart, withTarget } from '../run.js'
import { setUp } from '../setup.js'
import { countWorkers } from '../worker-count.js'
import { type FirstLoad, findFirstRate } from './first-load.js'
import { checkRows, settleMsOf, sloOf, steeredLoad, VUS_MAX, warnOfHaste } from './load.js'
import { assembleCapacity, type CapacityBasis, type SearchRecord } from './result.js'
import { LiveRig } from './rig.js'
import { type TrialEnd, Trials } from './trials.js'

/** Options that override or add to the scenario. */
export interface CapacityRunOptions extends CapacityBasis {
  /** Replaces the scenario's target: `demo` or an absolute URL. */
  readonly target?: string | undefined
  readonly seed?: number | undefined
  readonly workers?: number | undefined
  /** A load that has to be carried. */
  readonly floor?: Pick<CapacityCheckMark, 'load' | 'by'> | undefined
  /** Only finds out whether `floor` is carried, and searches if it isn't. */
  readonly isCheck?: boolean
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  readonly onStart?: (start: RunStart) => void
  readonly onProgress?: (frame: Frame) => void
  /** Called after each trial, with an estimate of how long the rest takes. */
  readonly onTrial?: (trial: TrialEnd, remainingSeconds: number) => void
  readonly onNotice?: (text: string) => void
}

/** The settings of the search in a scenario. */
export function capacityOf({ capacity }: Scenario): CapacityOptions {
  return capacity ?? CAPACITY_DEFAULTS
}

/**
 * Searches the capacity of the service and returns the judged result. Like a run, a search
 * that can't start or finish has a result. Throws a UserError for invalid input; nothing has been sent then.
 */
export async function runCapacity(
  scenario: Scenario,
  settings: CapacityOptions,
  options: CapacityRunOptions,
): Promise<Result> {
  const seed = options.seed ?? randomSeed()
  const target = options.target ?? scenario.target
  try {
    return await withTarget(target, (url, started) =>
      searchAt(url, scenario, settings, { ...options, seed, started }),
    )
  } catch (error) {
    if (target === null || !isRunFailure(error)) throw error
    const plan = makePlan(scenario, { target, seed, today: wallTime().getTime() })
    const stopped = whyStopped(options.signal)
    const record = {
      ...(await emptyRecord(plan, scenario, settings, options)),
      stopped: stopped.interrupted || stopped.error !== null ? stopped : { ...stopped, ...whyNotSent(error) },
    }
    return assembleCapacity(scenario, settings, record, options)
  }
}

/** `started`: the process that perfctl started as the service; null if it started none. */
type Seeded = CapacityRunOptions & { readonly seed: number; readonly started: number | null }

async function searchAt(
  target: string,
  scenario: Scenario,
  settings: CapacityOptions,
  options: Seeded,
): Promise<Result> {
  const { signal, kill } = options
  const budgetMs = settings.budgetMs
  const known = { target, seed: options.seed, today: wallTime().getTime() }
  const unlimited = await limitOf(scenario, settings, target)
  const most = unlimited ?? Number.MAX_SAFE_INTEGER
  const load = steeredLoad(
    scenario,
    settings.of,
    settings.of === 'vus' ? most : (unlimited ?? 0),
    LONGER * budgetMs,
  )
  checkRows({ ...scenario, load }, settings.of === 'vus' ? null : unlimited, budgetMs / 1000)
  const base: Plan = { ...makePlan({ ...scenario, load }, known), isSteered: true }
  const environment = readEnvironment()
  const workers = countWorkers(base, { asked: options.workers, cores: environment.cores, shard: null })
  checkResources(base, readLimits())
  options.onStart?.({ target, seed: base.seed, workers })
  const haste = warnOfHaste(settings)
  if (haste !== null) options.onNotice?.(haste)
  const ready = await awaitReady(scenario, base, { signal, onWait: options.onNotice })
  await checkReachable(target, scenario.http, signal)
  const { variables, tearDown } = await setUp(scenario, base, signal, kill)
  const plan = { ...base, variables }
  let record: SearchRecord
  try {
    record = await steer(plan, scenario, { ...settings, max: unlimited }, { ...options, workers })
  } finally {
    const fault = await tearDown()
    if (fault !== null) options.onNotice?.(fault)
  }
  return assembleCapacity(scenario, settings, { ...record, ...ready }, options)
}

/** The load may last longer than the budget, which is kept by the search: its last trial may end late. */
const LONGER = 2

/** The most that may be sent; null: no limit. Throws a UserError if another machine could get any load. */
async function limitOf(
  { http }: Scenario,
  { of, max }: CapacityOptions,
  target: string,
): Promise<number | null> {
  if (max !== null) return max
  if (await isHere({ target, http })) return of === 'vus' ? VUS_MAX : null
  throw userError(
    `${target} is on another machine, and nothing limits what it may be sent`,
    `set capacity.max in the scenario, or use --max ${of === 'vus' ? '500' : '2000/s'}: as much as you may send there`,
  )
}

/** Runs the search on a load that it steers. */
async function steer(
  plan: Plan,
  scenario: Scenario,
  settings: CapacityOptions,
  options: Seeded & { readonly workers: number },
): Promise<SearchRecord> {
  const { signal, kill, workers, floor } = options
  const empty = await emptyRecord(plan, scenario, settings, options)
  const begunAt = now()
  const found = await firstLoad(plan, scenario, settings, options)
  if (signal.aborted) return { ...empty, stopped: whyStopped(signal) }
  if (found.doubt !== undefined) options.onNotice?.(redact(found.doubt, scenario.secrets))
  const from = Math.min(found.load, settings.max ?? found.load, floor?.load ?? found.load)
  const lookMs = now() - begunAt
  const budgetMs = settings.budgetMs - lookMs
  const watch = await Observation.open({
    ...{ observe: scenario.observe, plan, started: options.started, isShard: false },
    ...{ secrets: scenario.secrets, kill },
  })
  const rig = new LiveRig(plan, { workers, signal, kill, watch, onFrame: options.onProgress })
  const slo = sloOf(scenario, settings)
  const trials = new Trials(rig, {
    isOpen: settings.of === 'rate',
    slo,
    settleMs: settleMsOf(scenario, settings),
    from,
    beginsAtFrom: options.isCheck !== true,
    warmupMs: scenario.load.warmupMs,
    untilMs: budgetMs,
  })
  const done: TrialEnd[] = []
  const [search, end] = await Promise.all([
    rig.begun
      .then((hasBegun) => hasBegun && trials.look())
      .then((isUp) => (isUp ? conduct(trials, done, rig, { ...settings, from, budgetMs }, options) : null))
      .finally(() => rig.stop()),
    rig.ended,
  ]).finally(() => watch?.end())
  const stopped = whyStopped(signal)
  const death = rig.death === null ? NO_FAILURE : { error: `the service was lost: ${rig.death}` }
  const why = [whyFailed(end, scenario.secrets), stopped, death].find(({ error }) => error !== null)
  return {
    ...empty,
    end,
    from,
    startedAt: rig.startedAt,
    environment: { ...empty.environment, workers },
    trials: done,
    answer: search?.answer ?? null,
    check: search?.check,
    spentSeconds: (lookMs + rig.elapsedMs()) / 1000,
    target: watch?.figures(0, []),
    stopped: { interrupted: stopped.interrupted, error: null, ...why },
  }
}

async function firstLoad(
  plan: Plan,
  scenario: Scenario,
  settings: CapacityOptions,
  { floor, isCheck, signal, kill }: Seeded,
): Promise<FirstLoad> {
  const { from, of } = settings
  if (from !== null) return { load: from }
  if (of === 'vus') return { load: 1 }
  if (isCheck === true && floor !== undefined) return { load: floor.load / 2 }
  return findFirstRate(plan, { pausesMs: settleMsOf(scenario, settings), signal, kill })
}

type Search = Pick<SearchRecord, 'answer' | 'check'>

/** Carries out trials until the search or the check is at its end, or the load is. */
async function conduct(
  trials: Trials,
  done: TrialEnd[],
  rig: LiveRig,
  settings: CapacityOptions & { readonly from: number },
  { floor, isCheck, onTrial }: Seeded,
): Promise<Search> {
  const goal = () => ({
    trialSeconds: settings.trialMs / 1000,
    settleSeconds: settings.settleMs / 1000,
    sumSeconds: settings.sumMs / 1000,
    exceed: settings.exceed,
    budgetSeconds: settings.budgetMs / 1000 - rig.elapsedMs() / 1000,
  })
  const pursue = async <M extends Machine>(make: () => M): Promise<M> => {
    const machine = make()
    const outlook = new Outlook(make, settings.settleMs / 1000)
    for (let probe = machine.next(); probe !== null; probe = machine.next()) {
      const trial = await trials.run(probe.load, probe.seconds)
      if (trial === null) break
      done.push(trial)
      const judged = { ...trial, isMet: trial.missed.length === 0 }
      machine.record(judged)
      onTrial?.(trial, outlook.after(probe, judged))
    }
    return machine
  }
  let check: CapacityCheckMark | undefined
  if (isCheck === true && floor !== undefined) {
    const asked = { ...goal(), load: floor.load }
    const checking = await pursue(() => new CapacityCheck(asked))
    check = { ...floor, isCarried: checking.answer().isCarried }
    if (check.isCarried !== false) return { answer: answerOf(checking, floor.load), check }
  }
  const wanted = {
    ...goal(),
    from: settings.from,
    max: check === undefined ? settings.max : floor!.load,
    width: settings.width,
    isWhole: settings.of === 'vus',
  }
  const answer = (await pursue(() => new CapacitySearch(wanted))).answer()
  // Trials that contradict the check leave it open.
  if (check !== undefined && (answer.lower ?? 0) >= check.load) check = { ...check, isCarried: null }
  if (check === undefined && floor !== undefined)
    check = { ...floor, isCarried: isAtLeast(answer, floor.load) }
  return { answer, ...(check && { check }) }
}

/** What a check that was carried, or is open, says of the capacity. */
function answerOf(check: CapacityCheck, load: number): SearchRecord['answer'] {
  const { isCarried, end, loads } = check.answer()
  return {
    lower: isCarried ? load : null,
    upper: null,
    carried: isCarried ? (loads[0]?.carried ?? null) : null,
    end,
  }
}

/** Whether a search shows that `load` is carried; null if that is open. */
function isAtLeast(
  { lower, upper, end }: Pick<NonNullable<SearchRecord['answer']>, 'lower' | 'upper' | 'end'>,
  load: number,
): boolean | null {
  if (lower !== null && lower >= load) return true
  if (upper !== null && upper <= load) return false
  return end === 'decided' || end === 'from_missed' || end === 'max_carried' ? false : null
}

async function emptyRecord(
  plan: Plan,
  { name }: Scenario,
  settings: CapacityOptions,
  { floor }: Pick<CapacityRunOptions, 'floor'>,
): Promise<SearchRecord> {
  const end: FleetEnd = { stoppedMs: 0, failure: null }
  return {
    scenario: name,
    plan,
    end,
    from: settings.from,
    startedAt: wallTime(),
    environment: { ...readEnvironment(), workers: 0, gitCommit: await readGitCommit('.') },
    stopped: { interrupted: false, ...NO_FAILURE },
    trials: [],
    answer: null,
    ...(floor && { check: { ...floor, isCarried: null } }),
    spentSeconds: 0,
  }
}
