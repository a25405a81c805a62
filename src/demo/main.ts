/**
 * The demo service as a separate process, the counterpart of `spawn.ts`. It takes its options as JSON in the first
 * argument, reports the outcome over the IPC channel, and exits when the channel closes.
 */
import process from 'node:process'
import { messageOf, UserError } from '../base/errors.js'
import type { DemoOptions } from './options.js'
import { createDemo } from './service.js'

/** The only message to the parent: the service's URL, or why it failed to start. */
export type DemoMessage =
  | { readonly url: string }
  | { readonly failed: string; readonly hint: string | null; readonly isUserError: boolean }

// Ctrl-C reaches the whole process group, but the parent decides when to stop: it may finish its requests first.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

await start(JSON.parse(process.argv[2]!) as Partial<DemoOptions>)

async function start(options: Partial<DemoOptions>): Promise<void> {
  try {
    report({ url: await createDemo(options).listen() })
  } catch (error) {
    const hint = error instanceof UserError ? error.problems[0]!.hint : null
    report({ failed: messageOf(error), hint, isUserError: error instanceof UserError })
    process.disconnect()
  }
}

function report(message: DemoMessage): void {
  process.send!(message)
}
