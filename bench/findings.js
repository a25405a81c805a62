/**
 * Runs services with a fault each, and loads on a healthy one, and counts which findings name the right cause:
 *
 *     npm run bench:findings                    each once, one after the other: five minutes
 *     npm run bench:findings -- --times 10      each ten times
 *     npm run bench:findings -- --only leak     those whose name contains it
 *     npm run bench:findings -- --long          also those that take minutes
 *     npm run bench:findings -- --jobs 4        four at once
 *
 * Exits 1 if a fault wasn't named first, or a healthy service was accused of one.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const { values: flags } = parseArgs({
  options: {
    times: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    long: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
  },
})
const { module } = await runnerImport(
  fileURLToPath(new URL('../test/e2e/verdict/faulty/count.ts', import.meta.url)),
)
const print = (line) => process.stdout.write(`${line}\n`)
const isRight = await module.countFindings(
  { ...flags, times: Number(flags.times), jobs: Number(flags.jobs) },
  print,
)
process.exitCode = isRight ? 0 : 1
