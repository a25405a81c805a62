/**
 * One block of an A/B session, from one start of both sides to the next. Two fleets take turns, slice by slice.
 */
import { now, wallTime } from '../base/clock.js'
import { userError } from '../base/errors.js'
import { type FleetEnd, runFleet } from '../load/fleet/threads.js'
import { Collector, type Second } from '../load/measure/collector.js'
import { sideOf } from '../plan/ab-turns.js'
import { makePlan } from '../plan/make-plan.js'
import type { Plan } from '../plan/plan.js'
import { listSeries } from '../plan/series.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { mapTimingWindows } from '../stats/observed.js'
import type { Result, RunEnvironment, Window } from '../stats/result.js'
import type { Tally } from '../stats/tally.js'
import { type MetricsRecord, unmeasuredTarget, withMetrics } from '../stats/target.js'
import { type OfSides, SIDES, type SideName, withReadySides } from './ab-ready.js'
import type { RunningSides } from './ab-sides.js'
import { whyStopped } from './failure.js'
import { SideMetrics } from './metrics/side-metrics.js'
import { openSideWatches } from './process/side-watches.js'
import type { Watch } from './process/watch.js'
import { Pulse } from './pulse.js'
import { assembleResult, type RunRecord } from './result.js'

/** How a block is run and watched. */
export interface BlockOptions {
  readonly seed: number
  /** Measured seconds per side. */
  readonly seconds: number
  /** Worker threads per side. */
  readonly workers: number
  readonly environment: RunEnvironment
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called with a warning that doesn't affect the results, such as a failed step of `after`. */
  readonly onNotice: (text: string) => void
  /** Called after each second of each side. If it returns true, the block ends. */
  readonly onSeconds: (seconds: number, measure: () => BlockEnd) => boolean
}

/** The results of both sides, each from its own slices only. */
export interface BlockEnd {
  readonly a: Result
  readonly b: Result
  /** Which side died during the block, and why; absent if both survived. */
  readonly death?: string
}

const SLICE_MS = 1000
const GUARD_MS = 50
/** Head start for the workers of both sides, so that they begin at the same time. */
const HEAD_START_MS = 50

/**
 * Waits for both sides, runs each side's setup, then sends the scenario's highest load to both. Throws a UserError
 * (exit 3) if a side isn't ready or a setup fails; no load is sent then.
 */
export async function runBlock(
  scenario: Scenario,
  running: Pick<RunningSides, SideName>,
  options: BlockOptions,
): Promise<BlockEnd> {
  const constant = constantLoad(scenario, 2 * options.seconds)
  const planOf = (target: string) =>
    makePlan(constant, { target, seed: options.seed, today: wallTime().getTime() })
  const plans = { a: planOf(running.a.url), b: planOf(running.b.url) }
  return withReadySides(scenario, plans, options, (ready) => {
    const sides = SIDES.map((side): SidePlan => {
      const turns = { side, sliceMs: SLICE_MS, guardMs: GUARD_MS }
      const plan = { ...ready[side].plan, turns }
      return { side, plan, ready: ready[side].ready, started: running[side].pid }
    })
    return drive(scenario, sides, options)
  })
}

/** A block in which nothing was measured. `targets` has the names of the sides. */
export function emptyBlock(
  scenario: Scenario,
  targets: { readonly a: string; readonly b: string },
  { seed, seconds, environment }: Pick<BlockOptions, 'seed' | 'seconds' | 'environment'>,
): BlockEnd {
  const startedAt = wallTime()
  const [a, b] = SIDES.map((side) => {
    const target = targets[side]
    const plan = makePlan(constantLoad(scenario, 2 * seconds), { target, seed, today: startedAt.getTime() })
    return assembleResult(scenario, {
      ...{ plan, startedAt, environment, shard: null, stoppedBy: null, reference: null },
      collector: new Collector(listSeries(plan), 0, () => {}),
      end: { stoppedMs: 0, failure: null },
      stopped: { interrupted: false, error: null },
      ...{ allowEnvironment: true, allowMissing: false },
    })
  }) as [Result, Result]
  return { a, b }
}

interface SidePlan {
  readonly side: SideName
  readonly plan: Plan
  /** The answer that made it ready. */
  readonly ready: Pick<Result, 'ready'>
  /** The process that perfctl started; null if it started none. */
  readonly started: number | null
}

/** Runs both loads in turns. */
async function drive(
  scenario: Scenario,
  plans: readonly SidePlan[],
  options: BlockOptions,
): Promise<BlockEnd> {
  const { workers, environment } = options
  const brake = new AbortController()
  const barrier = makeBarrier(2)
  const watches = await openSideWatches(scenario, plans)
  const sides = plans.map(({ side, plan, ready }, number) => {
    const pulse = new Pulse()
    const series = listSeries(plan)
    const onSecond = ({ index }: Second, tally: Tally) => {
      if (index >= 0 && sideOf(index) === side) pulse.note(series.map((_, i) => tally.get(i)))
      look()
    }
    const collector = new Collector(series, workers, onSecond, {
      isOwn: (second) => sideOf(second) === side,
    })
    return { side, plan, ready, startedAt: wallTime(), collector, pulse, watch: watches[number]! }
  })
  const measure = (stoppedMs: number, failed: Failed | null = null): BlockEnd => {
    const [a, b] = sides.map(({ side, plan, ready, collector, startedAt, watch }) => {
      const end = { stoppedMs, failure: failed?.failure ?? null }
      const stopped = whyStopped(options.signal)
      const whole = assembleResult(scenario, {
        ...{ plan, collector, end, startedAt, environment, stopped, shard: null, ...ready },
        ...readTargetOf(watch, metrics?.record(side)),
        ...{ stoppedBy: null, reference: null, allowEnvironment: true, allowMissing: false },
      })
      // If one side fails, both stop: name the one that failed.
      const culprit = failed?.side ?? side
      const isOfSide = whole.error !== null && stopped.error === null
      return ownSlices(isOfSide ? { ...whole, error: `side ${culprit}: ${whole.error}` } : whole, side)
    }) as [Result, Result]
    return { a, b }
  }
  const findDeath = (): string | null => {
    const dead = sides.find(({ pulse }) => pulse.death !== null)
    return dead === undefined ? null : `side ${dead.side}: ${dead.pulse.death}`
  }
  const metrics = await SideMetrics.open(scenario, plansOf(plans), options.kill)
  let seen = 0
  const look = () => {
    const seconds = Math.floor(Math.min(...sides.map(({ collector }) => collector.seconds.length)) / 2)
    if (seconds <= seen || brake.signal.aborted) return
    seen = seconds
    if (findDeath() !== null) return brake.abort()
    if (options.onSeconds(seconds, () => measure(2 * seconds * 1000))) brake.abort()
  }
  const ends = await Promise.all(
    sides.map(async (one) => {
      const end = await runFleet(one.plan, {
        workers,
        stop: AbortSignal.any([brake.signal, options.signal]),
        kill: options.kill,
        beginAt: () => barrier.wait(),
        onBegin: (headStartMs) => {
          const aheadMs = headStartMs + one.plan.load.warmupMs
          one.startedAt = new Date(wallTime().getTime() + aheadMs)
          metrics?.begin(one.side, aheadMs)
          one.watch?.begin(aheadMs)
        },
        onWindow: (worker, window) => one.collector.add(worker, window),
        onWorkerEnd: (worker) => one.collector.end(worker),
      }).finally(() => one.watch?.end())
      // A side that died before it was ready must not keep the other waiting. One side alone is no session.
      if (end.failure !== null) brake.abort()
      barrier.leave()
      return { ...end, side: one.side }
    }),
  )
  await metrics?.end()
  const failed = ends.find((end): end is typeof end & Failed => end.failure !== null) ?? null
  const death = findDeath()
  const end = measure(Math.min(...ends.map(({ stoppedMs }) => stoppedMs)), failed)
  return death === null ? end : { ...end, death }
}

function plansOf(plans: readonly SidePlan[]): OfSides<Plan> {
  const [a, b] = plans as readonly [SidePlan, SidePlan]
  return { a: a.plan, b: b.plan }
}

/** What is observed of a side, as a field of its record; none if nothing is. */
function readTargetOf(
  watch: Watch | null,
  metrics: MetricsRecord | undefined,
): Pick<RunRecord, 'readTarget'> {
  if (watch === null && metrics === undefined) return {}
  return {
    readTarget: (requests, sent) => {
      const processes = watch?.figures(requests, sent) ?? unmeasuredTarget([])
      return metrics === undefined ? processes : withMetrics(processes, metrics)
    },
  }
}

interface Failed {
  readonly side: SideName
  readonly failure: NonNullable<FleetEnd['failure']>
}

/**
 * The scenario with its highest load as a constant load, since slices of a ramp are not comparable. Throws a
 * UserError if that load is 0, as with bursts alone.
 */
export function constantLoad(scenario: Scenario, seconds: number): Scenario {
  const { load, file, name } = scenario
  const most = Math.max(load.start, ...load.stages.map(({ target }) => target))
  if (most === 0) {
    throw userError(
      `${file ?? name}: the highest level of the load is sent constantly here, and it is 0: bursts have no level`,
      'add a rate to the load, such as rate: 100/s, or add a profile without bursts and use --profile',
    )
  }
  const stages = [{ durationMs: seconds * 1000, target: most }]
  const constant = { ...load, start: most, stages, iterations: null }
  if (constant.model === 'closed') delete constant.iterationsPerVu
  return { ...scenario, load: constant }
}

/** Keeps only a side's own slices. The others contain only requests that were still in flight. */
function ownSlices(result: Result, side: 'a' | 'b'): Result {
  const own = (start: number) => sideOf(Math.floor(start)) === side
  const whole = (seconds: number) => seconds <= result.durationSeconds
  const isOwn = ({ start, duration }: Window) => own(start) && whole(start + duration)
  return {
    ...result,
    requests: result.requests.map((request) => ({
      ...request,
      windows: request.windows.filter(isOwn),
      ...mapTimingWindows(request, (windows) => windows.filter(isOwn)),
    })),
    timeline: result.timeline.filter(({ second }) => own(second)),
    ...(result.target && {
      target: { ...result.target, timeline: result.target.timeline.filter(({ second }) => own(second)) },
    }),
  }
}

interface Barrier {
  /** Resolves with the common start time once all members that have not left are waiting. */
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
