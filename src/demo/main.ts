/**
 * The demo service as a process of its own: the other end of `spawn.ts`. The options come as JSON in the first
 * argument, the outcome goes back over the channel, and when the channel closes the process ends.
 */
import process from 'node:process'
import { messageOf, UserError } from '../base/errors.js'
import type { DemoOptions } from './options.js'
import { createDemo } from './service.js'

/** The first and only message to the parent: where the service listens, or why it doesn't. */
export type DemoMessage =
  | { readonly url: string }
  | { readonly failed: string; readonly hint: string | null; readonly isUserError: boolean }

// Ctrl-C reaches the whole process group. The parent decides what it means: it may want to finish its requests.
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
