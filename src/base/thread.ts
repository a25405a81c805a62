/**
 * What the operating system knows of the thread that asks.
 */
import { readFileSync } from 'node:fs'
import type { Ms } from './clock.js'

/** Since the thread began. */
export interface ThreadTimes {
  /** On a CPU. */
  readonly cpuMs: Ms
  /** Ready to run, and waiting for a CPU because other work had it. */
  readonly waitedMs: Ms
}

/**
 * The times of this thread, from Linux's scheduler (/proc/thread-self/schedstat, in ns); null where there is none.
 * Node has a clock for the CPU of the whole process only.
 */
export function readThreadTimes(): ThreadTimes | null {
  try {
    const [cpu, waited] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ').map(Number)
    return Number.isFinite(cpu) && Number.isFinite(waited)
      ? { cpuMs: cpu! / 1e6, waitedMs: waited! / 1e6 }
      : null
  } catch {
    return null
  }
}
