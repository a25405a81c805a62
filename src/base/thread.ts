/**
 * The operating system's figures on the current thread.
 */
import { readFileSync } from 'node:fs'
import type { Ms } from './clock.js'

/** Since the thread started. */
export interface ThreadTimes {
  /** On a CPU. */
  readonly cpuMs: Ms
  /** Ready to run but waiting for a CPU that was busy with other work. */
  readonly waitedMs: Ms
}

/**
 * The times of this thread from Linux's scheduler (/proc/thread-self/schedstat, in ns); null on other systems. Node has
 * only a CPU clock for the whole process.
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
