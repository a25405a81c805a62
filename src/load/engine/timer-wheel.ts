/**
 * All timers of one worker, for think times and deadlines, behind one alarm: a hashed timing wheel (Varghese &
 * Lauck, 1987) with 1 ms slots and lists that run through the waiting objects themselves. Adding and removing
 * take a few assignments, however many wait; almost every deadline is removed before it is due.
 */
import type { Ms } from '../../base/clock.js'

/** Something that waits. Its fields belong to {@link Timers}; `waits` tells whether it is waiting. */
export abstract class Waiting {
  /** When to wake it, on the clock of `now()`. */
  wakeAt: Ms = 0
  waits = false
  slot = 0
  previous: Waiting | null = null
  next: Waiting | null = null

  /** Called once, when it is due. */
  abstract wake(now: Ms): void
}

/** 2^14 slots: waits of up to 16 s take one round. */
const SLOTS = 1 << 14
const MASK = SLOTS - 1
const WORDS = SLOTS >> 5

/** The wheel. */
export class Timers {
  private readonly heads: (Waiting | null)[] = new Array<Waiting | null>(SLOTS).fill(null)
  /** One bit per slot that isn't empty. */
  private readonly used = new Uint32Array(WORDS)
  private readonly setAlarm: (moment: Ms) => void
  /** The slot of the last run, in ms since the clock's zero. */
  private cursor: number
  private alarm: Ms = Number.POSITIVE_INFINITY
  private running = false

  /** `setAlarm` must make sure that {@link run} is called at that moment. A new moment replaces the last one. */
  constructor(now: Ms, setAlarm: (moment: Ms) => void) {
    this.cursor = Math.floor(now)
    this.setAlarm = setAlarm
  }

  /** Wakes `waiting` at `moment`. It must not be waiting already. */
  add(waiting: Waiting, moment: Ms): void {
    // A past moment goes into the slot that the next run looks at first.
    const slot = Math.max(Math.floor(moment), this.cursor) & MASK
    waiting.slot = slot
    const head = this.heads[slot]!
    waiting.wakeAt = moment
    waiting.waits = true
    waiting.previous = null
    waiting.next = head
    if (head !== null) head.previous = waiting
    this.heads[slot] = waiting
    this.used[slot >> 5]! |= 1 << (slot & 31)
    if (moment < this.alarm && !this.running) {
      this.alarm = moment
      this.setAlarm(moment)
    }
  }

  /** Cancels the wait of `waiting`, if there is one. */
  remove(waiting: Waiting): void {
    if (!waiting.waits) return
    waiting.waits = false
    const { previous, next } = waiting
    if (next !== null) next.previous = previous
    if (previous !== null) {
      previous.next = next
      return
    }
    this.heads[waiting.slot] = next
    if (next === null) this.used[waiting.slot >> 5]! &= ~(1 << (waiting.slot & 31))
  }

  /** Whether anything is due by `moment`. */
  isDue(moment: Ms): boolean {
    return this.alarm <= moment && !this.running
  }

  /** Wakes everything due by `now + early`, then sets the alarm for the next moment. */
  run(now: Ms, early: Ms): void {
    if (this.running) return
    this.running = true
    const until = now + early
    const last = Math.floor(until)
    const first = Math.max(this.cursor, last - MASK)
    // Subtle: set before waking, not afterwards. What is added meanwhile for a past moment then goes into the
    // last slot, which is still to come; in an earlier slot it would be missed.
    this.cursor = Math.max(last, this.cursor)
    for (let moment = first; moment <= last; moment++) {
      // Skips 32 empty slots at a time.
      if ((moment & 31) === 0) {
        while (moment + 32 <= last && this.used[(moment & MASK) >> 5] === 0) moment += 32
      }
      if (this.heads[moment & MASK] !== null) this.wakeSlot(moment & MASK, now, until)
    }
    this.running = false
    this.alarm = this.nextMoment()
    this.setAlarm(this.alarm)
  }

  /** Cancels all waits. */
  clear(): void {
    for (const head of this.heads)
      for (let waiting = head; waiting !== null; waiting = waiting.next) waiting.waits = false
    this.heads.fill(null)
    this.used.fill(0)
    this.alarm = Number.POSITIVE_INFINITY
    this.setAlarm(this.alarm)
  }

  private wakeSlot(slot: number, now: Ms, until: Ms): void {
    let waiting = this.heads[slot]!
    const due: Waiting[] = []
    while (waiting !== null) {
      if (waiting.wakeAt <= until) due.push(waiting)
      waiting = waiting.next!
    }
    due.sort((a, b) => a.wakeAt - b.wakeAt)
    for (const one of due) {
      // Subtle: an earlier one may have canceled this one or given it a later moment.
      if (!one.waits || one.wakeAt > until) continue
      this.remove(one)
      one.wake(now)
    }
  }

  /** The earliest moment that anything waits for; `Infinity` if nothing does. */
  private nextMoment(): Ms {
    let best = Number.POSITIVE_INFINITY
    const start = this.cursor - (this.cursor & 31)
    // Searches word by word, 32 slots each. The first word is also the last, for the slots before the cursor. A
    // match may belong to a later round of the wheel; then the search continues.
    for (let i = 0; i <= WORDS && best >= start + i * 32; i++) {
      const word = ((start & MASK) >> 5) + i
      best = Math.min(best, this.earliestIn(word & (WORDS - 1)))
    }
    return best
  }

  private earliestIn(word: number): Ms {
    let best = Number.POSITIVE_INFINITY
    for (let bits = this.used[word]!; bits !== 0; bits &= bits - 1) {
      const slot = (word << 5) + 31 - Math.clz32(bits & -bits)
      for (let waiting = this.heads[slot]!; waiting !== null; waiting = waiting.next!) {
        if (waiting.wakeAt < best) best = waiting.wakeAt
      }
    }
    return best
  }
}

/** Waits, then calls a function. */
export class Callback extends Waiting {
  constructor(private readonly callback: (now: Ms) => void) {
    super()
  }

  override wake(now: Ms): void {
    this.callback(now)
  }
}

/**
 * Requests and pauses may start this much early: the clock that wakes a thread ticks in milliseconds, so what
 * is due before its next tick is sent with this one, and measured from then. With half of it, 1 % of 5,000/s
 * was sent 0.6 ms late.
 */
export const EARLY_MS = 1
