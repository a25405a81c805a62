/**
 * `run --confirm ab`: if the stored baseline suspects a regression, an A/B session with the accepted version decides.
 */

import { type Problem, UserError } from '../base/errors.js'
import type { Io } from '../base/io.js'
import { redact } from '../base/secrets.js'
import { fitted } from '../report/width.js'
import { comparisonHeadline } from '../report/wording.js'
import { checkSession, runSession, type SessionEnd } from '../run/ab-session.js'
import { describeSide, type Side, type Sides, startSides } from '../run/ab-sides.js'
import type { Interrupt } from '../run/interrupt.js'
import type { Scenario } from '../scenario/model/scenario.js'
import type { Comparison } from '../stats/comparison.js'
import type { Result } from '../stats/result.js'
import { isSuspicious } from '../verdict/suspicion.js'
import { runVerdict } from '../verdict/verdict.js'
import { readMaxSeconds } from './ab-duration.js'
import { describeLook } from './looks.js'
import type { RunFlags } from './run-options.js'

/** What is needed to confirm a run. */
export interface ConfirmOptions {
  readonly flags: RunFlags
  readonly io: Io
  readonly interrupt: Interrupt
}

/**
 * Throws a UserError, before anything is sent, for scenarios that can't be confirmed: those without a
 * reference, or whose load or data is unfit for a session.
 */
export function checkConfirmable(scenarios: readonly Scenario[], flags: RunFlags): void {
  const secondsMost = readMaxSeconds(flags.maxDuration)
  const problems = scenarios.flatMap(({ name, reference }): Problem[] =>
    reference !== undefined
      ? []
      : [
          {
            message: `--confirm ab: ${name} has no reference to compare the target with`,
            place: null,
            hint: 'add to the scenario: reference: { command: node base/server.js, ready: /healthz }, or reference: { url: http://... }',
          },
        ],
  )
  if (problems.length > 0) throw new UserError(problems)
  for (const scenario of scenarios) checkSession(scenario, { secondsMost, seed: flags.seed ?? 0 })
}

/** Whether the comparison with the baseline needs confirmation. A run that failed for other reasons doesn't. */
export function needsConfirmation(
  { verdict, comparison, generator }: Result,
  { baseline }: Pick<Scenario, 'baseline'>,
): boolean {
  // A generator that is too slow for one target is too slow for two.
  const isJudged = verdict === 'regressed' || (verdict === 'inconclusive' && !generator.saturated)
  return isJudged && comparison !== null && isSuspicious(comparison, baseline.minDeltaMs)
}

/**
 * Runs an A/B session of the reference (a) and the target (b), and returns the result with its comparison and
 * verdict. The figures remain those of the run.
 */
export async function confirmResult(
  result: Result,
  scenario: Scenario,
  options: ConfirmOptions,
): Promise<Result> {
  const { flags, io, interrupt } = options
  const screen = result.comparison!
  const sides = sidesOf(scenario, flags)
  const shown = redact(describeSide(sides.a), scenario.secrets)
  const note = (text: string) => {
    if (!flags.quiet) io.stderr.write(`${fitted(text, io.stderr)}\n`)
  }
  note(`${screen.baseline}: ${comparisonHeadline(screen)}`)
  note(`confirming in an A/B session: a is ${shown}, b is ${describeSide(sides.b)}`)
  const start = () =>
    startSides(sides, {
      ...{ name: scenario.name, resultsDir: flags.resultsDir, io, isAgain: false },
      signal: interrupt.stop,
    })
  const end = await runSession(scenario, start, {
    seed: flags.seed,
    secondsMost: readMaxSeconds(flags.maxDuration),
    starts: 1,
    workers: flags.workers ?? 1,
    names: { a: shown, b: describeSide(sides.b) },
    signal: interrupt.stop,
    kill: interrupt.kill,
    onLook: (seconds, soFar) => note(describeLook(seconds, soFar)),
    onNotice: (text) => note(`warning: ${text}`),
  })
  return conclude(result, screen, end)
}

function sidesOf({ reference, target }: Scenario, flags: RunFlags): Sides {
  const side = (url: string): Side => (url === 'demo' ? { type: 'demo' } : { type: 'url', url })
  const accepted = reference!
  return {
    a: 'command' in accepted ? { type: 'command', ...accepted } : side(accepted.url),
    // The run had a target.
    b: side((flags.target ?? target)!),
  }
}

function conclude(result: Result, screen: Comparison, { b }: SessionEnd): Result {
  if (b.comparison === null) {
    // Interrupted or failed: the suspicion could not be decided.
    const verdict = b.interrupted ? 'interrupted' : 'error'
    const { interrupted, error, errorStack } = b
    return { ...result, interrupted, error, ...(errorStack !== undefined && { errorStack }), verdict }
  }
  const { baseline, verdict } = screen
  const settled =
    verdict === 'regressed'
      ? `compared with ${baseline}, this run regressed; the verdict is from the A/B session`
      : `compared with ${baseline}, this run was inconclusive; the verdict is from the A/B session`
  const comparison: Comparison = {
    ...b.comparison,
    notes: [...b.comparison.notes, settled],
    screen: { baseline, verdict },
  }
  const { interrupted, totals, thresholds, neverSucceeded } = result
  const { generator } = b
  return {
    ...result,
    comparison,
    generator: generator.saturated ? generator : result.generator,
    verdict: runVerdict({ interrupted, totals, thresholds, neverSucceeded, comparison, generator }),
  }
}
