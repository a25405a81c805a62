/**
 * Trials of a load, one after the other: settle, measure, and after a miss let the service recover.
 */
import type { Ms } from '../../base/clock.js'
import type { LevelChange } from '../../load/fleet/threads.js'
import type { Second } from '../../load/measure/collector.js'
import { isBusy, judgeGenerator } from '../../load/measure/generator-health.js'
import type { Threshold } from '../../scenario/model/scenario.js'
import { mean } from '../../stats/math.js'
import {
  isGrowing,
  isSurelyMissed,
  judgeTrial,
  type TrialVerdict,
} from '../../verdict/capacity/judge-trial.js'
import type { Meter, Rig } from './rig.js'

/** What all trials of a search share. */
export interface TrialRules {
  /** Whether loads are arrivals, so that a backlog can grow. */
  readonly isOpen: boolean
  readonly slo: readonly Threshold[]
  readonly settleMs: Ms
  /** The load at which the service is looked at first, and after each miss. */
  readonly from: number
  /** Whether the first trial is at `from`, so that it shows how fast the service is. */
  readonly beginsAtFrom: boolean
  /** Load before everything else. */
  readonly warmupMs: Ms
  /** When no trial can follow any more, so that nobody waits for a recovery; since the load began. */
  readonly untilMs: Ms
}

/** A trial that was measured. */
export interface TrialEnd extends TrialVerdict {
  readonly load: number
  readonly meter: Meter
  /** When it was measured, in seconds since the load began, and how long. */
  readonly start: number
  readonly seconds: number
  /** Iterations in progress, on average. */
  readonly concurrency: number
  /** With all that went before since the last trial, and the recovery after it. */
  readonly spentSeconds: number
  /** After it, the service did not become as fast as at first. */
  readonly isUnrecovered: boolean
}

/** A trial that goes on: unfinished iterations second by second, the load and how many seconds it may take. */
interface Going {
  readonly meter: Meter
  readonly backlog: readonly number[]
  readonly load: number
  readonly whole: number
}

/** How long the service is looked at first. */
const LOOK_SECONDS = 2
/** How long unfinished requests may take after a miss, and how long the service then has to become as fast as before. */
const DRAIN_SECONDS = 10
const RECOVERY_SECONDS = 10
/** A trial whose load some machines heard of too late is tried again, so often in all. */
const TRIES_MAX = 3
/** How much slower is as fast as before: a share, and a time within which clocks and timers err. */
const SLOWER = 1.2
const SLOWER_MS: Ms = 1

interface Measured {
  readonly meter: Meter
  /** Unfinished iterations at the start of the trial, and at the end of each second. */
  readonly backlog: readonly number[]
  /** From when on nothing is sent, unless something else is tried. */
  readonly quietMs: Ms
}

/** Carries out trials on a rig. */
export class Trials {
  private readonly rig: Rig
  private readonly rules: TrialRules
  /** Why no trial can follow; null unless the machines can't be steered. */
  failure: string | null = null
  /** The median latency at the first load; null while it isn't known. */
  private usualMs: Ms | null = null
  private markMs: Ms = 0
  /** How long before it happens a change of the level is set. Longer once somebody heard of one too late. */
  private leadMs: Ms
  /** From when on nothing is sent; null while something is. */
  private quietMs: Ms | null = null

  constructor(rig: Rig, rules: TrialRules) {
    this.rig = rig
    this.leadMs = rig.leadMs
    this.rules = rules
  }

  /**
   * Warms the service up at the first load, and notes how fast it is unless the first trial does. False if the load ended
   * meanwhile.
   */
  async look(): Promise<boolean> {
    const { from, warmupMs, settleMs, beginsAtFrom } = this.rules
    const { first } = this.start(from, Math.max(warmupMs, settleMs, 1000))
    const last = beginsAtFrom ? first - 1 : first + LOOK_SECONDS - 1
    for (;;) {
      const second = await this.next()
      if (second === null) return false
      if (second.index >= first) this.note(second)
      if (second.index < last) continue
      this.markMs = this.rig.elapsedMs()
      return true
    }
  }

  private note({ p50Ms }: Pick<Second, 'p50Ms'>): void {
    this.usualMs = Math.max(this.usualMs ?? 0, p50Ms ?? 0) || null
  }

  /** Tries a load. Null if the load as a whole ended meanwhile, or can't be steered. */
  async run(load: number, seconds: number): Promise<TrialEnd | null> {
    const { rig, rules } = this
    let late: readonly string[] = []
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const tried = await this.measure(load, Math.max(1, Math.ceil(seconds - 1e-9)))
      if (tried === null) return null
      if ('late' in tried) {
        late = tried.late
        this.leadMs *= 2
        await this.recover()
        continue
      }
      const { meter, backlog, quietMs } = tried
      const end = this.judge(meter, backlog)
      if (this.usualMs === null && load === rules.from && end.missed.length === 0)
        for (const each of meter.collector.seconds.slice(0, LOOK_SECONDS)) this.note(each)
      this.quietMs = end.missed.length > 0 ? null : quietMs
      const isUnrecovered = end.missed.length > 0 && !(await this.recover())
      const spentSeconds = (rig.elapsedMs() - this.markMs) / 1000
      this.markMs = rig.elapsedMs()
      const concurrency = mean(backlog.slice(1))
      const figures = { load, meter, start: meter.first, seconds: backlog.length - 1, concurrency }
      return { ...end, ...figures, spentSeconds, isUnrecovered }
    }
    this.failure = `agent ${late[0]} heard too late of a change of the load, ${TRIES_MAX} times in a row: its connection to this machine is too slow`
    return null
  }

  /** Sends a load for so many seconds and measures them. Null if it ended meanwhile; with who was late if not all sent it. */
  private async measure(load: number, seconds: number): Promise<Measured | LevelChange | null> {
    const { rig, rules } = this
    const { first, change } = this.start(load, rules.settleMs)
    const quietMs = (first + seconds) * 1000
    rig.setLevel(quietMs, 0)
    const meter = rig.measure(first, first + seconds)
    const backlog: number[] = []
    for (;;) {
      const second = await this.next()
      if (second === null) return null
      if (second.index < first - 1) continue
      backlog.push(second.vus)
      if (second.index < first) continue
      if (change.late.length > 0) return change
      if (this.isLost(second, { meter, backlog, load, whole: seconds })) meter.cut(second.index + 1)
      if (meter.isLast(second.index)) return { meter, backlog, quietMs }
    }
  }

  /**
   * Sends nothing, so that the service is idle, and waits until nothing is in flight any more; for up to 10 s. False if the load
   * as a whole ended meanwhile.
   */
  async rest(): Promise<boolean> {
    const { rig } = this
    const quietMs = this.quietMs ?? rig.elapsedMs() + this.leadMs
    if (this.quietMs === null) rig.setLevel(quietMs, 0)
    this.quietMs = quietMs
    for (let index = -1; index < Math.ceil(quietMs / 1000) + DRAIN_SECONDS - 1; ) {
      const second = await this.next()
      if (second === null) return false
      index = second.index
      if (index * 1000 >= quietMs && second.vus === 0) break
    }
    return true
  }

  /** Sends `load` as soon as possible, and returns the first second before which it has been sent for `settleMs`. */
  private start(load: number, settleMs: Ms): { readonly first: number; readonly change: LevelChange } {
    const first = Math.ceil((this.rig.elapsedMs() + this.leadMs + settleMs) / 1000)
    this.quietMs = null
    return { first, change: this.rig.setLevel(first * 1000 - settleMs, load) }
  }

  /** The next second; null if the load ended or the service is dead. */
  private async next(): Promise<Second | null> {
    const second = await this.rig.nextSecond()
    return this.rig.death === null ? second : null
  }

  /** Whether a trial can't be met any more: more of it would only overload the service. */
  private isLost({ dropped }: Second, { meter, backlog, load, whole }: Going): boolean {
    if (!this.rules.isOpen) return false
    if (isGrowing(backlog, load)) return true
    // If perfctl may be the cause, only the whole trial can show it.
    if (meter.collector.seconds.some(isBusy)) return false
    if (dropped > 0) return true
    const iterations = backlog[0]! + load * whole
    const isMissed = isSurelyMissed(this.rules.slo, { ...meter.soFar(backlog.length - 1), iterations })
    return isMissed && !this.judge(meter, backlog).isUnsure
  }

  private judge({ collector }: Meter, backlog: readonly number[]): TrialVerdict {
    const seconds = backlog.length - 1
    const totals = collector.total(seconds)
    return judgeTrial(this.rules.slo, {
      seconds,
      totals,
      requests: collector.requests(seconds),
      generator: judgeGenerator(collector.seconds, collector.lateness, totals.latency),
      backlog: this.rules.isOpen ? backlog : null,
    })
  }

  /**
   * Lets the service finish what it has, and waits until it is as fast as at first. False if it isn't in time; true also if
   * that is open as the time for everything is over.
   */
  private async recover(): Promise<boolean> {
    const { rig, rules, usualMs } = this
    const quietMs = rig.elapsedMs() + this.leadMs
    rig.setLevel(quietMs, 0)
    // At the end of a second, all that counts has been in it: what was unfinished, and at the first load its latencies.
    await this.waitFor(quietMs, DRAIN_SECONDS, ({ vus }) => vus === 0)
    if (usualMs === null || rig.elapsedMs() >= rules.untilMs) return true
    const atMs = rig.elapsedMs() + this.leadMs
    rig.setLevel(atMs, rules.from)
    const limitMs = usualMs * SLOWER + SLOWER_MS
    return this.waitFor(atMs, RECOVERY_SECONDS, ({ p50Ms }) => p50Ms !== null && p50Ms <= limitMs)
  }

  /** Waits up to so many seconds that end after `fromMs` for one that is as wanted, or until the time is over. */
  private async waitFor(
    fromMs: Ms,
    seconds: number,
    isWanted: (second: Second) => boolean,
  ): Promise<boolean> {
    const first = Math.floor(fromMs / 1000)
    for (;;) {
      const second = await this.next()
      // When the load ended, it is open; a dead service has not recovered.
      if (second === null) return this.rig.death === null
      if (second.index < first) continue
      if (isWanted(second) || (second.index + 1) * 1000 >= this.rules.untilMs) return true
      if (second.index >= first + seconds - 1) return false
    }
  }
}
