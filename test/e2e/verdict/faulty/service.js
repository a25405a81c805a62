/**
 * A service with at most one fault, in a process of its own. It reports its port.
 */
import { createServer } from 'node:http'
import process, { argv, cpuUsage } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const {
  /** How long the work of a request takes, in ms: the median of a lognormal distribution and its sigma. */
  workMs = 12,
  sigma = 0.3,
  /** So many requests are worked on at once; the others wait. */
  atOnce = Number.POSITIVE_INFINITY,
  /** The same for the database, whose wait is in its server timing. Part of the work is the database's. */
  pool = Number.POSITIVE_INFINITY,
  /** The database gets slower by so many ms in a second. */
  dbGrowth = 0,
  /** The work of a key that isn't in the cache yet takes so long. */
  coldMs = 0,
  /** Closes each connection after its response. */
  closes = false,
  /** Does nothing for so long, every so often. */
  stallMs = 0,
  stallEveryMs = 3000,
  /** Fails in this time since the first request. */
  failFromMs = 0,
  failForMs = 0,
  /** The share of requests that fail the first time they are sent. */
  failFirst = 0,
  /** The bytes by which the response grows with each request. */
  growBytes = 0,
  /** CPU time of a request. */
  burnMs = 0,
  /** Bytes that it keeps of each request. */
  leakBytes = 0,
} = JSON.parse(argv[2])

/** Equal every time, as the fault shall be the only thing that differs (mulberry32). */
let state = 7
function random() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

function lognormal() {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return workMs * Math.exp(sigma * normal)
}

/** Runs tasks, at most so many at once. */
function limit(most) {
  const waiting = []
  let running = 0
  return async (task) => {
    if (running >= most) await new Promise((resolve) => waiting.push(resolve))
    else running++
    await task()
    if (waiting.length > 0) waiting.shift()()
    else running--
  }
}

function usedMs() {
  const { user, system } = cpuUsage()
  return (user + system) / 1000
}

const work = limit(atOnce)
const database = limit(pool)
const cache = new Set()
const kept = []
let requests = 0
let startMs = null

async function answer(request, response) {
  const now = performance.now()
  startMs ??= now
  requests++
  const sinceMs = now - startMs
  const isDown = sinceMs >= failFromMs && sinceMs < failFromMs + failForMs
  if (isDown || random() < failFirst) {
    response.statusCode = 503
    response.end('busy')
    return
  }
  const isHit = cache.has(request.url)
  cache.add(request.url)
  let dbMs = 0
  await work(async () => {
    const ms = coldMs > 0 && !isHit ? coldMs : lognormal()
    const dbFrom = performance.now()
    await database(() => sleep(0.75 * ms + (dbGrowth * sinceMs) / 1000))
    dbMs = performance.now() - dbFrom
    await sleep(0.25 * ms)
  })
  if (burnMs > 0) {
    const endMs = usedMs() + burnMs
    while (usedMs() < endMs);
  }
  if (leakBytes > 0) kept.push(Buffer.alloc(leakBytes, 1))
  response.setHeader('server-timing', `db;dur=${dbMs.toFixed(2)}, render;dur=0.5`)
  if (coldMs > 0) response.setHeader('x-cache', isHit ? 'hit' : 'miss')
  if (closes) response.setHeader('connection', 'close')
  response.end(Buffer.alloc(500 + growBytes * requests, 97))
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  answer(request, response)
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))

if (stallMs > 0) {
  setInterval(() => {
    const end = performance.now() + stallMs
    while (performance.now() < end);
  }, stallEveryMs)
}
