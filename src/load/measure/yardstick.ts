/**
 * How fast the machine is: a fixed piece of work, timed before and after the load. Machines of one name differ, and one
 * machine differs from hour to hour with its neighbors, so that a baseline made on one says little about another.
 *
 * The work is what a load test leans on, a third of the time each: the CPU (arithmetic in the cache), the memory (copies
 * of a block larger than the caches), and the loopback (small messages there and back over a socket).
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as openSocket } from 'node:net'
import { type Ms, now } from '../../base/clock.js'

/**
 * A part is timed this often, and the best counts: other work can only make it slower. A round takes about half a
 * millisecond, so that some of them fit between two turns of another process on the same core.
 */
const ROUNDS = 60

/** What a round of each part does. */
const CPU_STEPS = 200_000
const MEMORY_WORDS = 2 ** 19
const MESSAGES = 6

/**
 * Times the work. Returns rounds of it a second: the geometric mean of the parts, so that none outweighs the others. Takes
 * about 150 ms. Returns null where the machine has no loopback to time.
 */
export async function timeYardstick(): Promise<number | null> {
  const memory = { from: new Float64Array(MEMORY_WORDS).fill(1), to: new Float64Array(MEMORY_WORDS).fill(2) }
  const cpuMs = best(() => spin(CPU_STEPS))
  const memoryMs = best(() => copy(memory))
  const loopbackMs = await timeLoopback().catch(() => null)
  if (loopbackMs === null) return null
  return Math.round(1000 / Math.cbrt(cpuMs * memoryMs * loopbackMs))
}

/** The speed of a run's machine from before and after its load, their geometric mean; null if one is unknown. */
export function meanYardstick(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.round(Math.sqrt(before * after))
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

/** A copy of a block, which goes through all caches. */
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
    // The first rounds meet code that isn't compiled yet.
    for (let round = 0; round < 3 * ROUNDS; round++) {
      const begin = now()
      for (let i = 0; i < MESSAGES; i++) {
        socket.write('0123456789abcdef')
        await once(socket, 'data')
      }
      least = Math.min(least, now() - begin)
    }
    return least
  } finally {
    socket.destroy()
    server.close()
  }
}
