/**
 * Prints how well searches find the capacity of simulated services:
 *
 *     npm run bench:capacity                   1000 searches of each service, and 200 checks and pairs
 *     npm run bench:capacity -- 100 slots      so many, of the services with these names alone
 */
import { createServer } from 'vite'

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: 'custom',
  logLevel: 'error',
})
const [searches = '1000', ...names] = process.argv.slice(2)
const print = (line) => process.stdout.write(`${line}\n`)
const { printChecks, printPairs, printSearches } = await server.ssrLoadModule(
  '/test/verdict/capacity/table.ts',
)
printSearches(print, Number(searches), names)
print('')
printChecks(print, Math.ceil(searches / 5), names)
print('')
printPairs(print, Math.ceil(searches / 5), names)
await server.close()
