/**
 * All faults in random order against 200 users at full speed: does anything get lost, or grow?
 *
 *   npm run chaos                            20 s
 *   npm run chaos -- --seconds 600 --seed 7  ten minutes of other faults
 *   npm run chaos -- --only HTTP/2           only the loads whose names begin so
 *
 * Exits 1 when a request is unaccounted for, memory grew by more than 20 MB (80 MB in less than a minute, while heaps still
 * grow to their size), or the run did not end in time.
 */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? otherwise : process.argv[at + 1]
}
const seconds = Number(option('--seconds', 20))
const seed = Number(option('--seed', 1))
const only = option('--only', '')
const { module } = await runnerImport(fileURLToPath(new URL('mixture.ts', import.meta.url)))
const { parts, rssFirst, rssMost, growth, overtimeMs, exitMs, complaints } = await module.runMixture({
  seconds,
  seed,
  only,
})
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`
const write = (line) => process.stdout.write(`${line}\n`)
for (const { name, arrived, requests, failed, unfinished, errors } of parts) {
  const kinds = Object.entries(errors).map(([kind, count]) => `${kind} ${count}`)
  write(
    `${name}: ${arrived} arrived, ${requests} counted, ${failed} failed (${kinds.join(', ')}), ${unfinished} unfinished`,
  )
}
write(`memory: ${megabytes(rssFirst)} at first, ${megabytes(rssMost)} at most, grew by ${megabytes(growth)}`)
write(
  `${(overtimeMs / 1000).toFixed(1)} s from the end of a load to its result, exit after ${exitMs.toFixed(0)} ms`,
)
for (const complaint of complaints) write(`✗ ${complaint}`)
process.exitCode = complaints.length === 0 ? 0 : 1
