/**
 * A search for the capacity of a service, from start to result: the load of one session whose level the search sets.
 */
import { now, wallTime } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { readGitCommit } from '../../base/git.js'
import { readEnvironment } from '../../base/host.js'
import { randomSeed } from '../../base/rng.js'
import { redact } from '../../base/secrets.js'
import type { FleetEnd } from '../../load/fleet/threads.js'
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
import { isHere } from '../process/watch.js'
import { withTarget } from '../run.js'
import { environmentOf, type Source, type SourceOptions, withSource } from '../source.js'
import type { FirstLoad } from './first-load.js'
import { checkRows, settleMsOf, sloOf, steeredLoad, VUS_MAX, warnOfHaste } from './load.js'
import { assembleCapacity, type CapacityBasis, type SearchRecord } from './result.js'
import { LiveRig } from './rig.js'
import { type TrialEnd, Trials } from './trials.js'

/** Options that override or add to the scenario. */
export interface CapacityRunOptions extends CapacityBasis, Omit<SourceOptions, 'shard' | 'startAtMs'> {
  /** Replaces the scenario's target: `demo` or an absolute URL. */
  readonly target?: string | undefined
  readonly seed?: number | undefined
  /** A load that has to be carried. */
  readonly floor?: Pick<CapacityCheckMark, 'load' | 'by'> | undefined
  /** Only finds out whether `floor` is carried, and searches if it isn't. */
  readonly isCheck?: boolean
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  readonly onProgress?: (frame: Frame) => void
  /** Called after each trial, with an estimate of how long the rest takes. */
  readonly onTrial?: (trial: TrialEnd, remainingSeconds: number) => void
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
    return await withTarget(target, (url) => searchAt(url, scenario, settings, { ...options, seed }))
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

type Seeded = CapacityRunOptions & { readonly seed: number }

async function searchAt(
  target: string,
  scenario: Scenario,
  settings: CapacityOptions,
  options: Seeded,
): Promise<Result> {
  const { budgetMs, of } = settings
  const known = { target, seed: options.seed, today: wallTime().getTime() }
  const limit = await limitOf(scenario, settings, target, options)
  const steered = { of, most: limit ?? 0, durationMs: LONGER * budgetMs }
  const load = steeredLoad(scenario, steered)
  checkRows({ ...scenario, load }, of === 'vus' ? null : limit, budgetMs / 1000)
  const base: Plan = { ...makePlan({ ...scenario, load }, known), isSteered: true }
  const haste = warnOfHaste(settings)
  if (haste !== null) options.onNotice?.(haste)
  if (scenario.observe?.process !== undefined)
    options.onNotice?.('the processes of the service are not observed in a search for its capacity')
  const record = await withSource(
    base,
    scenario,
    { ...options, steered },
    async ({ plan, source, ready }) => ({
      ...(await steer(plan, scenario, { ...settings, max: limit }, { ...options, source })),
      ...ready(),
    }),
  )
  return assembleCapacity(scenario, settings, record, options)
}

/** The load may last longer than the budget, which is kept by the search: its last trial may end late. */
const LONGER = 2

/** The most that may be sent; null: no limit. Throws a UserError if another machine could get any load. */
async function limitOf(
  { http }: Scenario,
  { of, max }: CapacityOptions,
  target: string,
  { agents }: Pick<CapacityRunOptions, 'agents'>,
): Promise<number | null> {
  if (max !== null) return max
  if (agents === undefined && (await isHere({ target, http }))) return of === 'vus' ? VUS_MAX : null
  throw userError(
    // Where an agent finds it, only the agent knows.
    agents === undefined
      ? `${target} is on another machine, and nothing limits what it may be sent`
      : `nothing limits what the agents may send to ${target}`,
    `set capacity.max in the scenario, or use --max ${of === 'vus' ? '500' : '2000/s'}: as much as you may send there`,
  )
}

/** Runs the search on a load that it steers. */
async function steer(
  plan: Plan,
  scenario: Scenario,
  settings: CapacityOptions,
  options: Seeded & { readonly source: Source },
): Promise<SearchRecord> {
  const { signal, kill, source, floor } = options
  const empty = await emptyRecord(plan, scenario, settings, options)
  const begunAt = now()
  const found = await firstLoad(scenario, settings, options)
  if (signal.aborted) {
    const environment = await environmentOf(source)
    return { ...empty, environment, agents: source.agents?.(), stopped: whyStopped(signal) }
  }
  if (found.doubt !== undefined) options.onNotice?.(redact(found.doubt, scenario.secrets))
  const from = Math.min(found.load, settings.max ?? found.load, floor?.load ?? found.load)
  const lookMs = now() - begunAt
  const budgetMs = settings.budgetMs - lookMs
  const rig = new LiveRig(plan, { source, signal, kill, onFrame: options.onProgress })
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
  ])
  const stopped = whyStopped(signal)
  const death = rig.death === null ? NO_FAILURE : { error: `the service was lost: ${rig.death}` }
  const unsteered = { error: trials.failure }
  const why = [whyFailed(end, scenario.secrets), stopped, death, unsteered].find(
    ({ error }) => error !== null,
  )
  return {
    ...empty,
    end,
    from,
    startedAt: rig.startedAt,
    environment: await environmentOf(source),
    agents: source.agents?.(),
    trials: done,
    answer: search?.answer ?? null,
    check: search?.check,
    spentSeconds: (lookMs + rig.elapsedMs()) / 1000,
    stopped: { interrupted: stopped.interrupted, error: null, ...why },
  }
}

async function firstLoad(
  scenario: Scenario,
  settings: CapacityOptions,
  { floor, isCheck, source, signal, kill }: Seeded & { readonly source: Source },
): Promise<FirstLoad> {
  const { from, of } = settings
  if (from !== null) return { load: from }
  if (of === 'vus') return { load: 1 }
  if (isCheck === true && floor !== undefined) return { load: floor.load / 2 }
  return source.look({ pausesMs: settleMsOf(scenario, settings), signal, kill })
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
