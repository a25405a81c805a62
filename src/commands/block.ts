/**
 * One stretch of an `ab` session, from a start of both sides to the next: two fleets that take turns, slice by slice.
 */
import { now, wallTime } from '../base/clock.js'
import { Collector } from '../load/collector.js'
import { type FleetEnd, runFleet } from '../load/fleet/threads.js'
import { makePlan, type Plan } from '../plan/plan.js'
import { sideOf } from '../plan/slices.js'
import type { Scenario } from '../scenario/scenario.js'
import type { Result, RunEnvironment } from '../stats/result.js'
import { assembleResult } from './assemble.js'

/** What a block is part of, and how it's watched. */
export interface BlockOptions {
  readonly seed: number
  /** Measured seconds of each side. */
  readonly seconds: number
  /** Threads of each side. */
  readonly workers: number
  readonly environment: RunEnvironment
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called with what both sides have after each second of each; true ends the block. */
  readonly onSeconds: (seconds: number, measure: () => BlockEnd) => boolean
}

/** What the two sides measured: each in its own slices only. */
export interface BlockEnd {
  readonly a: Result
  readonly b: Result
}

const SLICE_MS = 1000
const GUARD_MS = 50
/** The workers of both sides get this long to begin together. */
const HEAD_START_MS = 50

/** Drives both targets with the scenario's highest load. */
export async function runBlock(
  scenario: Scenario,
  targets: { readonly a: string; readonly b: string },
  options: BlockOptions,
): Promise<BlockEnd> {
  const { workers, environment } = options
  const brake = new AbortController()
  const barrier = makeBarrier(2)
  const names = scenario.requests.map(({ name }) => name)
  const sides = (['a', 'b'] as const).map((side) => {
    const base = makePlan(constantLoad(scenario, 2 * options.seconds), {
      target: targets[side],
      seed: options.seed,
      today: wallTime().getTime(),
    })
    const plan: Plan = { ...base, turns: { side, sliceMs: SLICE_MS, guardMs: GUARD_MS } }
    return { side, plan, startedAt: wallTime(), collector: new Collector(names, workers, () => look()) }
  })
  const measure = (stoppedMs: number, failure: FleetEnd['failure'] = null): BlockEnd => {
    const [a, b] = sides.map(({ side, plan, collector, startedAt }) => {
      const end = { stoppedMs, failure }
      const interrupted = options.signal.aborted
      const whole = assembleResult(scenario, {
        ...{ plan, collector, end, startedAt, environment, interrupted },
        ...{ stoppedBy: null, reference: null, allowEnvironment: true, allowMissing: false },
      })
      return ownSlices(whole, side)
    }) as [Result, Result]
    return { a, b }
  }
  let seen = 0
  const look = () => {
    const seconds = Math.floor(Math.min(...sides.map(({ collector }) => collector.seconds.length)) / 2)
    if (seconds <= seen || brake.signal.aborted) return
    seen = seconds
    if (options.onSeconds(seconds, () => measure(2 * seconds * 1000))) brake.abort()
  }
  const ends = await Promise.all(
    sides.map((one) =>
      runFleet(one.plan, {
        workers,
        stop: AbortSignal.any([brake.signal, options.signal]),
        kill: options.kill,
        beginAt: () => barrier.wait(),
        onBegin: (headStartMs) => {
          one.startedAt = new Date(wallTime().getTime() + headStartMs + one.plan.load.warmupMs)
        },
        onWindow: (worker, window) => one.collector.add(worker, window),
        onWorkerEnd: (worker) => one.collector.end(worker),
      }).then((end) => {
        // A side that died before it was ready must not keep the other waiting; nor is one side a session.
        if (end.failure !== null) brake.abort()
        barrier.leave()
        return end
      }),
    ),
  )
  const failure = ends.find((end) => end.failure !== null)?.failure ?? null
  return measure(Math.min(...ends.map(({ stoppedMs }) => stoppedMs)), failure)
}

/** The scenario with its highest load, constantly: slices of a ramp would not be alike. */
export function constantLoad(scenario: Scenario, seconds: number): Scenario {
  const { load } = scenario
  const most = Math.max(load.start, ...load.stages.map(({ target }) => target))
  const stages = [{ durationMs: seconds * 1000, target: most }]
  return { ...scenario, load: { ...load, start: most, stages, iterations: null } }
}

/** A side's figures over its own slices only: in the others it answers what was still under way. */
function ownSlices(result: Result, side: 'a' | 'b'): Result {
  const own = (start: number) => sideOf(Math.floor(start)) === side
  const whole = (seconds: number) => seconds <= result.durationSeconds
  return {
    ...result,
    requests: result.requests.map((request) => ({
      ...request,
      windows: request.windows.filter(({ start, duration }) => own(start) && whole(start + duration)),
    })),
    timeline: result.timeline.filter(({ second }) => own(second)),
  }
}

interface Barrier {
  /** Gives the moment to begin, the same to all, when all are waiting that have not left. */
  wait(): Promise<number>
  leave(): void
}

function makeBarrier(members: number): Barrier {
  let expected = members
  let waiting: ((moment: number) => void)[] = []
  const open = () => {
    if (waiting.length < expected) return
    const moment = now() + HEAD_START_MS
    for (const go of waiting) go(moment)
    waiting = []
  }
  return {
    wait: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        open()
      }),
    leave() {
      expected--
      open()
    },
  }
}
