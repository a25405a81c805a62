/**
 * How a load is divided among machines and their threads: by iteration numbers, so that they need not communicate.
 */
import type { ExecutionSegment } from '../../plan/numbers.js'

/** The whole load, on one machine. */
const WHOLE: ExecutionSegment = { index: 0, of: 1 }

/**
 * The segment of worker w of m on the machine that has `shard` k of n (all from 0): k + n·w of n·m.
 *
 *     iteration      0 1 2 3 4 5 6 7 …     n = 2 machines
 *     machine 0      a   b   a   b          with 2 workers, a and b
 *     machine 1        a   a   a   a        with 1 worker
 *
 * Machines come first and workers second: what a machine sends is k, k + n, k + 2n, … whatever its number of workers,
 * so machines of different sizes share a load as exactly as equal ones, and each gets its share of few users.
 */
export function segmentOf(
  worker: number,
  workers: number,
  shard: ExecutionSegment = WHOLE,
): ExecutionSegment {
  return { index: shard.index + shard.of * worker, of: shard.of * workers, machine: shard }
}
