/**
 * `perfctl ab`: two versions in one session, in turns, so that the machine treats both alike.
 */
import { join, relative, resolve } from 'node:path'
import { type Problem, UserError, userError } from '../base/errors.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { fileNameOf, writeFileAtomic } from '../base/files.js'
import { renderConsole } from '../report/console.js'
import json from '../report/json.js'
import type { Result } from '../stats/result.js'
import { exitCodeOf } from '../verdict/verdict.js'
import { parseRunFlags, type RawRunFlags, type RunFlags } from './flags.js'
import { type Interrupt, listenForInterrupt } from './interrupt.js'
import type { Io } from './io.js'
import { ownsStdout, pageOf, writeReports } from './report.js'
import { readScenarios } from './scenarios.js'
import { type RunningService, startService } from './service.js'
import { runSession, type SessionEnd } from './session.js'

/** The flags that `run` doesn't have, as typed. */
export interface RawAbFlags extends RawRunFlags {
  readonly a?: string
  readonly b?: string
  readonly aCommand?: string
  readonly bCommand?: string
  readonly ready?: string
  readonly null?: boolean
  /** Measured time of each side at most. */
  readonly maxDuration?: string
}

/** One side: a URL, or a command that serves one. */
interface Side {
  readonly url: string | null
  readonly command: string | null
}

const SECONDS_MOST = 120

/** Drives both sides with one scenario and judges b against a. */
export async function ab(name: string, raw: RawAbFlags, io: Io): Promise<ExitCode> {
  const flags = parseRunFlags(raw)
  const sides = readSides(raw)
  const secondsMost = readSeconds(raw)
  const [scenario] = await readScenarios([name], flags, io)
  const interrupt = listenForInterrupt(io)
  const started: RunningService[] = []
  try {
    const urls: string[] = []
    for (const side of ['a', 'b'] as const) {
      const { url, command } = sides[side]
      if (command === null) {
        urls.push(url!)
        continue
      }
      const log = resolve(io.cwd, flags.resultsDir, `${fileNameOf(scenario!.name)}-${side}.log`)
      const options = { command, env: io.env, cwd: io.cwd, ready: raw.ready ?? null, log }
      const service = await startService(options)
      started.push(service)
      urls.push(service.url)
    }
    const [a, b] = urls as [string, string]
    if (scenario!.http.insecure)
      io.stderr.write('warning: certificates are not checked: anyone could answer\n')
    if (!flags.quiet) io.stderr.write(`${scenario!.name}: a is ${a}, b is ${b}\n`)
    const end = await runSession(
      scenario!,
      { a, b },
      {
        seed: flags.seed,
        secondsMost,
        reference: `a (${sides.a.command ?? a})`,
        signal: interrupt.stop,
        kill: interrupt.kill,
        onLook: (seconds, verdict) => {
          if (!flags.quiet) io.stderr.write(`after ${seconds}s of each side: ${verdict}\n`)
        },
      },
    )
    await show(end, flags, io)
    return exitCodeFor(end.b, flags, interrupt)
  } finally {
    await Promise.all(started.map((service) => service.stop()))
    interrupt.end()
  }
}

async function show({ a, b }: SessionEnd, flags: RunFlags, io: Io): Promise<void> {
  for (const result of [a, b]) {
    const file = await save(result, flags, io)
    if (!flags.quiet) io.stderr.write(`result of ${result.session!.side} saved: ${file}\n`)
  }
  if (!ownsStdout(flags.reports)) io.stdout.write(renderConsole(b, pageOf(io, flags.color)))
  await writeReports(b, flags.reports, io)
}

async function save(result: Result, { resultsDir }: RunFlags, io: Io): Promise<string> {
  const { id, side } = result.session!
  const path = resolve(io.cwd, join(resultsDir, `${fileNameOf(result.scenario.name)}-${id}-${side}.json`))
  await writeFileAtomic(path, json.render(result))
  const shown = relative(io.cwd, path)
  return shown.startsWith('..') ? path : shown
}

function exitCodeFor(result: Result, { inconclusive }: RunFlags, interrupt: Interrupt): ExitCode {
  if (interrupt.stop.aborted) return interrupt.signalName() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
  return exitCodeOf(result.verdict, { inconclusive })
}

/** Each side once, as a URL or as a command; with `--null` b is a again. */
function readSides(raw: RawAbFlags): { readonly a: Side; readonly b: Side } {
  const problems: Problem[] = []
  const read = (name: string, url: string | undefined, command: string | undefined): Side => {
    const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
    if ((url === undefined) === (command === undefined)) {
      const what = url === undefined ? 'there is nothing to run against' : 'a URL and a command'
      wrong(`side ${name}: ${what}`, `give --${name} URL or --${name}-command CMD`)
    } else if (url !== undefined && !/^https?:\/\/[^\s/]/.test(url)) {
      wrong(`--${name} ${url}: not an http or https URL`, `such as --${name} http://localhost:3000`)
    }
    return { url: url?.replace(/\/+$/, '') ?? null, command: command ?? null }
  }
  const a = read('a', raw.a, raw.aCommand)
  const isOther = raw.b !== undefined || raw.bCommand !== undefined
  if (raw.null === true && isOther) {
    const message = '--null holds a against itself, and b is given too'
    problems.push({ message, place: null, hint: 'remove one of them' })
  }
  const b = raw.null === true ? a : read('b', raw.b, raw.bCommand)
  if (problems.length > 0) throw new UserError(problems)
  return { a, b }
}

function readSeconds(raw: RawAbFlags): number {
  const { durationMs } = parseRunFlags(
    raw.maxDuration === undefined ? {} : { duration: raw.maxDuration },
  ).load
  const seconds = durationMs === undefined ? SECONDS_MOST : Math.ceil(durationMs / 1000)
  if (seconds >= SECONDS_LEAST) return seconds
  throw userError(
    `--max-duration ${raw.maxDuration}: too short to see anything`,
    `at least ${SECONDS_LEAST}s for each side`,
  )
}

const SECONDS_LEAST = 10
