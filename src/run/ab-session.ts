/**
 * An A/B session: two targets take turns, slice by slice, and the session ends as soon as the verdict is clear.
 * Both can be restarted during the session, so that a lucky start doesn't decide the verdict.
 */
import type { UserError } from '../base/errors.js'
import { readGitCommit } from '../base/git.js'
import { readEnvironment } from '../base/host.js'
import { randomSeed } from '../base/rng.js'
import { checkData } from '../plan/data-check.js'
import { makePlan } from '../plan/make-plan.js'
import { describeUnreached } from '../report/wording.js'
import type { Scenario } from '../scenario/model/scenario.js'
import type { Comparison } from '../stats/comparison.js'
import { joinRuns } from '../stats/join.js'
import type { Result, Totals } from '../stats/result.js'
import { compare } from '../verdict/compare.js'
import { listNeverSucceeded } from '../verdict/never-succeeded.js'
import { isWorthMoreSeconds } from '../verdict/suspicion.js'
import { type BlockEnd, type BlockOptions, constantLoad, emptyBlock, runBlock } from './ab-block.js'
import type { RunningSides } from './ab-sides.js'
import { isRunFailure, whyNotBegun } from './failure.js'
import { judgeResult } from './result.js'

/** How a session is run and watched. */
export interface SessionOptions {
  readonly seed: number | undefined
  /** The most measured seconds per side, over all starts. */
  readonly secondsMost: number
  /** How many times both sides are started; 1 means no restarts. */
  readonly starts: number
  /** Worker threads per side. */
  readonly workers: number
  /** The names of the sides: a URL, a command or `demo`. */
  readonly names: { readonly a: string; readonly b: string }
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called each time the session is judged, with the comparison so far. */
  readonly onLook: (seconds: number, soFar: Comparison) => void
  /** Called with a warning that doesn't affect the results, such as a failed step of `after`. */
  readonly onNotice: (text: string) => void
}

/** The results of both sides; b has the comparison. */
export interface SessionEnd {
  readonly a: Result
  readonly b: Result
}

/** The session is judged after this many seconds per side, and at its end. */
const LOOKS = [15, 30, 60]

/**
 * Throws a UserError if the scenario can't be run as a session: its load has no constant level, or its data is
 * certain to run out.
 */
export function checkSession(
  scenario: Scenario,
  { secondsMost, seed }: { readonly secondsMost: number; readonly seed: number },
): void {
  checkData(makePlan(constantLoad(scenario, 2 * secondsMost), { target: '', seed, today: 0 }))
}

/**
 * Runs a session. `start` starts both sides, once per block, counted from 0. With restarts, the session is judged only
 * at the end of a block. If a side can't be started or reached, both results have an `error` and what was measured
 * before. If a side dies, the session fails. Throws a UserError if the scenario can't be run as a session.
 */
export async function runSession(
  scenario: Scenario,
  start: (block: number) => Promise<RunningSides>,
  options: SessionOptions,
): Promise<SessionEnd> {
  const { secondsMost, starts, workers, signal } = options
  const reference = `a (${options.names.a})`
  const blockSeconds = Math.ceil(secondsMost / starts)
  const looks = planLooks(blockSeconds, starts)
  const id = randomSeed().toString(36)
  const seed = options.seed ?? randomSeed()
  const environment = { ...readEnvironment(), workers, gitCommit: await readGitCommit('.') }
  const blocks: BlockEnd[] = []
  const join = (last: BlockEnd): SessionEnd => {
    const side = (name: 'a' | 'b'): Result => {
      const [first, ...others] = [...blocks, last].map((block) => block[name])
      const result = onItsOwn(joinRuns([first!, ...others]), {
        id,
        side: name,
        looks: looks.length,
        maxSeconds: blockSeconds * starts,
      })
      return { ...result, neverSucceeded: listNeverSucceeded(result, scenario.thresholds) }
    }
    return { a: side('a'), b: side('b') }
  }
  let looked = 0
  const isClear = (seconds: number, measure: () => BlockEnd): boolean => {
    if (seconds < (looks[looked] ?? Number.POSITIVE_INFINITY)) return false
    looked++
    const { a, b } = join(measure())
    const soFar = compare(a, b, limitsOf(scenario, reference))
    options.onLook(seconds, soFar)
    return soFar.verdict === 'regressed' || (soFar.verdict !== 'inconclusive' && !isWorthMoreSeconds(soFar))
  }
  for (let block = 0; ; block++) {
    // Check before any service is started.
    checkSession(scenario, { secondsMost: blockSeconds, seed: seed + block })
    const how = { seed: seed + block, seconds: blockSeconds, environment }
    let end: BlockEnd
    try {
      end = await drive(scenario, () => start(block), {
        ...how,
        ...{ workers, signal, kill: options.kill, onNotice: options.onNotice },
        onSeconds: (seconds, measure) => starts === 1 && isClear(seconds, measure),
      })
    } catch (error) {
      if (!isRunFailure(error)) throw error
      const measured = blocks.pop() ?? emptyBlock(scenario, options.names, how)
      return breakOff(conclude(join(measured), scenario, reference), error, signal)
    }
    if (end.death !== undefined && !signal.aborted && end.a.error === null)
      return giveUp(conclude(join(end), scenario, reference), end.death)
    const isLast = block + 1 === starts || signal.aborted || end.a.error !== null
    if (isLast || (starts > 1 && isClear((block + 1) * blockSeconds, () => end)))
      return conclude(join(end), scenario, reference)
    blocks.push(end)
  }
}

/** Runs one block. Throws a UserError if a side can't be started or reached. */
async function drive(
  scenario: Scenario,
  start: () => Promise<RunningSides>,
  options: BlockOptions,
): Promise<BlockEnd> {
  const sides = await start()
  try {
    return await runBlock(scenario, sides, options)
  } finally {
    await sides.stop()
  }
}

/** Ends the session because a side could not be started. */
function breakOff({ a, b }: SessionEnd, error: UserError, signal: AbortSignal): SessionEnd {
  const why = whyNotBegun(error, signal)
  const verdict = why.interrupted ? 'interrupted' : 'error'
  const end = (side: Result): Result => ({ ...side, ...why, comparison: null, verdict })
  return { a: end(a), b: end(b) }
}

/** If one side died, the session failed, whatever the other did. */
export function giveUp({ a, b }: SessionEnd, death: string): SessionEnd {
  const end = (side: Result): Result => ({ ...side, error: death, comparison: null, verdict: 'failed' })
  return { a: end(a), b: end(b) }
}

/** When to judge, in seconds per side. With restarts only at block ends, from the second block on. */
function planLooks(blockSeconds: number, starts: number): readonly number[] {
  const end = blockSeconds * starts
  const moments = [...LOOKS.filter((look) => look < end), end]
  if (starts === 1) return moments
  const ends = moments.map((look) => blockSeconds * Math.max(2, Math.ceil(look / blockSeconds)))
  return [...new Set(ends)]
}

function conclude(end: SessionEnd, scenario: Scenario, name: string): SessionEnd {
  const standard = { allowEnvironment: true, allowMissing: false }
  const a = judgeResult(end.a, scenario, { ...standard, reference: null })
  // Side b is the one shown, so its error says why there was nothing to compare with.
  const isAlone = a.verdict === 'error' && a.error === null && end.b.error === null
  const b = isAlone ? { ...end.b, error: `side a: ${describeUnreached(a)}` } : end.b
  const reference = { measurement: a, name }
  // If one side has an error, so has the other.
  return { a, b: judgeResult({ ...b, error: b.error ?? a.error }, scenario, { ...standard, reference }) }
}

/** The scenario's limits, for comparing measurements from this machine. */
export function limitsOf(scenario: Scenario, baseline: string) {
  const { tolerance, minDeltaMs } = scenario.baseline
  return { baseline, tolerance, minDeltaMs, allowEnvironment: true }
}

/** Turns a side into a result. Its rates are doubled, because it was measured in every other second. */
function onItsOwn(result: Result, session: NonNullable<Result['session']>): Result {
  const own = <T extends Pick<Totals, 'throughput' | 'requestRate'>>(totals: T): T => ({
    ...totals,
    throughput: 2 * totals.throughput,
    requestRate: 2 * totals.requestRate,
  })
  return {
    ...result,
    session,
    ...(result.target?.cpuCores != null && {
      target: { ...result.target, cpuCores: 2 * result.target.cpuCores },
    }),
    totals: own(result.totals),
    requests: result.requests.map(own),
  }
}
