/**
 * Work that could go on for ever, such as a search that tries every way, with an end to its time. To watch over it
 * costs 0.13 ms, so it's for work of which a long time is to be feared.
 */
import { type Context, createContext, Script } from 'node:vm'
import type { Ms } from './clock.js'
import { codeOf } from './errors.js'
import { formatDuration } from './units.js'

/** What the work may take at first. Meanwhile the thread does nothing else. */
const LIMIT_MS: Ms = 1000

/**
 * What it may take in any case. Also what it may take once it ran out of time: else fifty users, each with an answer that keeps it
 * busy, would stop their thread for as many seconds.
 */
const LIMIT_MIN_MS: Ms = 20

/** The work was ended before it was done. */
export class OutOfTime extends Error {
  constructor() {
    // The same for each limit, so that equal failures are counted as one.
    super(`took longer than ${formatDuration(LIMIT_MIN_MS)}`)
  }
}

/** Watches over one kind of work, and trusts it less when it ran out of time. */
export class Guard {
  private limitMs = LIMIT_MS

  /**
   * Does the work; throws an {@link OutOfTime} when it takes longer than `leftMs`, or than it is trusted with. It can be
   * ended anywhere, so it must not change anything that is kept.
   */
  within<T>(leftMs: Ms, work: () => T): T {
    try {
      const done = watch(Math.max(LIMIT_MIN_MS, Math.min(this.limitMs, leftMs)), work)
      // It may have been a busy machine that took the time.
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

/** Made when it is needed: it takes a millisecond, and most scenarios do without. One for each thread. */
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
