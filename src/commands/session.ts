/**
 * Two targets in one session: two fleets that take turns, slice by slice, and one verdict as soon as it is clear.
 */
import { now, wallTime } from '../base/clock.js'
import { readGitCommit } from '../base/git.js'
import { readEnvironment } from '../base/host.js'
import { randomSeed } from '../base/rng.js'
import { Collector } from '../load/collector.js'
import { runFleet } from '../load/fleet/threads.js'
import { checkReachable } from '../load/preflight.js'
import { makePlan, type Plan } from '../plan/plan.js'
import { listSeries } from '../plan/series.js'
import { sideOf } from '../plan/slices.js'
import { checkSupply } from '../plan/supply.js'
import type { Scenario } from '../scenario/scenario.js'
import type { Result } from '../stats/result.js'
import { compare } from '../verdict/compare.js'
import { assembleResult, judgeResult } from './assemble.js'

export interface SessionOptions {
  readonly seed: number | undefined
  /** Measured seconds of each side at most. */
  readonly secondsMost: number
  readonly reference: string
  readonly signal: AbortSignal
  readonly kill: AbortSignal
  /** Called at each look, with the verdict so far. */
  readonly onLook: (seconds: number, verdict: string) => void
}

/** Both sides of a session; b carries the comparison. */
export interface SessionEnd {
  readonly a: Result
  readonly b: Result
}

const SLICE_MS = 1000
const GUARD_MS = 50
/** The verdict is looked at after so many seconds of each side, and at the end. */
const LOOKS = [15, 30, 60]
/** The workers of both sides get this long to begin together. */
const HEAD_START_MS = 50

/** Drives both targets. Throws a UserError when one can't be reached; then nothing was sent. */
export async function runSession(
  scenario: Scenario,
  targets: { readonly a: string; readonly b: string },
  options: SessionOptions,
): Promise<SessionEnd> {
  for (const target of [targets.a, targets.b]) await checkReachable(target, scenario.http.connectTimeoutMs)
  const looks = [...LOOKS.filter((look) => look < options.secondsMost), options.secondsMost]
  const id = randomSeed().toString(36)
  const seed = options.seed ?? randomSeed()
  const brake = new AbortController()
  const begin = makeBarrier()
  const environment = { ...readEnvironment(), workers: 1, gitCommit: await readGitCommit('.') }
  const sides = (['a', 'b'] as const).map((side) => {
    const base = makePlan(constantLoad(scenario, 2 * options.secondsMost), {
      target: targets[side],
      seed,
      today: wallTime().getTime(),
    })
    checkSupply(base)
    const plan: Plan = { ...base, turns: { side, sliceMs: SLICE_MS, guardMs: GUARD_MS } }
    const collector = new Collector(listSeries(plan), 1, () => look())
    return { side, plan, startedAt: wallTime(), collector }
  })
  let looked = 0
  const results = (stoppedMs: number): SessionEnd => {
    const [a, b] = sides.map(({ side, plan, collector, startedAt }) => {
      const whole = assembleResult(scenario, {
        plan,
        collector,
        end: { stoppedMs, failure: null },
        startedAt,
        environment,
        interrupted: options.signal.aborted,
        stoppedBy: null,
        shard: null,
        reference: null,
        allowEnvironment: true,
        allowMissing: false,
      })
      return ownSlices({ ...whole, session: { id, side, looks: looks.length } }, side)
    }) as [Result, Result]
    return { a, b }
  }
  const look = () => {
    const seconds = Math.min(...sides.map(({ collector }) => collector.seconds.length))
    const next = looks[looked]
    if (next === undefined || seconds < 2 * next || brake.signal.aborted) return
    looked++
    const { a, b } = results(2 * next * 1000)
    const { verdict } = compare(a, b, limitsOf(scenario, options.reference))
    options.onLook(next, verdict)
    if (verdict === 'regressed' || verdict === 'passed' || verdict === 'improved') brake.abort()
  }
  const ends = await Promise.all(
    sides.map((one) =>
      runFleet(one.plan, {
        workers: 1,
        stop: AbortSignal.any([brake.signal, options.signal]),
        kill: options.kill,
        beginAt: begin,
        onBegin: (headStartMs) => {
          one.startedAt = new Date(wallTime().getTime() + headStartMs + one.plan.load.warmupMs)
        },
        onWindow: (worker, window) => one.collector.add(worker, window),
        onWorkerEnd: (worker) => one.collector.end(worker),
      }),
    ),
  )
  const { a, b } = results(Math.min(...ends.map(({ stoppedMs }) => stoppedMs)))
  return {
    a,
    b: judgeResult(b, scenario, {
      reference: { measurement: a, name: options.reference },
      allowEnvironment: true,
      allowMissing: false,
    }),
  }
}

function limitsOf(scenario: Scenario, baseline: string) {
  const { tolerance, minDeltaMs } = scenario.baseline
  return { baseline, tolerance, minDeltaMs, allowEnvironment: true }
}

/** The scenario's highest load, constantly: slices of a ramp would not be alike. */
function constantLoad(scenario: Scenario, seconds: number): Scenario {
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
    totals: { ...result.totals, throughput: 2 * result.totals.throughput },
    requests: result.requests.map((request) => ({
      ...request,
      throughput: 2 * request.throughput,
      windows: request.windows.filter(({ start, duration }) => own(start) && whole(start + duration)),
    })),
    timeline: result.timeline.filter(({ second }) => own(second)),
  }
}

/** Both fleets call it when they are ready, and begin at the same moment. */
function makeBarrier(): () => Promise<number> {
  let waiting: ((moment: number) => void)[] = []
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length < 2) return
      const moment = now() + HEAD_START_MS
      for (const go of waiting) go(moment)
      waiting = []
    })
}
