/**
 * Sends loads from a process of its own, as the library does it, and says what became of them and of its memory.
 *
 *   node test/chaos/sender.js scenario.yaml... [--seed 7]
 *
 * Prints one line of JSON when the loads begin and one when they are over; then it has to end by itself.
 */
import { openSync, readSync } from 'node:fs'
import { loadScenario, run } from '../../dist/index.js'

const SAMPLE_MS = 250

const seedAt = process.argv.indexOf('--seed')
const seed = seedAt === -1 ? undefined : Number(process.argv[seedAt + 1])
const files = process.argv.slice(2, seedAt === -1 ? undefined : seedAt)
const surprises = []
process.on('unhandledRejection', (reason) => surprises.push(String(reason)))
process.on('warning', (warning) => surprises.push(String(warning)))

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
// Opened once: a process without free file descriptors still has to report its memory.
const statm = openSync('/proc/self/statm', 'r')
const pages = Buffer.alloc(64)
const rss = () => Number(pages.toString('latin1', 0, readSync(statm, pages, 0, 64, 0)).split(' ')[1]) * 4096
const samples = [rss()]
const sampler = setInterval(() => samples.push(rss()), SAMPLE_MS)
const scenarios = await Promise.all(files.map((file) => loadScenario(file)))
say({ begun: true })
const outcomes = await Promise.all(
  scenarios.map(async (scenario) => {
    try {
      const result = await run(scenario, { workers: 1, ...(seed === undefined ? {} : { seed }) })
      const { totals, error, startedAt, durationSeconds } = result
      return { totals, error, overtimeMs: Date.now() - Date.parse(startedAt) - durationSeconds * 1000 }
    } catch (error) {
      return { message: error.message }
    }
  }),
)
clearInterval(sampler)
say({
  outcomes,
  samples,
  surprises,
})
