/**
 * The search for the capacities of two versions in one session: their trials take turns, and only one of them is sent
 * anything at a time.
 */
import { now, wallTime } from '../../base/clock.js'
import { readEnvironment } from '../../base/host.js'
import { readLimits } from '../../base/limits.js'
import { randomSeed } from '../../base/rng.js'
import { redact } from '../../base/secrets.js'
import { checkResources } from '../../load/once/preflight.js'
import { makePlan } from '../../plan/make-plan.js'
import { listTargetNotes } from '../../report/target.js'
import type { CapacityOptions, Scenario } from '../../scenario/model/scenario.js'
import type { Session } from '../../stats/result.js'
import { CapacityPair, type PairAnswer, pairWidth } from '../../verdict/capacity/pair.js'
import { eachSide, type OfSides, type ReadySide, SIDES, type SideName, withReadySides } from '../ab-ready.js'
import { giveUp, type SessionEnd } from '../ab-session.js'
import type { RunningSides } from '../ab-sides.js'
import { isRunFailure, type Why, whyFailed, whyNotBegun, whyStopped } from '../failure.js'
import { Observation } from '../observation.js'
import { environmentOf, localSource, type Source } from '../source.js'
import { countWorkers } from '../worker-count.js'
import { warnOfHaste } from './load.js'
import { checkSearchRows, goalOf, planSearch, rulesOf } from './plan-search.js'
import { assembleCapacity, type SearchRecord } from './result.js'
import { LiveRig } from './rig.js'
import { emptyRecord, firstLoad } from './session.js'
import { type OnTurn, Turns } from './turns.js'

/** How a session is run and watched. */
export interface PairOptions {
  readonly seed: number | undefined
  /** Worker threads per side; undefined for as many as a run would use. */
  readonly workers: number | undefined
  /** The names of the sides: a URL, a command or `demo`. */
  readonly names: OfSides<string>
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  readonly onTurn: OnTurn
  /** Called with a warning that doesn't affect the results. */
  readonly onNotice: (text: string) => void
}

/**
 * Searches both capacities and judges b's against a's. The budget of the settings is for both together. `start` starts the
 * sides. If a side can't be started or reached, or perfctl fails, both results have an `error` and what was measured before; if
 * a side dies, the session fails. Throws a UserError for invalid input; nothing has been sent then.
 */
export async function runCapacityPair(
  scenario: Scenario,
  given: CapacityOptions,
  start: () => Promise<RunningSides>,
  options: PairOptions,
): Promise<SessionEnd> {
  const seed = options.seed ?? randomSeed()
  const settings = { ...given, width: pairWidth(given.width, scenario.baseline.tolerance.capacity) }
  const seeded = { ...options, seed }
  const conclude = concluder(scenario, settings, options.names)
  // Before any service is started.
  checkSearchRows(scenario, settings)
  try {
    const running = await start()
    try {
      const { records, death } = await searchBoth(scenario, settings, running, seeded)
      const end = conclude(records)
      return death === null || options.signal.aborted ? end : giveUp(end, death)
    } finally {
      await running.stop()
    }
  } catch (error) {
    if (!isRunFailure(error)) throw error
    const stopped = whyNotBegun(error, options.signal)
    const today = wallTime().getTime()
    const records = await eachSide(async (side): Promise<SearchRecord> => {
      const plan = makePlan(scenario, { target: options.names[side], seed, today })
      return { ...(await emptyRecord(plan, scenario, settings, {})), stopped }
    })
    return conclude(records)
  }
}

type Seeded = PairOptions & { readonly seed: number }

/** Makes the results of both sides, b's with the comparison. */
function concluder(
  scenario: Scenario,
  settings: CapacityOptions,
  names: OfSides<string>,
): (records: OfSides<SearchRecord>) => SessionEnd {
  const common: Omit<Session, 'side'> = {
    id: randomSeed().toString(36),
    looks: 1,
    maxSeconds: Math.ceil(settings.budgetMs / 2000),
  }
  return (records) => {
    const basis = { allowEnvironment: true, reference: null }
    const of = (side: SideName) => ({ ...records[side], session: { ...common, side } })
    const a = assembleCapacity(scenario, settings, of('a'), basis)
    const reference = { measurement: a, name: `a (${names.a})` }
    const b = assembleCapacity(
      scenario,
      settings,
      { ...of('b'), against: a.capacity },
      { ...basis, reference },
    )
    return { a, b }
  }
}

interface BothSearched {
  readonly records: OfSides<SearchRecord>
  /** Which side died during the session, and why; null if both survived. */
  readonly death: string | null
}

async function searchBoth(
  scenario: Scenario,
  settings: CapacityOptions,
  running: RunningSides,
  options: Seeded,
): Promise<BothSearched> {
  const planned = await eachSide((side) => planSearch(running[side].url, scenario, settings, options))
  const { cores } = readEnvironment()
  const workers = countWorkers(planned.a.plan, { asked: options.workers, cores, shard: null })
  for (const side of SIDES) checkResources(planned[side].plan, readLimits())
  const haste = warnOfHaste(settings)
  if (haste !== null) options.onNotice(haste)
  const max = leastOf([planned.a.max, planned.b.max])
  const plans = { a: planned.a.plan, b: planned.b.plan }
  return withReadySides(scenario, plans, options, async (ready) => {
    const sides = await eachSide(async (side) => ({ ...ready[side], started: running[side].pid }))
    return steerBoth(sides, scenario, { ...settings, max }, { ...options, workers })
  })
}

/** The smallest of these limits; null: no limit. */
function leastOf(limits: readonly (number | null)[]): number | null {
  const known = limits.flatMap((limit) => limit ?? [])
  return known.length === 0 ? null : Math.min(...known)
}

/** `started`: the process that perfctl started; null if it started none. */
type SearchedSide = ReadySide & { readonly started: number | null }

/** Runs both searches on loads that they steer in turns. */
async function steerBoth(
  sides: OfSides<SearchedSide>,
  scenario: Scenario,
  settings: CapacityOptions,
  options: Seeded & { readonly workers: number },
): Promise<BothSearched> {
  const { signal, kill, workers } = options
  const begunMs = now()
  const empty = await eachSide(async (side): Promise<SearchRecord> => {
    const { plan, ready } = sides[side]
    return { ...(await emptyRecord(plan, scenario, settings, {})), ...ready }
  })
  const sources = await eachSide(async (side) => localSource(sides[side].plan, workers, {}))
  const from = await findFirst(sources, scenario, settings, options)
  if (signal.aborted) {
    const stopped = whyStopped(signal)
    return { records: { a: { ...empty.a, stopped }, b: { ...empty.b, stopped } }, death: null }
  }
  const leftMs = () => settings.budgetMs - (now() - begunMs)
  const rules = rulesOf(scenario, settings, { from, beginsAtFrom: true, untilMs: leftMs() })
  const watches = await Observation.openSides(scenario, sides, kill)
  const rigs = await eachSide(async (side) => {
    const how = { source: sources[side], watch: watches[side], signal, kill }
    return new LiveRig(sides[side].plan, how)
  })
  const turns = new Turns(rigs, rules, options.onTurn)
  const conduct = async (): Promise<PairAnswer | null> => {
    const begun = await Promise.all([rigs.a.begun, rigs.b.begun])
    if (begun.includes(false) || !(await turns.look())) return null
    const goal = {
      ...goalOf(settings, leftMs()),
      from,
      max: settings.max,
      width: settings.width,
      isWhole: settings.of === 'vus',
      tolerance: scenario.baseline.tolerance.capacity,
    }
    return turns.take(() => new CapacityPair(goal))
  }
  const stop = () => {
    for (const side of SIDES) rigs[side].stop()
  }
  const [answer, a, b] = await Promise.all([conduct().finally(stop), rigs.a.ended, rigs.b.ended])
  const ends = { a, b }
  const stopped = whyStopped(signal)
  const failures = SIDES.map((side) => ofSide(side, whyFailed(ends[side], scenario.secrets)))
  const why = [...failures, stopped].find(({ error }) => error !== null)
  const records = await eachSide(async (side): Promise<SearchRecord> => {
    const { check = null } = answer?.[side] ?? {}
    return {
      ...empty[side],
      end: ends[side],
      from,
      startedAt: rigs[side].startedAt,
      environment: await environmentOf(sources[side]),
      trials: turns.done[side],
      answer: answer?.[side] ?? null,
      ...(check !== null && { check: { ...check, by: 'ab' } }),
      spentSeconds: turns.spentSeconds[side],
      target: rigs[side].target,
      stopped: { interrupted: stopped.interrupted, error: null, ...why },
    }
  })
  for (const note of listUnseen(records)) options.onNotice(`side a: ${note}`)
  const dead = SIDES.find((side) => rigs[side].death !== null)
  return { records, death: dead === undefined ? null : `side ${dead}: ${rigs[dead].death}` }
}

/** Finds the load at which both begin: the smaller one of what both look fit for. */
async function findFirst(
  sources: OfSides<Source>,
  scenario: Scenario,
  settings: CapacityOptions,
  { signal, kill, onNotice }: Seeded,
): Promise<number> {
  let from = settings.max ?? Number.POSITIVE_INFINITY
  for (const side of SIDES) {
    const { load, doubt } = await firstLoad(scenario, settings, { source: sources[side], signal, kill })
    if (doubt !== undefined) onNotice(`side ${side}: ${redact(doubt, scenario.secrets)}`)
    from = Math.min(from, load)
  }
  return from
}

/** What couldn't be observed of side a alone. The summary is that of side b, so it doesn't say so. */
function listUnseen({ a, b }: OfSides<SearchRecord>): string[] {
  const [ofA, ofB] = [a, b].map(({ target }) => (target === undefined ? [] : listTargetNotes(target, true)))
  return ofA!.filter((note) => !ofB!.includes(note))
}

function ofSide(side: SideName, why: Why): Why {
  return why.error === null ? why : { ...why, error: `side ${side}: ${why.error}` }
}
