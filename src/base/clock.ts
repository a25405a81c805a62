/**
 * The only source of time. Three clocks, one purpose each.
 */
// The global `performance` is a getter, which each call would pass.
import { performance } from 'node:perf_hooks'
import { hrtime } from 'node:process'

/** Milliseconds, the unit of time everywhere in the code. */
export type Ms = number

/**
 * The clock for measurements: monotonic, in ms with sub-microsecond resolution, and the same in all threads of the
 * process. (`performance.now()` alone counts from each thread's own start.)
 */
export function now(): Ms {
  return performance.now() + threadOffset
}

/** The wall clock, for dates in files. */
export function wallTime(): Date {
  return new Date()
}

const threadOffset = measureOffset()

/** The offset of the thread's clock to the process-wide one: the smallest of several tries, to rule out preemption. */
function measureOffset(): Ms {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 20; i++) {
    const before = performance.now()
    const [seconds, nanos] = hrtime()
    best = Math.min(best, seconds * 1000 + nanos / 1e6 - before)
  }
  return best
}
