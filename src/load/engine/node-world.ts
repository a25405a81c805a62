/**
 * The real world: the clock, the alarm and the network of one thread, and how busy it is.
 */
import { type EventLoopUtilization, PerformanceObserver, performance } from 'node:perf_hooks'
import { type Ms, now } from '../../base/clock.js'
import { readThreadTimes, type ThreadTimes } from '../../base/thread.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import { openNetwork } from '../http/connection-factory.js'
import type { World } from './world.js'

/** Alarms this near don't use a timer, whose resolution is 1 ms. */
const NEAR_MS = 0.5

/** The world for `plan`'s load. Call `close` when the load is over. */
export async function openWorld(plan: Plan, part?: ExecutionSegment): Promise<World & { close(): void }> {
  const connect = await openNetwork(plan, part && { part })
  const meter = new Meter()
  return {
    now,
    alarm: makeAlarm,
    connect,
    load: () => meter.read(),
    close: () => meter.close(),
  }
}

/**
 * Subtle: the timer is reset only for an earlier time. If it fires too early, it is simply set again, which
 * costs less than moving it with every request.
 */
function makeAlarm(ring: () => void): (moment: Ms) => void {
  let armed = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | null = null
  let immediate: NodeJS.Immediate | null = null
  const disarm = () => {
    if (timer !== null) clearTimeout(timer)
    if (immediate !== null) clearImmediate(immediate)
    timer = immediate = null
    armed = Number.POSITIVE_INFINITY
  }
  const rung = () => {
    disarm()
    ring()
  }
  return (moment) => {
    if (moment === Number.POSITIVE_INFINITY) return disarm()
    if (moment >= armed) return
    disarm()
    armed = moment
    const delay = moment - now()
    if (delay <= NEAR_MS) immediate = setImmediate(rung)
    else timer = setTimeout(rung, Math.max(1, Math.min(Math.round(delay), LONGEST_MS)))
  }
}

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1

/** How busy this thread is. */
class Meter {
  private last: EventLoopUtilization = performance.eventLoopUtilization()
  private gcMs = 0
  private lastRead: Ms = now()
  private lastTimes = readThreadTimes()
  private gcMsMax = 0
  private readonly observer = new PerformanceObserver((list) => this.count(list.getEntries()))

  constructor() {
    this.observer.observe({ entryTypes: ['gc'] })
  }

  read(): ReturnType<World['load']> {
    const current = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(current, this.last)
    const { gcMs, gcMsMax, lastTimes, lastRead } = this
    const times = readThreadTimes()
    const moment = now()
    const share = (key: keyof ThreadTimes) =>
      times === null || lastTimes === null || moment <= lastRead
        ? null
        : (times[key] - lastTimes[key]) / (moment - lastRead)
    this.last = current
    this.lastTimes = times
    this.lastRead = moment
    this.gcMs = this.gcMsMax = 0
    return { busy: utilization, cpu: share('cpuMs'), starved: share('waitedMs'), gcMs, gcMsMax }
  }

  close(): void {
    this.observer.disconnect()
  }

  private count(entries: readonly { readonly duration: Ms }[]): void {
    for (const { duration } of entries) {
      this.gcMs += duration
      this.gcMsMax = Math.max(this.gcMsMax, duration)
    }
  }
}
