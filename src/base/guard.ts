/**
 * Limits the time of work that might not end, such as a search that backtracks. Guarding costs 0.13 ms, so it's only
 * for work that may take long.
 */
import { type Context, createContext, Script } from 'node:vm'
import type { Ms } from './clock.js'
import { codeOf } from './errors.js'
import { formatDuration } from './units.js'

/** The initial limit. The thread is blocked meanwhile. */
const LIMIT_MS: Ms = 1000

/**
 * The lowest limit, applied after a timeout. Otherwise fifty users with slow responses would block their thread for as
 * many seconds.
 */
const LIMIT_MIN_MS: Ms = 20

/** The work was stopped before it was done. */
export class OutOfTime extends Error {
  constructor() {
    // The same for all limits, so that equal failures are counted as one.
    super(`took longer than ${formatDuration(LIMIT_MIN_MS)}`)
  }
}

/** Guards one kind of work. Lowers the limit after a timeout. */
export class Guard {
  private limitMs = LIMIT_MS

  /**
   * Does the work. Throws an {@link OutOfTime} if it takes longer than `leftMs` or the current limit. The work can be
   * stopped anywhere, so it must not modify lasting state.
   */
  within<T>(leftMs: Ms, work: () => T): T {
    try {
      const done = watch(Math.max(LIMIT_MIN_MS, Math.min(this.limitMs, leftMs)), work)
      // The machine may have been busy, so raise the limit again.
      this.limitMs = Math.min(LIMIT_MS, this.limitMs * 2)
      return done
    } catch (error) {
      if (error instanceof OutOfTime) this.limitMs = LIMIT_MIN_MS
      throw error
    }
  }
}

interface Watch {
  readonly script: Script
  readonly context: Context
  readonly global: { work: (() => unknown) | null }
}

/** Created on demand, as it takes a millisecond and most scenarios don't need it. One per thread. */
let made: Watch | null = null

function watch<T>(limitMs: Ms, work: () => T): T {
  made ??= prepare()
  const { script, context, global } = made
  global.work = work
  try {
    return script.runInContext(context, { timeout: Math.ceil(limitMs) }) as T
  } catch (error) {
    throw codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new OutOfTime() : error
  } finally {
    global.work = null
  }
}

function prepare(): Watch {
  const global = { work: null }
  return { script: new Script('work()'), context: createContext(global), global }
}
