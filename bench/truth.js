/**
 * Compares perfctl's figures with the truth: a service that records how long it delayed each request. Delays are steady,
 * have long tails, or stall for 200 ms every 2 s; in both load models.
 *
 *   npm run bench:truth            10 s for each row
 *   npm run bench:truth -- 30      30 s for each row
 *
 * Exits 1 if a percentile is off by more than 2 % and 0.3 ms. Generator and service are pinned to different cores. The
 * first two seconds are a warm-up on both sides.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const SELF = fileURLToPath(import.meta.url)
const PERCENTILES = [50, 95, 99]
const WARMUP_MS = 2000

if (process.argv[2] === 'serve') serve(process.argv[3])
else await main(Number(process.argv[2]) || 10)

async function main(seconds) {
  const rows = [
    { name: 'closed, 50 users, 5 ms', behaviour: 'steady', load: { vus: 50 } },
    { name: 'closed, 100 users, long tail', behaviour: 'tail', load: { vus: 100 } },
    { name: 'open, 1,000/s, 5 ms', behaviour: 'steady', load: { rate: '1000/s', maxVus: 5000 } },
    { name: 'open, 5,000/s, 5 ms', behaviour: 'steady', load: { rate: '5000/s', maxVus: 5000 } },
    { name: 'open, 10,000/s, 5 ms', behaviour: 'steady', load: { rate: '10000/s', maxVus: 5000 } },
    { name: 'open, 2,000/s, long tail', behaviour: 'tail', load: { rate: '2000/s', maxVus: 5000 } },
    { name: 'open, 2,000/s, stalls', behaviour: 'stall', load: { rate: '2000/s', maxVus: 5000 } },
    { name: 'closed, 50 users, stalls', behaviour: 'stall', load: { vus: 50 } },
  ]
  const directory = mkdtempSync(join(tmpdir(), 'perfctl-truth-'))
  say(
    `${'ms: truth > perfctl'.padEnd(30)}${PERCENTILES.map((p) => `p${p}`.padStart(18)).join('')}   late p99   busy`,
  )
  try {
    for (const row of rows) if (!(await compare(row, seconds, directory))) process.exitCode = 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Prints one row. Returns false if perfctl is off. */
async function compare({ name, behaviour, load }, seconds, directory) {
  const service = spawn(...pinned('0', [SELF, 'serve', behaviour]), { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = Number(
    await new Promise((resolve) => service.stdout.once('data', (text) => resolve(String(text)))),
  )
  const target = `http://127.0.0.1:${port}`
  const scenario = join(directory, 'truth.yaml')
  const result = join(directory, 'truth.json')
  writeFileSync(
    scenario,
    JSON.stringify({
      target,
      load: { ...load, warmup: `${WARMUP_MS}ms`, duration: `${seconds}s` },
      requests: [{ get: '/' }],
    }),
  )
  const perfctl = fileURLToPath(new URL('../bin/perfctl.js', import.meta.url))
  const flags = [
    '--no-baseline',
    '--workers',
    '1',
    '--results-dir',
    directory,
    '--report',
    `json=${result}`,
    '-q',
  ]
  const [command, args, options] = pinned('1', [perfctl, 'run', scenario, ...flags])
  spawnSync(command, args, { ...options, stdio: 'ignore' })
  const kept = await fetch(`${target}/kept`).then((response) => response.json())
  service.kill()
  const { requests, generator } = JSON.parse(readFileSync(result, 'utf8'))
  const { latency, requests: count, failed } = requests[0]
  // At the end of the warm-up the two may differ by a few requests.
  const isCounted = Math.abs(count - kept.count) < 0.01 * count && failed === 0
  const cells = PERCENTILES.map((p) => {
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

function pinned(core, args) {
  const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0
  return canPin ? ['taskset', ['-c', core, process.execPath, ...args], {}] : [process.execPath, args, {}]
}

/** Responds after a delay, and reports the actual delays. */
function serve(behaviour) {
  const kept = []
  let began = null
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
  const waiting = []
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const came = performance.now()
      if (bytes.indexOf('GET /kept ') === 0) {
        const body = JSON.stringify(summary(kept))
        socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
        return
      }
      waiting.push({ socket, came, due: came + delayOf(behaviour, came) })
    })
  })
  // A loop that never sleeps, because timers are too coarse for precise delays.
  const turn = () => {
    const now = performance.now()
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (waiting[i].due > now) continue
      const { socket, came } = waiting[i]
      waiting[i] = waiting.at(-1)
      waiting.pop()
      if (socket.destroyed) continue
      socket.write(answer)
      began ??= came
      if (came - began >= WARMUP_MS) kept.push(performance.now() - came)
    }
    setImmediate(turn)
  }
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(String(server.address().port))
    turn()
  })
}

const STALL_EVERY_MS = 2000
const STALL_MS = 200

function delayOf(behaviour, now) {
  if (behaviour === 'steady') return 5
  if (behaviour === 'tail') {
    const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
    return Math.random() < 0.02 ? 60 : 10 * Math.exp(0.3 * normal)
  }
  const into = now % STALL_EVERY_MS
  return into < STALL_MS ? STALL_MS - into : 2
}

function summary(values) {
  const sorted = values.sort((a, b) => a - b)
  const of = (p) => sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)]
  return { count: sorted.length, ...Object.fromEntries(PERCENTILES.map((p) => [`p${p}`, of(p)])) }
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
