/**
 * How long the rest of a search is likely to take: the same machine goes on with a service that is imagined, whose capacity lies
 * anywhere between what seems to be carried and what doesn't. Always the same imagined services, so equal trials give equal
 * estimates.
 */
import { Random } from '../../base/rng.js'
import { median } from '../../stats/math.js'
import type { LoadSummary, Probe, Trial } from './trial.js'

/** What an estimate needs of a search, a check or a pair of searches. */
export interface Machine<P extends Probe> {
  next(): P | null
  record(trial: Trial): void
  answer(): { readonly spentSeconds: number }
}

/** Returns the loads that were tried on what a trial is asked of. */
type LoadsOf<P extends Probe, M> = (machine: M, asked: P) => readonly LoadSummary[]

/** An odd number, as the estimate is their median. */
const SERVICES = 15
/** How much what a service carries differs from trial to trial: the standard deviation of a logarithm. */
const NOISE = 0.02
/** While nothing is too much, a service may carry so many times what it did. */
const RISE_MOST = 4
/** What a miss costs more than a trial that is met, before one is known: draining, and a look at the recovery. */
const RECOVERY_SECONDS = 3

/** Estimates after each trial how long the rest takes. */
export class Outlook<P extends Probe, M extends Machine<P>> {
  private readonly trials: { readonly asked: P; readonly trial: Trial }[] = []
  private left = Number.POSITIVE_INFINITY

  /** `make` begins the same search again; `settleSeconds`: how long a trial settles. */
  constructor(
    private readonly make: () => M,
    private readonly settleSeconds: number,
    private readonly loadsOf: LoadsOf<P, M>,
  ) {}

  /**
   * Takes a trial that was asked for. Returns the estimate in seconds. It only gets longer after a trial in doubt, or a miss of a
   * load that seemed to be carried.
   */
  after(asked: P, trial: Trial): number {
    const wasLikely = asked.load <= guess(this.loadsOf(this.replay(), asked), 0.5)
    this.trials.push({ asked, trial })
    const estimate = this.estimate()
    const isSetback = !trial.isMet && (trial.isUnsure || wasLikely)
    this.left = isSetback ? estimate : Math.min(estimate, this.left)
    return this.left
  }

  private estimate(): number {
    const random = new Random(1)
    const costs = { met: this.costOf(true), missed: this.costOf(false) }
    const known = this.replay()
    return median(
      Array.from({ length: SERVICES }, (_, index) => {
        const machine = this.replay()
        const { spentSeconds } = machine.answer()
        const share = (index + 0.5) / SERVICES
        for (let probe = machine.next(); probe !== null; probe = machine.next()) {
          const capacity = guess(this.loadsOf(known, probe), share)
          const isMet = probe.load <= capacity * Math.exp(NOISE * normal(random))
          const cost = probe.seconds + (isMet ? costs.met : costs.missed)
          // Misses end early: what they save of a long trial is more than a short one takes.
          const spent = Math.max(1, cost)
          machine.record({ ...probe, isMet, isUnsure: false, spentSeconds: spent, carried: probe.load })
        }
        return machine.answer().spentSeconds - spentSeconds
      }),
    )
  }

  private replay(): M {
    const machine = this.make()
    for (const { trial } of this.trials) machine.record(trial)
    return machine
  }

  /** What a trial costs beyond the seconds that were asked for, on average. */
  private costOf(isMet: boolean): number {
    const known = this.trials.filter(({ trial }) => trial.isMet === isMet)
    const sum = known.reduce((total, { asked, trial }) => total + trial.spentSeconds - asked.seconds, 0)
    return known.length === 0 ? this.settleSeconds + (isMet ? 0 : RECOVERY_SECONDS) : sum / known.length
  }
}

/** A capacity, given the loads that were tried, and the share of the likely ones that are smaller. */
function guess(loads: readonly LoadSummary[], share: number): number {
  const high = loads.find(({ met, trials }) => 2 * met < trials)?.load
  const carried = loads.filter(
    ({ load, met, trials }) => 2 * met >= trials && load < (high ?? Number.POSITIVE_INFINITY),
  )
  const low = carried.at(-1)?.load
  if (low === undefined)
    return high === undefined ? Number.POSITIVE_INFINITY : high * RISE_MOST ** (share - 1)
  return low * ((high ?? low * RISE_MOST) / low) ** share
}

/** A normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
}
