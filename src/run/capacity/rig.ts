/**
 * A load whose level is set while it runs, on worker threads that stay for the whole search, here or on other machines: users,
 * connections and compiled code are as warm in the last trial as in the first.
 */
import { type Ms, now, wallTime } from '../../base/clock.js'
import type { FleetEnd, LevelChange, SetLevel } from '../../load/fleet/threads.js'
import { Collector, type Second } from '../../load/measure/collector.js'
import type { WindowData } from '../../load/measure/window-recorder.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries } from '../../plan/series.js'
import type { Frame } from '../../stats/frame.js'
import type { TargetFigures } from '../../stats/target.js'
import type { TrialSoFar } from '../../verdict/capacity/judge-trial.js'
import { makeFrame } from '../frame.js'
import type { Observation } from '../observation.js'
import { Pulse } from '../pulse.js'
import type { Source } from '../source.js'

/** What trials need of the load that they steer. Times are since the load began. */
export interface Rig {
  /** From `atMs` on the level is `level`. Once the seconds after it are over, all who heard of it in time have said so. */
  setLevel: SetLevel
  /** How long before it happens a change of the level is set, so that all usually hear of it in time. */
  readonly leadMs: Ms
  elapsedMs(): Ms
  /** The next second that is over; null if the load has ended, or isn't whole any more. */
  nextSecond(): Promise<Second | null>
  /** Keeps the figures of the seconds from `first` up to `end`, which is later than all that are over. */
  measure(first: number, end: number): Meter
  /** Why the service counts as dead; null while it doesn't. */
  readonly death: string | null
  /** What the service used and reported so far; undefined if nothing of it is observed. */
  readonly target?: TargetFigures | undefined
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
  readonly source: Pick<Source, 'workers' | 'leadMs' | 'run' | 'agentFrames'>
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Observes the service while the load lasts, and is ended with it; null if nothing of it is observed. */
  readonly watch: Observation | null
  readonly onFrame?: ((frame: Frame) => void) | undefined
}

/** The rig of a source. */
export class LiveRig implements Rig {
  readonly leadMs: Ms
  /** When the load began. */
  startedAt = wallTime()
  /** Resolves when it and the observation have ended. */
  readonly ended: Promise<FleetEnd>
  /** Resolves when it has begun; with false if it never did. */
  readonly begun: Promise<boolean>
  private readonly plan: Plan
  private readonly workers: number
  private readonly watch: Observation | null
  private readonly stopping = new AbortController()
  private readonly pulse = new Pulse()
  private readonly seconds: Second[] = []
  private wake: () => void = () => {}
  /** Until the first worker ends, or the search is interrupted: then less is sent than the level says. */
  private isWhole = true
  private startMs: Ms = 0
  private tell: SetLevel | null = null
  private meter: Meter | null = null

  constructor(plan: Plan, { source, signal, kill, watch, onFrame }: RigOptions) {
    const { workers } = source
    this.leadMs = source.leadMs
    this.plan = plan
    this.workers = workers
    this.watch = watch
    const endWhole = () => {
      this.isWhole = false
      this.wake()
    }
    signal.addEventListener('abort', endWhole, { once: true })
    if (signal.aborted) endWhole()
    const collector = new Collector(listSeries(plan), workers, (second, tally) => {
      const agents = source.agentFrames?.(second)
      const observed = { service: watch?.takeUsed(), metrics: watch?.reported }
      onFrame?.(makeFrame(plan, collector, { second, tally, agents, ...observed }))
      this.pulse.note(tally.used.map((index) => tally.get(index)))
      this.seconds.push(second)
      this.wake()
    })
    let begin: (hasBegun: boolean) => void = () => {}
    this.begun = new Promise((resolve) => {
      begin = resolve
    })
    this.ended = source
      .run({
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
        onWorkerEnd: (worker) => {
          endWhole()
          collector.end(worker)
        },
      })
      .finally(() => {
        signal.removeEventListener('abort', endWhole)
        begin(false)
        endWhole()
        return watch?.end()
      })
  }

  get death(): string | null {
    return this.pulse.death
  }

  get target(): TargetFigures | undefined {
    return this.watch?.figures(0, [])
  }

  setLevel(atMs: Ms, level: number): LevelChange {
    if (this.tell === null) throw new Error('the load has not begun')
    return this.tell(atMs, level)
  }

  elapsedMs(): Ms {
    return now() - this.startMs
  }

  async nextSecond(): Promise<Second | null> {
    while (this.seconds.length === 0 && this.isWhole)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    return this.isWhole ? this.seconds.shift()! : null
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
