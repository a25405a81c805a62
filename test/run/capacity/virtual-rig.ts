/**
 * A rig in virtual time: arrivals at the level that is set, at a service of slots with a queue.
 */

import { Slots } from '../../../src/demo/slots.js'
import type { LevelChange } from '../../../src/load/fleet/threads.js'
import type { Second } from '../../../src/load/measure/collector.js'
import { Collector } from '../../../src/load/measure/collector.js'
import { WindowRecorder } from '../../../src/load/measure/window-recorder.js'
import { listSeries } from '../../../src/plan/series.js'
import { Meter, type Rig } from '../../../src/run/capacity/rig.js'
import { closedLoad, makeTestPlan } from '../../load/simulate.js'

export interface VirtualService {
  /** Requests per second that it carries. */
  readonly capacity: number
  /** Answers instead of the queue; null: the queue does. */
  readonly refuses?: (atMs: number, inQueue: number) => number | null
  /** Added to each latency, once so many requests are in the queue at once. */
  readonly scarred?: { readonly from: number; readonly byMs: number }
  /** The share of the time in which the generator is at work; default: 0.1. */
  readonly busy?: number
  /** From this moment on nobody answers. */
  readonly diesAt?: number
}

const PLAN = makeTestPlan({ load: closedLoad() })

export class VirtualRig implements Rig {
  death: string | null = null
  readonly leadMs = 300
  /** Who hears too late of a change to this level; nobody by default. */
  late: (level: number) => readonly string[] = () => []
  /** Every level that was set, in the order of setting, and when it was. */
  readonly levels: { readonly atMs: number; readonly level: number; readonly setMs: number }[] = []
  arrived = 0
  private second = 0
  private meter: Meter | null = null
  private readonly slots: Slots
  private readonly recorder: WindowRecorder
  private readonly collector: Collector
  private readonly over: Second[] = []
  /** When each unfinished request is done, and when it arrived. */
  private open: { doneAt: number; atMs: number; status: number }[] = []
  private isScarred = false
  private due = 0
  private deadSeconds = 0

  constructor(
    private readonly service: VirtualService,
    private readonly endsAfter = Number.POSITIVE_INFINITY,
  ) {
    this.slots = new Slots(service.capacity)
    this.collector = new Collector(listSeries(PLAN), 1, (second) => this.over.push(second))
    this.recorder = new WindowRecorder({
      requests: 1,
      startAt: 0,
      warmupMs: 0,
      durationMs: 1e9,
      gauges: {
        vus: () => this.open.length,
        load: () => ({
          busy: service.busy ?? 0.1,
          cpu: service.busy ?? 0.1,
          starved: 0,
          gcMs: 0,
          gcMsMax: 0,
        }),
      },
      emit: (window) => {
        this.meter?.add(0, window)
        this.collector.add(0, window)
      },
    })
  }

  /** Unfinished requests. */
  get inFlight(): number {
    return this.open.length
  }

  setLevel(atMs: number, level: number): LevelChange {
    this.levels.push({ atMs, level, setMs: this.elapsedMs() })
    return { late: this.late(level) }
  }

  elapsedMs(): number {
    return this.second * 1000
  }

  measure(first: number, end: number): Meter {
    this.meter = new Meter(PLAN, 1, first, end)
    return this.meter
  }

  async nextSecond(): Promise<Second | null> {
    if (this.second >= this.endsAfter) return null
    const untilMs = ++this.second * 1000
    for (let atMs = untilMs - 1000; atMs < untilMs; atMs++) this.step(atMs)
    this.recorder.roll(untilMs)
    const second = this.over.pop()!
    this.deadSeconds = second.requests > 0 && second.failed === second.requests ? this.deadSeconds + 1 : 0
    if (this.service.diesAt !== undefined && this.deadSeconds >= 10) this.death = 'nobody answers'
    return second
  }

  private step(atMs: number): void {
    for (const { doneAt, atMs: arrivedAt, status } of this.open.filter(({ doneAt }) => doneAt <= atMs)) {
      const row = this.recorder.seriesAt(atMs, 0)
      const latency = doneAt - arrivedAt
      if (status === 200) row.recordSuccess(200, latency, latency, latency)
      else row.recordFailure('status', `status ${status}`, status)
    }
    this.open = this.open.filter(({ doneAt }) => doneAt > atMs)
    for (this.due += this.levelAt(atMs) / 1000; this.due >= 1; this.due--) this.arrive(atMs)
  }

  private arrive(atMs: number): void {
    this.arrived++
    const { refuses, scarred, diesAt = Number.POSITIVE_INFINITY } = this.service
    const status = atMs >= diesAt ? 503 : (refuses?.(atMs, this.open.length) ?? 200)
    if (status !== 200) {
      this.open.push({ doneAt: atMs + 1, atMs, status })
      return
    }
    if (scarred !== undefined && this.open.length >= scarred.from) this.isScarred = true
    const extraMs = this.isScarred ? scarred!.byMs : 0
    this.open.push({ doneAt: this.slots.take(atMs) + extraMs, atMs, status })
  }

  private levelAt(atMs: number): number {
    // A later change replaces those that were planned after it.
    const valid = this.levels.filter((change, index) =>
      this.levels.slice(index + 1).every((later) => later.atMs > change.atMs),
    )
    return valid.findLast((change) => change.atMs <= atMs)?.level ?? 0
  }
}
