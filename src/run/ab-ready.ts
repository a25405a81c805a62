/**
 * Makes both sides of an A/B session ready for a load, and cleans up behind it.
 */
import { UserError } from '../base/errors.js'
import { checkReachable } from '../load/once/preflight.js'
import { awaitReady } from '../load/once/ready.js'
import type { Plan } from '../plan/plan.js'
import { describeDegraded } from '../report/notes.js'
import type { Scenario } from '../scenario/model/scenario.js'
import type { Result } from '../stats/result.js'
import { type Setup, setUp } from './setup.js'

/** One side of a session. */
export type SideName = 'a' | 'b'

/** Something of each side. */
export type OfSides<T> = Readonly<Record<SideName, T>>

/** A side that a load can be sent to. */
export interface ReadySide {
  /** With what its setup captured. */
  readonly plan: Plan
  /** The answer that made it ready. */
  readonly ready: Pick<Result, 'ready'>
}

/** What getting ready reacts to, and whom it tells. */
export interface ReadyOptions {
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called with a warning that doesn't affect the results, such as a failed step of `after`. */
  readonly onNotice: (text: string) => void
}

/**
 * Waits for both sides, runs each side's setup, calls `action`, and runs each side's teardown. Throws a UserError (exit 3) that
 * names the side if one isn't ready or a setup fails; `action` isn't called then.
 */
export async function withReadySides<T>(
  scenario: Scenario,
  plans: OfSides<Plan>,
  options: ReadyOptions,
  action: (sides: OfSides<ReadySide>) => Promise<T>,
): Promise<T> {
  const { signal, kill, onNotice } = options
  const around: { readonly side: SideName; readonly setup: Setup }[] = []
  try {
    const ready = await eachSide((side) => awaitSide(side, scenario, plans[side], options))
    for (const side of SIDES) await checkReachable(plans[side].target, scenario.http, signal, `--${side}`)
    const sides = await eachSide(async (side) => {
      const setup = await setUp(scenario, plans[side], signal, kill)
      around.push({ side, setup })
      return { plan: { ...plans[side], variables: setup.variables }, ready: ready[side] }
    })
    return await action(sides)
  } finally {
    for (const { side, setup } of around) {
      const fault = await setup.tearDown()
      if (fault !== null) onNotice(`side ${side}: ${fault}`)
    }
  }
}

/** Both sides, a first. */
export const SIDES = ['a', 'b'] as const satisfies readonly SideName[]

/** Makes something of each side, one after the other. Errors of the user name the side. */
export async function eachSide<T>(make: (side: SideName) => Promise<T>): Promise<OfSides<T>> {
  const of = (side: SideName) =>
    make(side).catch((error) => {
      throw ofSide(side, error)
    })
  return { a: await of('a'), b: await of('b') }
}

/** The summary is that of side b, so it doesn't say that side a was degraded. */
async function awaitSide(
  side: SideName,
  scenario: Scenario,
  plan: Plan,
  { signal, onNotice }: ReadyOptions,
): Promise<Pick<Result, 'ready'>> {
  const onWait = (text: string) => onNotice(`side ${side}: ${text}`)
  const answer = await awaitReady(scenario, plan, { signal, onWait })
  if (side === 'a' && answer.ready?.degraded) onNotice(`side a: ${describeDegraded(answer.ready)}`)
  return answer
}

/** Adds the name of the side to an error's messages. */
function ofSide(side: SideName, error: unknown): unknown {
  if (!(error instanceof UserError)) return error
  const problems = error.problems.map((problem) => ({
    ...problem,
    message: `side ${side}: ${problem.message}`,
  }))
  return new UserError(problems, error.kind)
}
