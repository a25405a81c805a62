/**
 * Numbers the iterations. An iteration's number decides what it sends. So threads together send the same as one
 * thread would if they use the same numbers, each once and without gaps.
 *
 *     open model            arrival n is iteration n, and each thread knows its own arrivals
 *     iterationsPerVu: k    user u of v runs iterations u, u + v, u + 2v, …, k in total
 *     other closed loads    the next free number, from a counter that all threads of a machine share
 *
 * Machines can't share memory: machine i of m sends i, i + m, i + 2m, …
 */
import type { Load } from '../scenario/model/load-types.js'

/** The part's index (from 0) and the number of parts. */
export interface ExecutionSegment {
  readonly index: number
  readonly of: number
  /** The machine that the part is on; absent if there is only one. */
  readonly machine?: Omit<ExecutionSegment, 'machine'>
}

/** The state of a user that decides which iteration it sends next. */
interface Sender {
  readonly number: number
  /** Number of measured iterations it has begun. */
  readonly iterations: number
}

/** Shared memory for the counters of a load's threads. */
export function makeCounters(): SharedArrayBuffer {
  return new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT)
}

const MEASURED = 0
const WARMUP = 1
const USERS = 2
const COUNTERS = 3

/** Numbers the iterations of one thread. */
export class IterationNumbers {
  private readonly segment: ExecutionSegment
  private readonly machine: ExecutionSegment
  private readonly isOpen: boolean
  /** Number of users if each sends the same number of iterations; otherwise 0. */
  private readonly fixedUsers: number
  private readonly measured: Count
  private readonly warmup: Count
  private readonly users: Count

  /** Without `counters`, the thread counts for itself. */
  constructor(load: Load, segment: ExecutionSegment, counters?: SharedArrayBuffer) {
    const shared = counters === undefined ? null : new Int32Array(counters)
    const common = shared === null ? segment : (segment.machine ?? WHOLE)
    const count = (counter: number) =>
      shared === null ? new OwnCount() : new SharedCount(shared.subarray(counter, counter + 1))
    this.segment = segment
    this.machine = common
    this.isOpen = load.model === 'open'
    this.fixedUsers = load.model === 'closed' && load.iterationsPerVu !== undefined ? load.start : 0
    this.measured = this.isOpen ? new OwnCount() : count(MEASURED)
    this.warmup = this.isOpen ? new OwnCount() : count(WARMUP)
    this.users = this.isOpen ? count(USERS) : new OwnCount()
  }

  /** The number of the iteration that `sender` begins now. */
  next(isWarmup: boolean, sender: Sender): number {
    if (this.fixedUsers > 0 && !isWarmup) return sender.number + this.fixedUsers * sender.iterations
    const { index, of } = this.isOpen ? this.segment : this.machine
    return index + of * (isWarmup ? this.warmup : this.measured).next()
  }

  /** Skips the number of an arrival that isn't sent. */
  skip(isWarmup: boolean): void {
    if (isWarmup) this.warmup.next()
    else this.measured.next()
  }

  /**
   * The number of the next virtual user. In a closed load the first n users are active, so each thread has its own; in
   * an open load users are created on demand.
   */
  nextUser(): number {
    const { index, of } = this.isOpen ? this.machine : this.segment
    return index + of * this.users.next()
  }

  /** Whether all iterations below `limit` have begun: those of this machine, or in an open load of this thread. */
  isPast(limit: number): boolean {
    const { index, of } = this.isOpen ? this.segment : this.machine
    return index + of * this.measured.peek() >= limit
  }
}

const WHOLE: ExecutionSegment = { index: 0, of: 1 }

interface Count {
  next(): number
  peek(): number
}

class OwnCount implements Count {
  private value = 0

  next(): number {
    return this.value++
  }

  peek(): number {
    return this.value
  }
}

/**
 * A counter in 32 bits of memory shared with other threads. Can count further, because each thread reads it often
 * enough to notice a wrap-around.
 */
class SharedCount implements Count {
  private readonly shared: Int32Array
  private seen = 0

  constructor(shared: Int32Array) {
    this.shared = shared
  }

  next(): number {
    return this.follow(Atomics.add(this.shared, 0, 1))
  }

  peek(): number {
    return this.follow(Atomics.load(this.shared, 0))
  }

  private follow(low: number): number {
    this.seen += (low - this.seen) >>> 0
    return this.seen
  }
}
