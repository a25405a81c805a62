/**
 * Memory that the demo service takes and never frees.
 */
import { getHeapStatistics } from 'node:v8'
import { type Ms, now } from '../base/clock.js'

const STEP_MS: Ms = 100

/** The size of an element of an array of fractions. */
const ELEMENT_BYTES = 8

/**
 * Grows the heap at a steady rate. It stops at half of what the heap may have: a forgotten service must not take the
 * machine's memory, or end for want of it.
 */
export class Leak {
  private readonly bytesPerSecond: number
  private readonly held: number[][] = []
  private bytes = 0
  private timer: NodeJS.Timeout | undefined

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond
  }

  /** Begins to leak; nothing at a rate of 0. */
  start(): void {
    if (this.bytesPerSecond === 0) return
    const startMs = now()
    const maxBytes = getHeapStatistics().heap_size_limit / 2
    this.timer = setInterval(() => {
      const wanted = Math.min(maxBytes, (this.bytesPerSecond * (now() - startMs)) / 1000)
      this.hold(wanted - this.bytes)
    }, STEP_MS)
  }

  /** Leaks no more, and lets go of everything. */
  stop(): void {
    clearInterval(this.timer)
    this.held.length = 0
  }

  private hold(bytes: number): void {
    const length = Math.floor(bytes / ELEMENT_BYTES)
    if (length < 1) return
    // A fraction, because small whole numbers take half the memory, and written, because untouched memory isn't resident.
    this.held.push(new Array<number>(length).fill(0.5))
    this.bytes += length * ELEMENT_BYTES
  }
}
