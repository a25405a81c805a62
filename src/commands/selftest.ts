/**
 * `perfctl selftest`: measures the same code repeatedly to find out what this machine can detect.
 */

import { resolve } from 'node:path'
import { type Problem, UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { writeFileAtomic } from '../base/files.js'
import type { Io } from '../base/io.js'
import { escapedJson } from '../base/printable.js'
import { formatDuration, parseDuration, plural } from '../base/units.js'
import { parseReportFlag } from '../report/formats/index.js'
import { renderSelftest, type Selftest } from '../report/selftest.js'
import { fitted } from '../report/width.js'
import { constantLoad } from '../run/ab-block.js'
import { checkSession, limitsOf, runSession } from '../run/ab-session.js'
import { startSides } from '../run/ab-sides.js'
import { type Interrupt, listenForInterrupt } from '../run/interrupt.js'
import { runScenario } from '../run/run.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { readScenario } from '../scenario/read.js'
import type { Comparison } from '../stats/comparison.js'
import type { Result } from '../stats/result.js'
import { compare } from '../verdict/compare.js'
import { summarizeNull } from '../verdict/selftest.js'
import { checkPlaces } from './deliver.js'
import { ownsStdout, pageOf } from './report.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './run-options.js'
import { applyFlags, readScenarios } from './scenario-files.js'

/** The flags, as typed. */
export interface RawSelftestFlags extends RawRunFlags {
  readonly pairs?: string
}

/** A load on the demo service that is light for any machine. */
const DEMO = `
name: selftest
target: demo
load: { vus: 8, warmup: 1s, thinkTime: 5ms..15ms }
observe: { process: auto }
requests:
  - { name: search, weight: 6, get: "/api/services?category=plumbing&location=Galle" }
  - { name: details, weight: 4, get: "/api/services/{{ randomInt(1, 1000) }}" }
`

/** Measures the same code repeatedly and prints what that says about this machine. Always exits 0. */
export async function selftest(name: string | undefined, raw: RawSelftestFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags({ ...raw, report: raw.report ?? [] })
  const { pairs, seconds } = readExtent(raw, flags)
  // The duration is handled here; how much is sent is as in a run.
  const applied = { ...flags, load: { ...flags.load, durationMs: undefined } }
  const [read] =
    name === undefined
      ? [applyFlags(readScenario(DEMO, { file: 'selftest.yaml', env: {}, profile: flags.profile }), applied)]
      : await readScenarios([name], applied, io)
  const scenario = { ...constantLoad(read!, seconds), target: flags.target ?? read!.target }
  checkSession(scenario, { secondsMost: seconds, seed: flags.seed ?? 0 })
  await checkPlaces(flags, io)
  const interrupt = listenForInterrupt(io)
  const note = (text: string) => {
    if (!flags.quiet) io.stderr.write(`${fitted(text, io.stderr)}\n`)
  }
  const progress = (text: string) => {
    if (flags.progress) note(text)
  }
  if (scenario.http.insecure) note('warning: TLS certificates are not verified')
  note(
    `about ${formatDuration(estimateSeconds(scenario, pairs, seconds) * 1000)}: ${pairs + 1} runs and ${plural(pairs, 'A/B session')}`,
  )
  try {
    const runs: Result[] = []
    const sessions: Result[] = []
    for (let n = 0; n <= pairs && !interrupt.stop.aborted; n++) {
      runs.push(whole(await measureOnce(scenario, flags, interrupt, n)))
      progress(`run ${n + 1} of ${pairs + 1}`)
      if (n === pairs || interrupt.stop.aborted) continue
      const { b } = await measureSession(scenario, seconds, { flags, io, interrupt, n })
      sessions.push(whole(b))
      progress(`session ${n + 1} of ${pairs}: ${b.comparison?.verdict ?? b.verdict}`)
    }
    if (interrupt.stop.aborted)
      return interrupt.signalName() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    await show(conclude(scenario, seconds, { runs, sessions }), flags, io)
    return EXIT.passed
  } finally {
    interrupt.end()
  }
}

/** Throws a UserError (exit 3) if the run failed, because it says nothing about the machine. */
function whole(result: Result): Result {
  if (result.error === null) return result
  throw userError(result.error, null, 'run')
}

function measureOnce(scenario: Scenario, flags: RunFlags, interrupt: Interrupt, n: number): Promise<Result> {
  return runScenario(scenario, {
    seed: seedOf(flags, n),
    workers: flags.workers ?? 1,
    signal: interrupt.stop,
    kill: interrupt.kill,
  })
}

/** The seed of the n-th measurement. Seeds differ within a selftest and repeat in the next one. */
function seedOf({ seed }: RunFlags, n: number): number | undefined {
  return seed === undefined ? undefined : seed + n
}

interface Context {
  readonly flags: RunFlags
  readonly io: Io
  readonly interrupt: Interrupt
  /** The number of earlier sessions. */
  readonly n: number
}

function measureSession(scenario: Scenario, secondsMost: number, { flags, io, interrupt, n }: Context) {
  const target = scenario.target!
  const side = target === 'demo' ? ({ type: 'demo' } as const) : ({ type: 'url', url: target } as const)
  const { resultsDir } = flags
  const start = () =>
    startSides(
      { a: side, b: side },
      { name: scenario.name, resultsDir, io, isAgain: false, signal: interrupt.stop },
    )
  return runSession(scenario, start, {
    seed: seedOf(flags, n),
    secondsMost,
    starts: 1,
    workers: flags.workers ?? 1,
    names: { a: target, b: target },
    signal: interrupt.stop,
    kill: interrupt.kill,
    onLook: () => {},
    onNotice: () => {},
  })
}

/** Compares each run with the one before, and each session's b with its a. */
function conclude(
  scenario: Scenario,
  seconds: number,
  { runs, sessions }: { readonly runs: readonly Result[]; readonly sessions: readonly Result[] },
): Selftest {
  const stored = runs.slice(1).map((run, n) => compare(runs[n]!, run, limitsOf(scenario, 'the run before')))
  const ab = sessions.flatMap(({ comparison }): Comparison[] => (comparison === null ? [] : [comparison]))
  const slow = [...runs, ...sessions].filter(({ generator }) => generator.saturated).length
  const notes = [
    ...(slow === 0
      ? []
      : [
          `the load generator was the bottleneck in ${slow} of ${runs.length + sessions.length} measurements: ${[...runs, ...sessions].find(({ generator }) => generator.saturated)!.generator.reasons[0]}`,
        ]),
    'more --pairs lower the bound on false alarms; a longer --duration detects smaller changes',
  ]
  return {
    schema: 'perfctl/selftest@1',
    scenario: scenario.name,
    environment: runs[0]!.environment,
    seconds,
    stored: summarizeNull(stored),
    ab: summarizeNull(ab),
    notes,
  }
}

async function show(found: Selftest, flags: RunFlags, io: Io): Promise<void> {
  const text = `${escapedJson(JSON.stringify(found, null, 2))}\n`
  if (!ownsStdout(flags.reports)) io.stdout.write(renderSelftest(found, pageOf(io, flags.color)))
  for (const flag of flags.reports) {
    const { path } = parseReportFlag(flag)
    if (path === '-') io.stdout.write(text)
    else {
      const file = path ?? 'selftest.json'
      await writeFileAtomic(resolve(io.cwd, file), text)
      io.stderr.write(`report written: ${file}\n`)
    }
  }
}

/** Time to start services and threads, beside the measured seconds. */
const AROUND_SECONDS = 1

function estimateSeconds({ load }: Scenario, pairs: number, seconds: number): number {
  const once = load.warmupMs / 1000 + AROUND_SECONDS
  return Math.round((pairs + 1) * (seconds + once) + pairs * (2 * seconds + once))
}

const PAIRS = 5
const SECONDS = 15
const SECONDS_LEAST = 10

function readExtent(raw: RawSelftestFlags, { reports }: RunFlags) {
  const problems: Problem[] = []
  const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
  const pairs = raw.pairs === undefined ? PAIRS : /^\d{1,4}$/.test(raw.pairs) ? Number(raw.pairs) : 0
  if (pairs < 1)
    wrong(`--pairs ${raw.pairs}: not a whole number of 1 or more`, 'write a number such as --pairs 10')
  const durationMs = raw.duration === undefined ? SECONDS * 1000 : (parseDuration(raw.duration) ?? 0)
  const seconds = Math.ceil(durationMs / 1000)
  if (seconds < SECONDS_LEAST)
    wrong(`--duration ${raw.duration}: too short to detect anything`, `use at least ${SECONDS_LEAST}s`)
  for (const flag of reports) {
    const { format } = parseReportFlag(flag)
    if (format !== 'json') wrong(`--report ${flag}: selftest reports only json`, 'write --report json=-')
  }
  if (problems.length > 0) throw new UserError(problems)
  return { pairs, seconds }
}
