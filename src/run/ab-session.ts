/**
 * Two targets in one session: they take turns, slice by slice, and there is one verdict as soon as it is clear. Both
 * may be started again within the session, so that the luck of a start shows as what it is.
 */
import type { UserError } from '../base/errors.js'
import { readGitCommit } from '../base/git.js'
import { readEnvironment } from '../base/host.js'
import { randomSeed } from '../base/rng.js'
import { checkReachable } from '../load/once/preflight.js'
import { checkData } from '../plan/data-check.js'
import { makePlan } from '../plan/make-plan.js'
import { describeUnreached } from '../report/wording.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { joinRuns } from '../stats/join.js'
import type { Result, Totals } from '../stats/result.js'
import { compare } from '../verdict/compare.js'
import { listNeverSucceeded } from '../verdict/never-succeeded.js'
import { type BlockEnd, type BlockOptions, constantLoad, emptyBlock, runBlock } from './ab-block.js'
import type { RunningSides } from './ab-sides.js'
import { isRunFailure, whyNotSent, whyStopped } from './failure.js'
import { judgeResult } from './result.js'

/** How a session is run and watched. */
export interface SessionOptions {
  readonly seed: number | undefined
  /** Measured seconds of each side at most, over all starts. */
  readonly secondsMost: number
  /** How often both sides are started, one after the other: 1 without restarts. */
  readonly starts: number
  /** Threads of each side. */
  readonly workers: number
  /** What the sides are called: their URLs, commands, `demo`. */
  readonly names: { readonly a: string; readonly b: string }
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called at each look, with the verdict so far. */
  readonly onLook: (seconds: number, verdict: string) => void
  /** Called with what went wrong without changing the results: a step of `after` that failed. */
  readonly onNotice: (text: string) => void
}

/** Both sides of a session; b carries the comparison. */
export interface SessionEnd {
  readonly a: Result
  readonly b: Result
}

/** The session is judged after these seconds of each side, and at the end. */
const LOOKS = [15, 30, 60]

/**
 * Throws a UserError when no session can be made of the scenario: its load has no level to hold, or its data is sure
 * to run out.
 */
export function checkSession(
  scenario: Scenario,
  { secondsMost, seed }: { readonly secondsMost: number; readonly seed: number },
): void {
  checkData(makePlan(constantLoad(scenario, 2 * secondsMost), { target: '', seed, today: 0 }))
}

/**
 * Drives both sides; `start` brings them up, once for each block, counted from 0. With restarts it is only looked at
 * where a block ends. A side that can't be started or reached is in the `error` of both results, with what was measured
 * before; one that dies on the way makes the session fail. Throws a UserError for a scenario that no session can be made of.
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
      const result = onItsOwn(joinRuns([first!, ...others]), { id, side: name, looks: looks.length, maxSeconds: blockSeconds * starts })
      return { ...result, neverSucceeded: listNeverSucceeded(result, scenario.thresholds) }
    }
    return { a: side('a'), b: side('b') }
  }
  let looked = 0
  const isClear = (seconds: number, measure: () => BlockEnd): boolean => {
    if (seconds < (looks[looked] ?? Number.POSITIVE_INFINITY)) return false
    looked++
    const { a, b } = join(measure())
    const { verdict } = compare(a, b, limitsOf(scenario, reference))
    options.onLook(seconds, verdict)
    return verdict !== 'inconclusive'
  }
  for (let block = 0; ; block++) {
    // Before any service is started for it.
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

/** One block from the start of both sides to their end. Throws a UserError when one can't be started or reached. */
async function drive(
  scenario: Scenario,
  start: () => Promise<RunningSides>,
  options: BlockOptions,
): Promise<BlockEnd> {
  const sides = await start()
  try {
    for (const url of [sides.a, sides.b]) await checkReachable(url, scenario.http, options.signal)
    return await runBlock(scenario, sides, options)
  } finally {
    await sides.stop()
  }
}

/** What was measured until a side couldn't be started again, or not even once. Who interrupts isn't told of that. */
function breakOff({ a, b }: SessionEnd, error: UserError, signal: AbortSignal): SessionEnd {
  const stopped = whyStopped(signal)
  const why = stopped.interrupted || stopped.error !== null ? stopped : { ...stopped, ...whyNotSent(error) }
  const verdict = why.interrupted ? 'interrupted' : 'error'
  const end = (side: Result): Result => ({ ...side, ...why, comparison: null, verdict })
  return { a: end(a), b: end(b) }
}

/** A session of which one side has died has failed, whatever the other one does. */
function giveUp({ a, b }: SessionEnd, death: string): SessionEnd {
  const end = (side: Result): Result => ({ ...side, error: death, comparison: null, verdict: 'failed' })
  return { a: end(a), b: end(b) }
}

/** After so many seconds of each side: within the only block, else where blocks end, from the second on. */
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
  // Side b is what is shown: where there was nothing to hold it against, it says so.
  const isAlone = a.verdict === 'error' && a.error === null && end.b.error === null
  const b = isAlone ? { ...end.b, error: `side a: ${describeUnreached(a)}` } : end.b
  const reference = { measurement: a, name }
  // One side alone is no session.
  return { a, b: judgeResult({ ...b, error: b.error ?? a.error }, scenario, { ...standard, reference }) }
}

/** The limits that a scenario sets, for measurements of this machine. */
export function limitsOf(scenario: Scenario, baseline: string) {
  const { tolerance, minDeltaMs } = scenario.baseline
  return { baseline, tolerance, minDeltaMs, allowEnvironment: true }
}

/** A side as a result: its rates are those of its own seconds, which are every other one of the session's. */
function onItsOwn(result: Result, session: NonNullable<Result['session']>): Result {
  const own = <T extends Pick<Totals, 'throughput' | 'requestRate'>>(totals: T): T => ({
    ...totals,
    throughput: 2 * totals.throughput,
    requestRate: 2 * totals.requestRate,
  })
  return {
    ...result,
    session,
    totals: own(result.totals),
    requests: result.requests.map(own),
  }
}
