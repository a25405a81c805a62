/**
 * A service of known latency, drawn from a lognormal distribution with a median of 20 ms and σ = 0.25, and 60 ms for
 * 2 % of the requests. The environment makes it worse:
 *
 *   FACTOR=1.2        that many times as long        PATH_ONLY=/list   … but only on this path
 *   TAIL_FACTOR=1.5   the same for the slow 2 %      ERRORS=0.005      that share of 500s
 *   GONE=/details     404 there                      SEED=1            other draws
 *   BURN_MS=4         CPU time that is a part of the latency, so that more of it doesn't show there
 *
 * Listens on PORT, or on a free port that it reports to its parent.
 */
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import { makeRandom, normal } from './random.js'

const MEDIAN_MS = 20
const SIGMA = 0.25
const SLOW_MS = 60
const SLOW_SHARE = 0.02
const BODY = '{"hello":"world"}'

const { env } = process
const factor = Number(env.FACTOR ?? 1)
const tailFactor = Number(env.TAIL_FACTOR ?? 1)
const errors = Number(env.ERRORS ?? 0)
const burnMs = Number(env.BURN_MS ?? 0)
const random = makeRandom(Number(env.SEED ?? 1))

const server = createServer((request, response) => {
  const since = performance.now()
  const path = new URL(request.url, 'http://target').pathname
  const isMeant = env.PATH_ONLY === undefined || env.PATH_ONLY === path
  const status = path === env.GONE ? 404 : random() < errors ? 500 : 200
  const answer = () => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': BODY.length })
    response.end(BODY)
  }
  burn()
  waitUntil(since + (isMeant ? residenceMs(factor, tailFactor) : residenceMs(1, 1)), answer)
})
server.keepAliveTimeout = 60_000
server.listen(Number(env.PORT ?? 0), '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.once('disconnect', () => process.exit())

function burn() {
  if (burnMs === 0) return
  const end = usedMs() + burnMs
  while (usedMs() < end);
}

function usedMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function residenceMs(whole, slow) {
  if (random() < SLOW_SHARE) return SLOW_MS * whole * slow
  return MEDIAN_MS * Math.exp(SIGMA * normal(random)) * whole
}

/** A timer has a resolution of 1 ms and may fire early: the rest is waited for, so that errors don't add up. */
function waitUntil(deadline, then) {
  const rest = deadline - performance.now()
  if (rest < 0.5) then()
  else setTimeout(() => waitUntil(deadline, then), Math.max(1, Math.floor(rest)))
}
