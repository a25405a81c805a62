/**
 * `perfctl ab`: two versions take turns in one session, so that the machine treats both alike.
 */

import { join } from 'node:path'
import { userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { nextStep } from '../report/advice.js'
import { describeTrial } from '../report/capacity.js'
import { renderConsole } from '../report/console.js'
import type { Page } from '../report/page.js'
import { falseAlarm, renderResolution } from '../report/resolution.js'
import { fitted } from '../report/width.js'
import { runSession, type SessionEnd } from '../run/ab-session.js'
import {
  describeSide,
  isStartable,
  type RawSides,
  type RunningSides,
  readSides,
  type Sides,
  startSides,
} from '../run/ab-sides.js'
import { runCapacityPair } from '../run/capacity/pair-session.js'
import { capacityOf, pairBudgetLeast } from '../run/capacity/settings.js'
import { type Interrupt, listenForInterrupt, STOPPING } from '../run/interrupt.js'
import type { CapacityOptions, Scenario } from '../scenario/model/scenario.js'
import type { Result } from '../stats/result.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { readMaxSeconds } from './ab-duration.js'
import { type RawCapacityFlags, readSettings } from './capacity.js'
import { checkPlaces, deliver } from './deliver.js'
import { describeLook } from './looks.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { readScenarios } from './scenario-files.js'

/** Flags that `run` doesn't have, as typed. */
export interface RawAbFlags extends RawRunFlags, RawSides, Pick<RawCapacityFlags, 'budget' | 'from' | 'max'> {
  readonly restarts?: string
  readonly capacity?: boolean
}

/** Runs one scenario against both sides, or searches how much each carries, and judges b against a. */
export async function ab(name: string, raw: RawAbFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const sides = readSides(raw)
  const extent = readExtent(raw, sides)
  const [scenario] = await readScenarios([name], flags, io)
  const settings = raw.capacity === true ? readPairSettings(raw, scenario!) : null
  if (scenario!.http.insecure && !flags.quiet) io.stderr.write('warning: TLS certificates are not verified\n')
  await checkPlaces(flags, io)
  const interrupt = listenForInterrupt(io)
  try {
    const context = { flags, extent, io, interrupt }
    interrupt.onFirst(() => noter(context)(STOPPING))
    const end =
      settings === null
        ? await runSides(scenario!, sides, context)
        : await searchSides(scenario!, sides, settings, context)
    const isWhole = await show(end, { flags, io, isNull: raw.null === true })
    if (interrupt.signalName() !== null) return codeOfInterrupt(interrupt)
    return isWhole ? exitCodeOf(end.b.verdict, { inconclusive: flags.inconclusive }) : EXIT.error
  } finally {
    interrupt.end()
  }
}

interface Extent {
  readonly secondsMost: number
  readonly starts: number
}

interface Context {
  readonly flags: RunFlags
  readonly extent: Extent
  readonly io: Io
  readonly interrupt: Interrupt
}

function runSides(scenario: Scenario, sides: Sides, context: Context): Promise<SessionEnd> {
  const { flags, extent, interrupt } = context
  const note = noter(context)
  return runSession(scenario, starter(scenario, sides, context), {
    ...extent,
    seed: flags.seed,
    workers: flags.workers ?? 1,
    names: namesOf(sides),
    signal: interrupt.stop,
    kill: interrupt.kill,
    onLook: (seconds, soFar) => {
      if (flags.progress) note(describeLook(seconds, soFar))
    },
    onNotice: (text) => note(`warning: ${text}`),
  })
}

function searchSides(
  scenario: Scenario,
  sides: Sides,
  settings: CapacityOptions,
  context: Context,
): Promise<SessionEnd> {
  const { flags, interrupt } = context
  const note = noter(context)
  const start = starter(scenario, sides, context)
  return runCapacityPair(scenario, settings, () => start(0), {
    seed: flags.seed,
    workers: flags.workers,
    names: namesOf(sides),
    signal: interrupt.stop,
    kill: interrupt.kill,
    onTurn: (side, trial, remainingSeconds) => {
      if (flags.progress) note(`${side}:${describeTrial(trial, settings.of, remainingSeconds)}`)
    },
    onNotice: (text) => note(`warning: ${text}`),
  })
}

/** Reads the settings of both searches. Throws a UserError that lists all invalid ones. */
function readPairSettings(raw: RawAbFlags, scenario: Scenario): CapacityOptions {
  const given = capacityOf(scenario)
  // The budget in the scenario is that of one search.
  const ofBoth = { ...given, budgetMs: 2 * given.budgetMs }
  return readSettings(raw, ofBoth, pairBudgetLeast(given)).settings
}

function noter({ flags, io }: Context): (text: string) => void {
  return (text) => {
    if (!flags.quiet) io.stderr.write(`${fitted(text, io.stderr)}\n`)
  }
}

function namesOf({ a, b }: Sides) {
  return { a: describeSide(a), b: describeSide(b) }
}

/** Returns what starts the sides, once per block, counted from 0. */
function starter({ name }: Scenario, sides: Sides, context: Context) {
  const { flags, io, interrupt } = context
  const note = noter(context)
  return async (block: number): Promise<RunningSides> => {
    const isAgain = block > 0
    const options = { name, resultsDir: flags.resultsDir, io, isAgain, signal: interrupt.stop }
    const running = await startSides(sides, options)
    note(`${isAgain ? `restart ${block}: ` : `${name}: `}a is ${running.a.url}, b is ${running.b.url}`)
    return running
  }
}

async function show(
  { a, b }: SessionEnd,
  { flags, io, isNull }: { readonly flags: RunFlags; readonly io: Io; readonly isNull: boolean },
): Promise<boolean> {
  const isSearch = b.capacity !== undefined
  const resolution = (page: Page) =>
    isNull && b.comparison !== null && !isSearch ? `\n${renderResolution(b.comparison, page)}` : ''
  const isWhole = await deliver(
    {
      saves: [a, b].map((result) => ({
        result,
        file: fileOf(result, flags),
        label: `result of ${result.session!.side} saved`,
      })),
      result: b,
      summary: (page) => renderConsole(b, page, nextStep(b)) + resolution(page),
    },
    flags,
    io,
  )
  const alarm = isNull && b.comparison !== null ? falseAlarm(b.comparison, !isSearch) : null
  if (alarm !== null) io.stderr.write(`note: ${alarm}\n`)
  return isWhole
}

function fileOf({ session, scenario }: Result, { resultsDir }: RunFlags): string {
  const { id, side } = session!
  return join(resultsDir, `${fileNameOf(scenario.name)}-${id}-${side}.json`)
}

function codeOfInterrupt(interrupt: Interrupt): ExitCode {
  return interrupt.signalName() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
}

/** With less time between restarts, a block would be mostly warm-up. */
const BLOCK_SECONDS_LEAST = 5

/** Reads how long the session may take, and how many times both sides are started. */
function readExtent({ maxDuration, restarts }: RawAbFlags, sides: Sides): Extent {
  const secondsMost = readMaxSeconds(maxDuration)
  const again = restarts === undefined ? 0 : /^\d{1,4}$/.test(restarts) ? Number(restarts) : Number.NaN
  if (Number.isNaN(again))
    throw userError(`--restarts ${restarts}: not a whole number`, 'write a number such as --restarts 3')
  const starts = again + 1
  if (again > 0 && !(isStartable(sides.a) && isStartable(sides.b))) {
    throw userError(
      "--restarts needs services that perfctl starts; it can't restart a URL",
      'give both sides as commands: --a-command CMD --b-command CMD',
    )
  }
  if (again > 0 && secondsMost / starts < BLOCK_SECONDS_LEAST) {
    throw userError(
      `--restarts ${again}: leaves less than ${BLOCK_SECONDS_LEAST}s of each side between restarts`,
      `use --max-duration ${BLOCK_SECONDS_LEAST * starts}s or more, or fewer restarts`,
    )
  }
  return { secondsMost, starts }
}
