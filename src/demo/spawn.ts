/**
 * Starts the demo service in a process of its own: in the load generator's process it would take the time from it
 * that it is there to measure.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Ms } from '../base/clock.js'
import { userError } from '../base/errors.js'
import type { DemoMessage } from './main.js'
import type { DemoOptions } from './options.js'

/** A demo service that listens. It ends with this process at the latest, however that ends. */
export interface RunningDemo {
  /** Without a trailing slash. */
  readonly url: string
  readonly pid: number
  /** Resolves when the process is gone. May be called again. */
  stop(): Promise<void>
}

/** The built program, also when this file runs as TypeScript: Node.js 20 can't start a TypeScript source. */
const MAIN = fileURLToPath(new URL('../../dist/demo/main.js', import.meta.url))

/** How long the process may take to end before it's killed. */
const STOP_MS: Ms = 2000

/**
 * A demo service with the given knobs, on a free port unless they name one. Throws a UserError when it can't be
 * started. It doesn't keep this process alive.
 */
export async function startDemo(options: Partial<DemoOptions> = {}): Promise<RunningDemo> {
  // No execArgv: flags such as --inspect or --cpu-prof are meant for this process alone.
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
