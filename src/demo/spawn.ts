/**
 * Starts the demo service in a separate process: in the load generator's process it would compete with it for CPU time.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Ms } from '../base/clock.js'
import { userError } from '../base/errors.js'
import type { DemoMessage } from './main.js'
import type { DemoOptions } from './options.js'

/** A running demo service. It ends with this process at the latest, however that ends. */
export interface RunningDemo {
  /** Without a trailing slash. */
  readonly url: string
  readonly pid: number
  /** Resolves when the process has exited. May be called repeatedly. */
  stop(): Promise<void>
}

/** The built program, even when this file runs as TypeScript: Node.js 20 can't run TypeScript. */
const MAIN = fileURLToPath(new URL('../../dist/demo/main.js', import.meta.url))

/** Time to exit before the process is killed. */
const STOP_MS: Ms = 2000

/** Starts a demo service. Throws a UserError if that fails. It doesn't keep this process alive. */
export async function startDemo(options: Partial<DemoOptions> = {}): Promise<RunningDemo> {
  // No execArgv: flags such as --inspect and --cpu-prof are for this process only.
  const child = fork(MAIN, [JSON.stringify(options)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const url = await firstMessage(child)
  child.unref()
  child.channel?.unref()
  return { url, pid: child.pid!, stop: () => stop(child, gone) }
}

function firstMessage(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(couldNotStart(error.message)))
    child.once('exit', (code, signal) => reject(couldNotStart(`it ended with ${signal ?? `code ${code}`}`)))
    child.once('message', (message: DemoMessage) => {
      if ('url' in message) resolve(message.url)
      else
        reject(message.isUserError ? userError(message.failed, message.hint) : couldNotStart(message.failed))
    })
  })
}

function couldNotStart(reason: string): Error {
  return userError(
    `the demo service could not be started: ${reason}`,
    'run `perfctl demo` in another terminal to see why, or pass --target the URL of your own service',
    'run',
  )
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.ref()
  if (child.connected) child.disconnect()
  const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(deadline)
}
