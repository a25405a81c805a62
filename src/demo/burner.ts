/**
 * Makes requests cost more CPU time than their work does.
 */
import type { Ms } from '../base/clock.js'
import { ownCpuMs } from '../base/host.js'

/** The longest time that one request pays at once: what is owed beyond it, the next ones pay. */
const PAYMENT_MS: Ms = 5

/**
 * Uses CPU time in proportion to what the process uses anyway. That is measured, not assumed: it depends on the machine,
 * on the load and on Node.js.
 */
export class Burner {
  private readonly factor: number
  private readonly startMs: Ms = ownCpuMs()
  private burntMs: Ms = 0

  /** `factor`: how many times the CPU time of the work the process uses in all; 1 or more. */
  constructor(factor: number) {
    this.factor = factor
  }

  /** Keeps the CPU busy until the process has used what it should have by now. Call it for each request. */
  pay(): void {
    if (this.factor === 1) return
    const fromMs = ownCpuMs()
    const workMs = fromMs - this.startMs - this.burntMs
    const owedMs = Math.min(PAYMENT_MS, (this.factor - 1) * workMs - this.burntMs)
    let usedMs = 0
    while (usedMs < owedMs) usedMs = ownCpuMs() - fromMs
    this.burntMs += usedMs
  }
}
