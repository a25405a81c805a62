/**
 * The two sides of an A/B session, and how they are started.
 */
import { resolve } from 'node:path'
import { type Problem, UserError } from '../base/errors.js'
import { fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { startDemo } from '../demo/spawn.js'
import { hasLogin, LOGIN_HINT, NO_LOGIN } from '../scenario/model/target-login.js'
import { startService } from './service.js'

/** One side: a running service, a command that starts one, or the demo service. */
export type Side =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'command'; readonly command: string; readonly ready: string | null }
  | { readonly type: 'demo' }

/** Both sides. */
export interface Sides {
  readonly a: Side
  readonly b: Side
}

/** The flags that name the sides, as typed. */
export interface RawSides {
  readonly a?: string
  readonly b?: string
  readonly aCommand?: string
  readonly bCommand?: string
  readonly ready?: string
  readonly null?: boolean
}

/**
 * Reads the sides. Each is a URL, `demo` or a command; with `--null`, b is a again. Throws a UserError that
 * lists all problems.
 */
export function readSides(raw: RawSides): Sides {
  const problems: Problem[] = []
  const ready = raw.ready ?? null
  const read = (name: string, url: string | undefined, command: string | undefined): Side => {
    const wrong = (message: string, hint: string) => problems.push({ message, place: null, hint })
    if ((url === undefined) === (command === undefined)) {
      const what = url === undefined ? 'no URL and no command' : 'got both a URL and a command'
      wrong(`side ${name}: ${what}`, `use --${name} URL or --${name}-command CMD`)
    } else if (url !== undefined && hasLogin(url)) {
      wrong(`--${name}: ${NO_LOGIN}`, LOGIN_HINT)
    } else if (url !== undefined && url !== 'demo' && !/^https?:\/\/[^\s/]/.test(url)) {
      wrong(
        `--${name} ${url}: not an http or https URL`,
        `write a URL such as http://localhost:3000, or demo for the built-in service`,
      )
    }
    if (command !== undefined) return { type: 'command', command, ready }
    return url === 'demo' ? { type: 'demo' } : { type: 'url', url: url?.replace(/\/+$/, '') ?? '' }
  }
  const a = read('a', raw.a, raw.aCommand)
  const isOther = raw.b !== undefined || raw.bCommand !== undefined
  if (raw.null === true && isOther) {
    const message = '--null compares a with itself, but b is given too'
    problems.push({ message, place: null, hint: 'remove one of them' })
  }
  const b = raw.null === true ? a : read('b', raw.b, raw.bCommand)
  if (problems.length > 0) throw new UserError(problems)
  return { a, b }
}

/** A side's name in messages: its command, its URL or `demo`. */
export function describeSide(side: Side): string {
  if (side.type === 'demo') return 'demo'
  return side.type === 'url' ? side.url : side.command
}

/** Whether perfctl starts this side, and so can restart it. */
export function isStartable(side: Side): boolean {
  return side.type !== 'url'
}

/** A side that responds. */
interface RunningSide {
  readonly url: string
  /** The process that perfctl started; null if it started none. */
  readonly pid: number | null
}

/** Both sides, once they respond. */
export interface RunningSides {
  readonly a: RunningSide
  readonly b: RunningSide
  /** Stops everything that was started. */
  stop(): Promise<void>
}

/** How services are started, and where they log to. */
export interface StartOptions {
  /** The scenario's name. */
  readonly name: string
  readonly resultsDir: string
  readonly io: Io
  /** Whether this is a restart, so that logs are appended to. */
  readonly isAgain: boolean
  /** When aborted, stops waiting for services to become ready. */
  readonly signal: AbortSignal
}

/** Starts the services. Throws a UserError (exit 3) if one doesn't become ready; all are stopped then. */
export async function startSides(sides: Sides, options: StartOptions): Promise<RunningSides> {
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    await Promise.all(started.splice(0).map((service) => service.stop()))
  }
  try {
    const start = async (name: 'a' | 'b'): Promise<RunningSide> => {
      const side = sides[name]
      if (side.type === 'url') return { url: side.url, pid: null }
      const service = side.type === 'demo' ? await startDemo() : await startCommand(side, name, options)
      started.push(service)
      return service
    }
    return { a: await start('a'), b: await start('b'), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function startCommand(
  { command, ready }: Side & { type: 'command' },
  side: 'a' | 'b',
  { name, resultsDir, io, isAgain, signal }: StartOptions,
) {
  const log = resolve(io.cwd, resultsDir, `${fileNameOf(name)}-${side}.log`)
  return startService({
    command,
    env: io.env,
    cwd: io.cwd,
    ready,
    log,
    appends: isAgain,
    signal,
    onExit: io.onExit,
  })
}
