/**
 * A service that records how long it delayed each request: what load generators should report.
 */
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { targetCommand } from '../speed/tools.js'

/** The percentiles that it reports. */
export const PERCENTILES = [50, 95, 99, 99.9]

/**
 * Starts one. `behaviour`: steady (5 ms), tail or stall. Requests within `warmupMs` of the first one are not recorded. Returns
 * its `url`, `kept()`, which resolves with `count` and the percentiles in ms (`p50`), and `stop()`.
 */
export async function startService(behaviour, warmupMs) {
  const [command, ...args] = [...targetCommand, process.execPath, fileURLToPath(import.meta.url)]
  const child = spawn(command, [...args, behaviour, String(warmupMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text))))
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    kept: () => fetch(`${url}/kept`).then((response) => response.json()),
    stop: () => child.kill(),
  }
}

/** Responds after a delay, and reports the actual delays. */
function serve(behaviour, warmupMs) {
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
      if (came - began >= warmupMs) kept.push(performance.now() - came)
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

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(process.argv[2], Number(process.argv[3]))
