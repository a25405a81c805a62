/**
 * The two sides of an `ab` session: what they are, and how they are started.
 */
import { resolve } from 'node:path'
import { type Problem, UserError } from '../base/errors.js'
import { fileNameOf } from '../base/files.js'
import type { Io } from '../base/io.js'
import { startDemo } from '../demo/spawn.js'
import { hasLogin, LOGIN_HINT, NO_LOGIN } from '../scenario/model/target-login.js'
import { startService } from './service.js'

/** One side: a service that runs already, a command that starts one, or the demo service. */
export type Side =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'command'; readonly command: string; readonly ready: string | null }
  | { readonly type: 'demo' }

/** Both. */
export interface Sides {
  readonly a: Side
  readonly b: Side
}

/** The flags that name them, as typed. */
export interface RawSides {
  readonly a?: string
  readonly b?: string
  readonly aCommand?: string
  readonly bCommand?: string
  readonly ready?: string
  readonly null?: boolean
}

/** Each side once, as a URL, as `demo` or as a command; with `--null` b is a again. Throws a UserError with all that is wrong. */
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

/** What a side is called in messages: its command, its URL, `demo`. */
export function describeSide(side: Side): string {
  if (side.type === 'demo') return 'demo'
  return side.type === 'url' ? side.url : side.command
}

/** Whether each start of it is perfctl's. */
export function isStartable(side: Side): boolean {
  return side.type !== 'url'
}

/** Both sides, answering. */
export interface RunningSides {
  readonly a: string
  readonly b: string
  /** Resolves when all that was started is gone. */
  stop(): Promise<void>
}

/** Where the services log to, and what they are called. */
export interface StartOptions {
  /** The scenario's name. */
  readonly name: string
  readonly resultsDir: string
  readonly io: Io
  /** A later start: the logs of the earlier ones are kept. */
  readonly isAgain: boolean
  /** Aborted: what isn't ready yet is given up. */
  readonly signal: AbortSignal
}

/** Starts what has to be started. Throws a UserError (exit 3) when a service doesn't get ready; then none is left. */
export async function startSides(sides: Sides, options: StartOptions): Promise<RunningSides> {
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    await Promise.all(started.splice(0).map((service) => service.stop()))
  }
  try {
    const start = async (name: 'a' | 'b'): Promise<string> => {
      const side = sides[name]
      if (side.type === 'url') return side.url
      const service = side.type === 'demo' ? await startDemo() : await startCommand(side, name, options)
      started.push(service)
      return service.url
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
