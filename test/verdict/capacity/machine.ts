/**
 * Runs trials against a queue in virtual time, as `perfctl capacity` does against a service: settle, measure, end early if
 * the backlog is hopeless, drain, and wait for the service to recover.
 */
import { Random } from '../../../src/base/rng.js'
import type { Probe, Trial } from '../../../src/verdict/capacity/trial.js'
import { exponential, Queue, type ServiceModel } from './queue.js'
import type { Arrivals, Slo } from './truth.js'

/** A service under test, and what disturbs it and the trials. */
export interface World {
  readonly service: ServiceModel
  readonly slo: Slo
  readonly arrivals: Arrivals
  /** How much the capacity differs from trial to trial: the standard deviation of a logarithm. */
  readonly noise?: number
  /** By what share the capacity changes in 10 minutes. */
  readonly drift?: number
  /** The shares of trials that say the opposite of the truth: misses that seem met, and the reverse. */
  readonly lucky?: number
  readonly unlucky?: number
  /** What overload does: the share of the capacity that is left, and how long a third of the loss stays; null: for good. */
  readonly damage?: { readonly left: number; readonly recoverySeconds: number | null }
  /** The most that the generator can send. */
  readonly generatorMax?: number
  /** Other work on the machine: at times, so much of the capacity is left. How long these times and those between are, on average. */
  readonly others?: { readonly left: number; readonly busySeconds: number; readonly freeSeconds: number }
}

/** A world in which trials are run. */
export class Machine {
  private readonly random: Random
  private readonly queue: Queue
  /** The share of the capacity that overload has taken, at the moment `now`. */
  private lost = 0
  private now = 0
  private readonly others: OtherWork | null

  constructor(
    private readonly world: World,
    seed: number,
    /** When no trial follows any more. */
    private readonly untilSeconds = Number.POSITIVE_INFINITY,
    /** That of the machine, which two services may share. */
    machineSeed = seed,
  ) {
    this.random = new Random(seed)
    this.queue = new Queue(world.service, this.random)
    this.others = world.others === undefined ? null : new OtherWork(world.others, machineSeed)
  }

  /** The capacity as a share of what it was at first, without the noise of trials. */
  get capacity(): number {
    return (
      (1 + ((this.world.drift ?? 0) * this.now) / 600) *
      (1 - this.lost) *
      (this.others?.leftAt(this.now) ?? 1)
    )
  }

  /** Runs a trial after settling for so many seconds. */
  run({ load, seconds }: Probe, settleSeconds: number): Trial {
    const { world, queue, random } = this
    const begin = this.now
    const sent = Math.min(load, world.generatorMax ?? load)
    queue.speed = this.capacity * Math.exp((world.noise ?? 0) * normal(random))
    const from = begin + settleSeconds
    const to = from + seconds
    // Hopeless: a request would wait ten times as long as it may, so it can't get well in this trial.
    const hopeless = 10 * world.slo.seconds
    const latencies: number[] = []
    // What is known to be too slow outweighs all that is to come, however fast that is.
    const tooSlowMost = world.slo.metric === 'p95' ? SURE * 0.05 * load * seconds : Number.POSITIVE_INFINITY
    const tooSlow: number[] = []
    let known = 0
    let completed = 0
    let end = to
    let at = begin
    for (;;) {
      at += (world.arrivals === 'even' ? 1 : exponential(random)) / sent
      if (at >= end) break
      const answered = queue.serve(at)
      if (at >= from) latencies.push(answered - at)
      if (at >= from && answered - at > world.slo.seconds) tooSlow.push(answered)
      while (known < tooSlow.length && tooSlow[known]! <= at) known++
      if (answered >= from && answered < to) completed++
      if (at >= from + 1 && (answered - at > hopeless || known > tooSlowMost)) end = at
    }
    const measured = Math.max(end - from, 1e-3)
    const offered = world.arrivals === 'even' ? load * measured : latencies.length
    const isBad = end < to || completed < 0.97 * offered || measure(latencies, world) > world.slo.seconds
    const isMet = random.float() < ((isBad ? world.lucky : world.unlucky) ?? 0) ? isBad : !isBad
    this.now = end
    this.recover(isBad)
    return {
      load,
      seconds: measured,
      isMet,
      isUnsure: sent < load,
      spentSeconds: this.now - begin,
      carried: completed / measured,
    }
  }

  /** Drains, and after overload looks at the service until it is nearly as fast as at first, for up to 10 s. */
  private recover(wasOverloaded: boolean): void {
    const { damage } = this.world
    const drained = Math.max(this.now, this.queue.idleAt)
    this.now = wasOverloaded ? Math.max(this.now, Math.min(drained, this.untilSeconds)) : drained
    if (damage !== undefined && wasOverloaded) this.lost = 1 - damage.left
    if (!wasOverloaded || this.now >= this.untilSeconds) return
    let looks = 0
    do {
      this.idle(Math.min(1, this.untilSeconds - this.now))
      looks++
    } while (this.lost > 0.15 && looks < 10 && this.now < this.untilSeconds)
  }

  /** Gets no requests for so long. */
  idle(seconds: number): void {
    this.now += seconds
    const recovery = this.world.damage?.recoverySeconds
    if (recovery !== undefined && recovery !== null) this.lost *= Math.exp(-seconds / recovery)
  }
}

/** What else runs on a machine, and when: the same for equal seeds. */
class OtherWork {
  private readonly random: Random
  /** When it begins and ends in turns; it begins at the first. */
  private readonly changes: number[] = []

  constructor(
    private readonly work: NonNullable<World['others']>,
    seed: number,
  ) {
    this.random = new Random(seed)
  }

  /** The share of the capacity that is left at that moment. */
  leftAt(moment: number): number {
    const { changes, work, random } = this
    while ((changes.at(-1) ?? 0) <= moment) {
      const mean = changes.length % 2 === 0 ? work.freeSeconds : work.busySeconds
      changes.push((changes.at(-1) ?? 0) + mean * exponential(random))
    }
    return changes.filter((change) => change <= moment).length % 2 === 1 ? work.left : 1
  }
}
/** Arrivals vary, so a trial may have more of them than expected. */
const SURE = 1.1

function measure(latencies: readonly number[], { slo }: World): number {
  if (slo.metric === 'mean') return latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length
  return Float64Array.from(latencies).sort()[Math.max(0, Math.ceil(0.95 * latencies.length) - 1)]!
}

/** A normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random.float())
}
