/**
 * A service of the user's, started for a session and always stopped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../base/clock.js'
import { userError } from '../base/errors.js'
import { killGroup } from '../base/host.js'
import type { Io } from '../base/io.js'
import { formatDuration } from '../base/units.js'
import { checkReachable } from '../load/once/preflight.js'

/** A service that answers. */
export interface RunningService {
  /** Without a trailing slash. */
  readonly url: string
  /** Resolves when the process and all it started are gone. */
  stop(): Promise<void>
}

/** What to start, and how to tell that it has. */
export interface ServiceOptions {
  /** For the shell; `PORT` tells it where to listen. */
  readonly command: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** A path or URL that answers below 400 when the service is ready; null: when the port takes connections. */
  readonly ready: string | null
  /** The file its output goes to. */
  readonly log: string
  /** Keeps what the file has of an earlier start. */
  readonly appends: boolean
  /** Aborted: it isn't waited for any more. */
  readonly signal: AbortSignal
  /** Calls back when the program ends, however that comes about; returns how to stop that. */
  readonly onExit: Io['onExit']
}

/** How long a service may take to be ready, and to end when asked to. */
const READY_MS = 60_000
const STOP_MS = 3_000

/** Starts the command on a free port and waits until it is ready. Throws a UserError (exit 3) when it isn't. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  await mkdir(dirname(options.log), { recursive: true })
  const log = await open(options.log, options.appends ? 'a' : 'w')
  const child = spawn(options.command, {
    shell: true,
    // A process group of its own, so that what the shell starts can be stopped too.
    detached: true,
    cwd: options.cwd,
    env: { ...options.env, PORT: String(port) },
    stdio: ['ignore', log.fd, log.fd],
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  // A program that ends in the middle takes its services along.
  const forget = options.onExit(() => {
    if (child.pid !== undefined) signal(child.pid, 'SIGKILL')
  })
  await log.close()
  const service = { url, stop: () => stop(child, gone).finally(forget) }
  try {
    await waitUntilReady(child, url, options)
  } catch (error) {
    await service.stop()
    throw error
  }
  return service
}

async function waitUntilReady(child: ChildProcess, url: string, options: ServiceOptions): Promise<void> {
  const deadline = now() + READY_MS
  const address = options.ready === null ? null : new URL(options.ready, url).href
  while (now() < deadline) {
    if (options.signal.aborted) throw userError('interrupted before the services were ready', null, 'run')
    if (child.exitCode !== null || child.signalCode !== null) {
      throw userError(
        `\`${options.command}\` exited before it was ready (${child.signalCode ?? `code ${child.exitCode}`})`,
        `see its output in ${options.log}`,
        'run',
      )
    }
    if (await isReady(url, address)) return
    await sleep(50)
  }
  throw userError(
    `\`${options.command}\` was not ready within ${formatDuration(READY_MS)}: nothing responded on ${address ?? url}`,
    `make it listen on the port in PORT; its output is in ${options.log}`,
    'run',
  )
}

async function isReady(url: string, address: string | null): Promise<boolean> {
  try {
    if (address === null) await checkReachable(url, { connectTimeoutMs: 1000 })
    else return (await fetch(address, { signal: AbortSignal.timeout(1000) })).status < 400
    return true
  } catch {
    return false
  }
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.pid === undefined) return
  signal(child.pid, 'SIGTERM')
  const deadline = setTimeout(() => signal(child.pid!, 'SIGKILL'), STOP_MS)
  await gone
  clearTimeout(deadline)
  // What the shell left behind when it went first.
  signal(child.pid, 'SIGKILL')
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    killGroup(pid, name)
  } catch {
    // Already gone.
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
