/**
 * Tries inputs of one target one after the other, in a thread that can be ended from outside when one of them never
 * ends or eats the memory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import v8 from 'node:v8'
import vm from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { Chance } from './chance.js'
import { furnish, TARGETS } from './targets.js'

/** More CPU time for one input is a fault. */
const CPU_MS_MAX = 2000
/** What may be kept of all inputs together. */
const KEPT_BYTES_MAX = 64e6

const { seed, name, from, to, progress } = workerData
const at = new Int32Array(progress)
const folder = mkdtempSync(join(tmpdir(), 'perfctl-fuzz-'))
furnish(folder)
v8.setFlagsFromString('--expose-gc')
const collectGarbage = vm.runInNewContext('gc')
let keptAtFirst = 0
try {
  for (let index = from; index < to; index++) {
    Atomics.store(at, 0, index)
    const before = process.cpuUsage()
    const fault = await attempt(index)
    const { user, system } = process.cpuUsage(before)
    const cpuMs = (user + system) / 1000
    if (fault !== null) parentPort.postMessage({ index, fault })
    else if (cpuMs > CPU_MS_MAX)
      parentPort.postMessage({ index, fault: `took ${Math.round(cpuMs / 1000)} s of CPU` })
    // What is loaded once, and kept on purpose, is there by then.
    if (index - from === 300) keptAtFirst = keptBytes()
  }
  const kept = keptAtFirst === 0 ? 0 : keptBytes() - keptAtFirst
  if (kept > KEPT_BYTES_MAX)
    parentPort.postMessage({
      index: to - 1,
      fault: `${Math.round(kept / 1e6)} MB are kept of ${to - from} inputs`,
    })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function attempt(index) {
  const { make, attempt: tryIt } = TARGETS[name]
  const chance = new Chance(`${seed}/${name}/${index}`)
  const input = make(chance)
  try {
    return await tryIt(input, folder, chance)
  } catch (error) {
    const frame = /dist\/[\w./-]+:\d+/.exec(error.stack ?? '')?.[0] ?? 'no frame'
    return `threw ${String(error).slice(0, 100)} at ${frame}`
  }
}

function keptBytes() {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
