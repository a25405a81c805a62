/**
 * Prints the rates of false alarms and of detected slowdowns at all levels of noise:
 *
 *     npm run bench:verdicts                   the tables of docs/verdict.md and the goals, with the seeds of the tests
 *     npm run bench:verdicts -- 1              the same, with other seeds
 *     npm run bench:verdicts -- 1 V2r V3       these goals alone
 */
import { createServer } from 'vite'

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: 'custom',
  logLevel: 'error',
})
const [seeds = '0', ...ids] = process.argv.slice(2)
const print = (line) => process.stdout.write(`${line}\n`)
const { printGoals } = await server.ssrLoadModule('/test/verdict/goals.ts')
printGoals(print, Number(seeds), ids)
if (ids.length === 0) {
  const { printTables } = await server.ssrLoadModule('/test/verdict/table.ts')
  print('')
  printTables(print, Number(seeds))
}
await server.close()
