/**
 * Starts the user's service for a session, and always stops it.
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

/** A service that is ready. */
export interface RunningService {
  /** Has no trailing slash. */
  readonly url: string
  /** The shell that runs the command; null if it couldn't be started. */
  readonly pid: number | null
  /** Resolves when the process and its descendants are gone. */
  stop(): Promise<void>
}

/** What to start, and how to tell that it is ready. */
export interface ServiceOptions {
  /** A shell command. It must listen on the port in `PORT`. */
  readonly command: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /**
   * A path or URL that responds with a status below 400 once the service is ready. Null: ready when the port
   * accepts connections.
   */
  readonly ready: string | null
  /** The file for its output. */
  readonly log: string
  /** Appends to the file. */
  readonly appends: boolean
  /** When aborted, stops waiting for it. */
  readonly signal: AbortSignal
  /** Calls back when perfctl exits, for whatever reason. Returns a function that cancels this. */
  readonly onExit: Io['onExit']
}

/** The time that a service gets to become ready, and to stop. */
const READY_MS = 60_000
const STOP_MS = 3_000

/**
 * Starts the command on a free port and waits until it is ready. Throws a UserError (exit 3) if it doesn't
 * become ready.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  await mkdir(dirname(options.log), { recursive: true })
  const log = await open(options.log, options.appends ? 'a' : 'w')
  const child = spawn(options.command, {
    shell: true,
    // A separate process group, so that everything the shell starts can be stopped.
    detached: true,
    cwd: options.cwd,
    env: { ...options.env, PORT: String(port) },
    stdio: ['ignore', log.fd, log.fd],
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  // If perfctl exits early, it takes its services along.
  const forget = options.onExit(() => {
    if (child.pid !== undefined) signal(child.pid, 'SIGKILL')
  })
  await log.close()
  const service = { url, pid: child.pid ?? null, stop: () => stop(child, gone).finally(forget) }
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
  // Kill what a shell that exited first has left behind.
  signal(child.pid, 'SIGKILL')
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    killGroup(pid, name)
  } catch {
    // Already gone.
  }
}

/** A port of this machine that nobody listens on. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
