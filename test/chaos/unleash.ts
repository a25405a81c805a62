/**
 * Runs a load in this thread against a hostile service, and observes each request from outside.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { runFleet } from '../../dist/load/fleet/threads.js'
import { now } from '../../src/base/clock.js'
import type { Connection, Exchange } from '../../src/load/connection.js'
import { openWorld } from '../../src/load/engine/node-world.js'
import { WorkerLoad } from '../../src/load/engine/worker-load.js'
import { Collector } from '../../src/load/measure/collector.js'
import { makePlan } from '../../src/plan/make-plan.js'
import type { Plan } from '../../src/plan/plan.js'
import { Profile } from '../../src/plan/profile.js'
import { listSeries } from '../../src/plan/series.js'
import { readScenario } from '../../src/scenario/read.js'
import type { TimelinePoint, Totals } from '../../src/stats/result.js'
import { type Ending, idOf } from './ask.js'

/** A scenario as in a file. */
export type Yaml = Readonly<Record<string, unknown>>

/** How one request ended. */
export interface Ended {
  readonly id: number
  readonly method: string
  readonly ending: Ending
  /** Why it failed; null if it didn't. */
  readonly message: string | null
  /** The response body, if it was kept. */
  readonly text: string | null
  /** When it ended, in ms since the load began. */
  readonly at: number
}

/** A load that has ended or was killed. */
export interface Unleashed {
  /** Null if it took too long and was killed. */
  readonly tookMs: number | null
  /** When it began, on the clock of `now`. */
  readonly beginAt: number
  /** The stages and the graceful stop after them. */
  readonly plannedMs: number
  readonly gracefulStopMs: number
  /** Null for a fleet, whose threads can't be observed. */
  readonly ended: readonly Ended[] | null
  /** The number of requests sent; for a fleet, the planned number. */
  readonly sent: number
  /** The number of virtual users; unknown for a fleet. */
  readonly users: number
  readonly totals: Totals
  readonly timeline: readonly TimelinePoint[]
  /** Whether this thread was blocked or busy, so that timeouts may be its own fault. */
  readonly isOverworked: boolean
  /** Why a worker died; null if none did. */
  readonly died: string | null
}

/** Beyond the graceful stop. */
const OVERTIME_MS = 1000
/** A thread that is blocked longer may miss the timeouts of its requests, as may one that is busier. */
const STALL_MS = 300
const BUSY = 0.85
/** When a run counts as hanging. */
const PATIENCE_MS = 5000

/** How a load is sent. */
export interface UnleashOptions {
  readonly workers?: number
  /** Ends the load before its time. */
  readonly until?: Promise<unknown>
}

/** Sends the load of a scenario to a port of this machine. */
export async function unleash(
  scenario: Yaml,
  target: string,
  { workers = 1, until }: UnleashOptions = {},
): Promise<Unleashed> {
  const plan = planOf(scenario, target)
  const wholeMs = new Profile(plan.load.start, plan.load.stages).durationMs
  const mostMs = wholeMs + plan.load.gracefulStopMs + OVERTIME_MS + PATIENCE_MS
  const delay = monitorEventLoopDelay()
  delay.enable()
  const before = performance.eventLoopUtilization()
  const run =
    workers === 1 ? await runPart(plan, { mostMs, until }) : await runThreads(plan, { workers, mostMs })
  delay.disable()
  const { utilization } = performance.eventLoopUtilization(before)
  const plannedMs = run.stoppedMs ?? wholeMs
  const isLate = run.tookMs > plannedMs + plan.load.gracefulStopMs + OVERTIME_MS
  const seconds = plannedMs / 1000
  return {
    ...run,
    tookMs: isLate ? null : run.tookMs,
    isOverworked: delay.max / 1e6 > STALL_MS || utilization > BUSY,
    plannedMs,
    gracefulStopMs: plan.load.gracefulStopMs,
    totals: run.collector.total(seconds),
    timeline: run.collector.timeline(),
  }
}

function planOf(scenario: Yaml, target: string): Plan {
  const files = { read: (path: string) => readFileSync(path) }
  const read = readScenario(JSON.stringify({ target, ...scenario }), { file: 'chaos.yaml', env: {}, files })
  return makePlan(read, { target, seed: 7, today: Date.UTC(2026, 0, 1) })
}

async function runPart(plan: Plan, { mostMs, until }: { mostMs: number; until: UnleashOptions['until'] }) {
  const world = await openWorld(plan)
  const collector = new Collector(listSeries(plan), 1, () => {})
  const beginAt = world.now() + 5
  const watch = new Watch(beginAt)
  const part = new WorkerLoad(
    plan,
    { index: 0, of: 1 },
    {
      world: { ...world, connect: (tell) => watch.over(world.connect(tell)) },
      beginAt,
      emit: (window) => collector.add(0, window),
    },
  )
  let stoppedMs: number | null = null
  void until?.then(() => {
    stoppedMs = now() - beginAt
    part.stop()
  })
  let timer: NodeJS.Timeout | undefined
  const isOver = await Promise.race([
    part.done.then(() => true),
    new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), mostMs)
    }),
  ])
  clearTimeout(timer)
  const tookMs = isOver ? world.now() - beginAt : Number.POSITIVE_INFINITY
  if (!isOver) part.abort()
  world.close()
  collector.end(0)
  return {
    collector,
    tookMs,
    stoppedMs,
    beginAt,
    ended: watch.ended,
    sent: watch.sent,
    users: part.users.length,
    died: null,
  }
}

async function runThreads(plan: Plan, { workers, mostMs }: { workers: number; mostMs: number }) {
  const collector = new Collector(listSeries(plan), workers, () => {})
  const kill = new AbortController()
  let begun = 0
  let timer: NodeJS.Timeout | undefined
  const end = await runFleet(plan, {
    workers,
    stop: new AbortController().signal,
    kill: kill.signal,
    onBegin: (headStartMs) => {
      begun = now() + headStartMs
      timer = setTimeout(() => kill.abort(), mostMs)
    },
    onWindow: (worker, window) => collector.add(worker, window),
    onWorkerEnd: (worker) => collector.end(worker),
  })
  clearTimeout(timer)
  const died = end.failure !== null && end.failure.kind !== 'spent' ? end.failure.message : null
  const tookMs = now() - begun
  return {
    collector,
    tookMs,
    stoppedMs: null,
    beginAt: begun,
    ended: null,
    sent: plan.load.iterations ?? 0,
    users: 0,
    died,
  }
}

/** Records the outcome of each request. */
class Watch {
  readonly ended: Ended[] = []
  sent = 0

  constructor(private readonly beginAt: number) {}

  /** Observes `connection`. */
  over(connection: Connection): Connection {
    const { send, abort } = connection
    let id = -1
    let method = ''
    const note = (ending: Ending, message: string | null, text: string | null) => {
      const at = now() - this.beginAt
      this.ended.push({ id, method, ending, message, text, at })
    }
    connection.send = (request, exchange) => {
      this.sent++
      id = idOf(request.path)
      method = request.method
      const watched: Exchange = {
        ended: (failure, at) => {
          note(failure?.kind ?? 'ok', failure?.message ?? null, failure === null ? textOf(connection) : null)
          exchange.ended(failure, at)
        },
      }
      send.call(connection, request, watched)
    }
    connection.abort = () => {
      note('given up', null, null)
      abort.call(connection)
    }
    return connection
  }
}

function textOf({ answer }: Connection): string | null {
  return answer == null ? null : answer.body().toString('latin1')
}
