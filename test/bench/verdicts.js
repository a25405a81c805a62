/**
 * Prints how often the rules of verdicts cry wolf and how often they find a slowdown, on all levels of noise.
 */
import { createServer } from 'vite'

const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' })
const { printTables } = await server.ssrLoadModule('/test/verdict/table.ts')
printTables((line) => process.stdout.write(`${line}\n`))
await server.close()
