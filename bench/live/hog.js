/**
 * Other work on the machine: burns a core and rests, for random times (SEED). With ALWAYS it never rests. Ends with
 * its parent.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRandom } from './random.js'

const BUSY_MS = [300, 6_000]
const IDLE_MS = [500, 10_000]
/** How often it checks whether its parent is alive. */
const LOOK_MS = 100

const random = makeRandom(Number(process.env.SEED ?? 1))
process.once('disconnect', () => process.exit())

for (;;) {
  await burn(process.env.ALWAYS ? BUSY_MS[1] : draw(BUSY_MS))
  if (!process.env.ALWAYS) await sleep(draw(IDLE_MS))
}

/** Short times are more frequent than long ones. */
function draw([least, most]) {
  return least * (most / least) ** random()
}

async function burn(ms) {
  const end = performance.now() + ms
  while (performance.now() < end) {
    const look = performance.now() + LOOK_MS
    while (performance.now() < look);
    await new Promise(setImmediate)
  }
}
