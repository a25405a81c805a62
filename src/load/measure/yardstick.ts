/**
 * The yardstick, a measure of the machine's speed: a fixed piece of work, timed before and after the load. Machines of one
 * name differ, and one machine varies from hour to hour with its neighbors, so a baseline from one says little about
 * another.
 *
 * The work has three parts that load tests depend on: the CPU (dependent multiplications in registers), the memory (copies
 * of a 4 MB block), and the loopback (small messages there and back over a socket).
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as openSocket } from 'node:net'
import { type Ms, now } from '../../base/clock.js'

/**
 * Each part is timed this often, and the fastest round counts, as other work can only make it slower. A round takes at most
 * about a millisecond, so some fit between two turns of another process on the core.
 */
const ROUNDS = 60

/** Many, as they are short, and the first ones run code that isn't compiled yet. */
const LOOPBACK_ROUNDS = 600

/** The work of one round of each part. */
const CPU_STEPS = 200_000
const MEMORY_WORDS = 2 ** 19

/**
 * Times the work, which takes about 150 ms. Returns rounds per second: the geometric mean of the parts, so that none
 * outweighs the others. Returns null if the machine has no loopback.
 */
export async function timeYardstick(): Promise<number | null> {
  const memory = { from: new Float64Array(MEMORY_WORDS).fill(1), to: new Float64Array(MEMORY_WORDS).fill(2) }
  const cpuMs = best(() => spin(CPU_STEPS))
  const memoryMs = best(() => copy(memory))
  const loopbackMs = await timeLoopback().catch(() => null)
  if (loopbackMs === null) return null
  return Math.round(1000 / Math.cbrt(cpuMs * memoryMs * loopbackMs))
}

/**
 * The speed of a run's machine, from before and after its load: the faster, as other work can only make it look slower. Null
 * if neither is known.
 */
export function bestYardstick(before: number | null, after: number | null): number | null {
  return before === null || after === null ? (before ?? after) : Math.max(before, after)
}

function best(work: () => unknown): Ms {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const begin = now()
    work()
    least = Math.min(least, now() - begin)
  }
  return least
}

let sink = 0

/** Multiplications that depend on each other. */
function spin(steps: number): void {
  let x = sink | 1
  for (let i = 0; i < steps; i++) x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i
  sink = x
}

/** Copies a block, which goes through the caches. */
function copy({ from, to }: { readonly from: Float64Array; readonly to: Float64Array }): void {
  to.set(from)
}

async function timeLoopback(): Promise<Ms> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = openSocket({ port, host: '127.0.0.1', noDelay: true })
  try {
    await once(socket, 'connect')
    let least = Number.POSITIVE_INFINITY
    for (let round = 0; round < LOOPBACK_ROUNDS; round++) {
      const begin = now()
      socket.write('0123456789abcdef')
      await once(socket, 'data')
      least = Math.min(least, now() - begin)
    }
    return least
  } finally {
    socket.destroy()
    server.close()
  }
}
