/**
 * Builds dist/ once before the tests: those that need processes or threads of their own run the built program.
 * Type errors are the business of `npm run types`; here it only matters that what runs is what is written.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))

/** Called by Vitest before the first test file. */
export default function setup(): void {
  const { status, stdout } = spawnSync(process.execPath, [TSC, '--noEmitOnError', 'false'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  })
  if (status !== 0) process.stderr.write(`dist/ was built in spite of type errors:\n${stdout}\n`)
}
