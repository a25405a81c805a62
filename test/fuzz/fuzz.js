/**
 * Tries many inputs of a target in a thread, and ends the thread when an input hangs or eats the memory.
 */
import { Worker } from 'node:worker_threads'
import { Chance } from './chance.js'
import { TARGETS } from './targets.js'

/** An input is given up after that much CPU time, or wall time. */
const CPU_MS_MAX = 10_000
const WALL_MS_MAX = 120_000
const HEAP_MB_MAX = 400
/** What a thread may add to the process, whose memory is never given back in full. */
const RESIDENT_BYTES_MAX = 1.2e9
const POLL_MS = 100

/** The names of all targets. */
export const TARGET_NAMES = Object.keys(TARGETS)

/** How many of `count` inputs each target gets. */
export function sharesOf(count, names = TARGET_NAMES) {
  const all = names.reduce((sum, name) => sum + TARGETS[name].share, 0)
  return names.map((name) => ({ name, count: Math.max(1, Math.round((count * TARGETS[name].share) / all)) }))
}

/** An input again: equal seeds and indices give equal inputs. */
export function inputOf({ seed, name, index }) {
  return TARGETS[name].make(new Chance(`${seed}/${name}/${index}`))
}

/** Tries the inputs from index `from` to `to` of a target; gives `{ index, fault }` of each that fails. */
export async function fuzz({ seed, name, from = 0, to }) {
  const found = []
  let next = from
  while (next < to) {
    const end = await runThread({ seed, name, from: next, to }, (fault) => found.push(fault))
    if (end === null) break
    found.push(end)
    next = end.index + 1
  }
  return found
}

/** Gives null when all inputs were tried, or the one that ended the thread. */
function runThread(task, onFault) {
  const progress = new SharedArrayBuffer(4)
  const at = new Int32Array(progress)
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { ...task, progress },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  })
  return new Promise((resolve) => {
    let ended = null
    const give = (fault) => {
      clearInterval(stop)
      ended ??= { index: Atomics.load(at, 0), fault }
      void worker.terminate()
    }
    const stop = watch(at, give)
    worker.on('message', onFault)
    worker.on('error', (error) =>
      give(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'eats the memory' : `ended the thread: ${error}`),
    )
    worker.on('exit', () => {
      clearInterval(stop)
      resolve(ended)
    })
  })
}

function watch(at, give) {
  let index = -1
  let cpu = process.cpuUsage()
  let since = performance.now()
  const residentMax = process.memoryUsage.rss() + RESIDENT_BYTES_MAX
  return setInterval(() => {
    const now = Atomics.load(at, 0)
    if (now !== index) {
      index = now
      cpu = process.cpuUsage()
      since = performance.now()
      return
    }
    const { user, system } = process.cpuUsage(cpu)
    if ((user + system) / 1000 > CPU_MS_MAX || performance.now() - since > WALL_MS_MAX) give('hangs')
    else if (process.memoryUsage.rss() > residentMax) give('eats the memory')
  }, POLL_MS)
}
