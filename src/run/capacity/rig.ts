/**
 * A load whose level is set while it runs, on worker threads that stay for the whole search: users, connections and
 * compiled code are as warm in the last trial as in the first.
 */
import { type Ms, now, wallTime } from '../../base/clock.js'
import { type FleetEnd, runFleet, type SetLevel } from '../../load/fleet/threads.js'
import { Collector, type Second } from '../../load/measure/collector.js'
import type { WindowData } from '../../load/measure/window-recorder.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import type { Frame } from '../../stats/frame.js'
import type { TrialSoFar } from '../../verdict/capacity/judge-trial.js'
import { makeFrame } from '../frame.js'
import type { Observation } from '../observation.js'
import { Pulse } from '../pulse.js'

/** What trials need of the load that they steer. Times are since the load began. */
export interface Rig {
  /** From `atMs` on the level is `level`. */
  setLevel: SetLevel
  elapsedMs(): Ms
  /** The next second that is over; null if the load has ended. */
  nextSecond(): Promise<Second | null>
  /** Keeps the figures of the seconds from `first` up to `end`, which is later than all that are over. */
  measure(first: number, end: number): Meter
  /** Why the service counts as dead; null while it doesn't. */
  readonly death: string | null
}

/** The figures of some seconds of a load. */
export class Meter {
  readonly first: number
  readonly collector: Collector
  private end: number
  private readonly names: ReadonlySet<string>

  constructor(plan: Plan, workers: number, first: number, end: number) {
    this.names = new Set(listSeries(plan).map(({ name }) => name))
    this.first = first
    this.end = end
    this.collector = new Collector(listSeries(plan), workers, () => {})
  }

  add(worker: number, window: WindowData): void {
    if (window.index < this.first || window.index >= this.end) return
    this.collector.add(worker, { ...window, index: window.index - this.first })
  }

  /** The figures of the first `seconds`. */
  soFar(seconds: number): Pick<TrialSoFar, 'totals' | 'requests'> {
    return { totals: this.collector.total(seconds), requests: this.collector.named(this.names, seconds) }
  }

  /** Nothing from second `end` on counts. */
  cut(end: number): void {
    this.end = Math.min(this.end, end)
  }

  /** Whether second `index` is the last one. */
  isLast(index: number): boolean {
    return index >= this.end - 1
  }
}

/** How a rig is run and watched. */
export interface RigOptions {
  readonly workers: number
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Observes the service from the beginning of the load; null if nothing of it is observed. */
  readonly watch?: Observation | null
  readonly onFrame?: ((frame: Frame) => void) | undefined
}

/** A rig of worker threads on this machine. */
export class LiveRig implements Rig {
  /** When the load began. */
  startedAt = wallTime()
  /** Resolves when it has ended. */
  readonly ended: Promise<FleetEnd>
  /** Resolves when it has begun; with false if it never did. */
  readonly begun: Promise<boolean>
  private readonly plan: Plan
  private readonly workers: number
  private readonly stopping = new AbortController()
  private readonly pulse = new Pulse()
  private readonly seconds: Second[] = []
  private wake: () => void = () => {}
  private isOver = false
  private startMs: Ms = 0
  private tell: SetLevel | null = null
  private meter: Meter | null = null

  constructor(plan: Plan, { workers, signal, kill, watch, onFrame }: RigOptions) {
    this.plan = plan
    this.workers = workers
    const collector = new Collector(listSeries(plan), workers, (second, tally) => {
      const observed = { service: watch?.takeUsed(), metrics: watch?.reported }
      onFrame?.(makeFrame(plan, collector, { second, tally, ...observed }))
      this.pulse.note(tally.used.map((index) => tally.get(index)))
      this.seconds.push(second)
      this.wake()
    })
    let begin: (hasBegun: boolean) => void = () => {}
    this.begun = new Promise((resolve) => {
      begin = resolve
    })
    this.ended = runFleet(plan, {
      workers,
      stop: AbortSignal.any([this.stopping.signal, signal]),
      kill,
      onBegin: (headStartMs) => {
        this.startMs = now() + headStartMs
        this.startedAt = new Date(wallTime().getTime() + headStartMs)
        watch?.begin(headStartMs)
      },
      onSteerable: (tell) => {
        this.tell = tell
        begin(true)
      },
      onWindow: (worker, window) => {
        this.meter?.add(worker, window)
        collector.add(worker, window)
      },
      onWorkerEnd: (worker) => collector.end(worker),
    }).finally(() => {
      this.isOver = true
      begin(false)
      this.wake()
    })
  }

  get death(): string | null {
    return this.pulse.death
  }

  setLevel(atMs: Ms, level: number): void {
    this.tell?.(atMs, level)
  }

  elapsedMs(): Ms {
    return now() - this.startMs
  }

  async nextSecond(): Promise<Second | null> {
    while (this.seconds.length === 0 && !this.isOver)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    return this.seconds.shift() ?? null
  }

  measure(first: number, end: number): Meter {
    this.meter = new Meter(this.plan, this.workers, first, end)
    return this.meter
  }

  /** Sends nothing more. */
  stop(): void {
    this.stopping.abort()
  }
}
