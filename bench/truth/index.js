/**
 * Compares perfctl's figures with the truth: a service that records how long it delayed each request. Delays are steady,
 * have long tails, or stall for 200 ms every 2 s; in both load models. Then it compares the figures of the load generators
 * that are installed at equal rates, and shows how long handing over a second's figures stops a worker.
 *
 *   npm run bench:truth            10 s for each row
 *   npm run bench:truth -- 30      30 s for each row
 *
 * Exits 1 if a percentile is off by more than 2 % and 0.3 ms. Generator and service are pinned to different cores. The
 * first two seconds are a warm-up on both sides.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measurePauses } from './pauses.js'
import { ratedTools, runPerfctl, WARMUP_MS } from './rated.js'
import { PERCENTILES, startService } from './service.js'

const ROWS = [
  { name: 'closed, 50 users, 5 ms', behaviour: 'steady', load: { vus: 50 } },
  { name: 'closed, 100 users, long tail', behaviour: 'tail', load: { vus: 100 } },
  { name: 'open, 1,000/s, 5 ms', behaviour: 'steady', load: { rate: '1000/s', maxVus: 5000 } },
  { name: 'open, 5,000/s, 5 ms', behaviour: 'steady', load: { rate: '5000/s', maxVus: 5000 } },
  { name: 'open, 10,000/s, 5 ms', behaviour: 'steady', load: { rate: '10000/s', maxVus: 5000 } },
  { name: 'open, 2,000/s, long tail', behaviour: 'tail', load: { rate: '2000/s', maxVus: 5000 } },
  { name: 'open, 2,000/s, stalls', behaviour: 'stall', load: { rate: '2000/s', maxVus: 5000 } },
  { name: 'closed, 50 users, stalls', behaviour: 'stall', load: { vus: 50 } },
]
const RATES = [5000, 20_000]
/** A second at this rate takes as much CPU time as starting and ending. */
const IDLE_RATE = 200
/** Percentiles that perfctl has to get right. */
const JUDGED = [50, 95, 99]

const seconds = Number(process.argv[2]) || 10
const directory = mkdtempSync(join(tmpdir(), 'perfctl-truth-'))
try {
  say(
    `${'ms: truth > perfctl'.padEnd(30)}${JUDGED.map((p) => `p${p}`.padStart(18)).join('')}   late p99   busy`,
  )
  for (const row of ROWS) if (!(await compare(row))) process.exitCode = 1
  for (const rate of RATES) await compareTools(rate)
  say('\nhanding over a second of 90,000 requests, ms:         p50     p99     max')
  for (const { name, p50, p99, max } of measurePauses())
    say(`  ${name.padEnd(47)}${[p50, p99, max].map((ms) => ms.toFixed(2).padStart(8)).join('')}`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** Prints one row. Returns false if perfctl is off. */
async function compare({ name, behaviour, load }) {
  const service = await startService(behaviour, WARMUP_MS)
  const { result } = runPerfctl({
    ...{ directory, seconds, url: service.url },
    load: { ...load, warmup: `${WARMUP_MS}ms` },
  })
  const kept = await service.kept()
  service.stop()
  const { requests, generator } = result
  const { latency, requests: count, failed } = requests[0]
  // At the end of the warm-up the two may differ by a few requests.
  const isCounted = Math.abs(count - kept.count) < 0.01 * count && failed === 0
  const cells = JUDGED.map((p) => {
    const [truth, measured] = [kept[`p${p}`], latency[`p${p}`]]
    const isOff = Math.abs(measured - truth) > truth * 0.02 + 0.3
    return { isOff, text: `${truth.toFixed(2)} > ${measured.toFixed(2)}${isOff ? '!' : ' '}`.padStart(18) }
  })
  const late = generator.schedulingLagP99 === null ? '-' : generator.schedulingLagP99.toFixed(2)
  const counts = isCounted ? '' : `   ${kept.count} requests came, ${count} were counted, ${failed} failed`
  const busy = `${Math.round(generator.workers[0].eventLoopUtilization * 100)} %`
  say(
    `${name.padEnd(30)}${cells.map(({ text }) => text).join('')}${late.padStart(11)}${busy.padStart(7)}${counts}`,
  )
  return isCounted && !cells.some(({ isOff }) => isOff)
}

/** Prints how far off each generator is at one rate, against a service that takes 5 ms. */
async function compareTools(rate) {
  const shown = PERCENTILES.filter((p) => p !== 95)
  const heads = shown.map((p) => `p${p}`.padStart(18)).join('')
  say(
    `\n${`${rate.toLocaleString('en-US')}/s, ms: truth > tool`.padEnd(30)}${heads}     sent   CPU a request`,
  )
  for (const [name, run] of Object.entries(ratedTools())) {
    const service = await startService('steady', name === 'perfctl' ? WARMUP_MS : 0)
    const { figures, cpuMs } = run({ url: service.url, rate, seconds, directory })
    const kept = await service.kept()
    const idle = run({ url: service.url, rate: IDLE_RATE, seconds: 1, directory })
    service.stop()
    const cells = shown.map((p) => {
      const measured = figures[`p${p}`]
      return `${kept[`p${p}`].toFixed(2)} > ${measured === null ? '-' : measured.toFixed(2)}`.padStart(18)
    })
    const sent = `${Math.round(kept.count / seconds).toLocaleString('en-US')}/s`.padStart(9)
    say(
      `${name.padEnd(30)}${cells.join('')}${sent}${`${(((cpuMs - idle.cpuMs) * 1000) / kept.count).toFixed(1)} us`.padStart(16)}`,
    )
  }
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
