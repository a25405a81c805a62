/**
 * One run as a function: a scenario becomes a plan, the plan becomes load, the load becomes statistics, and the
 * statistics become a verdict. No output, no files, no process-wide effects.
 */
import { type Ms, wallTime } from '../base/clock.js'
import { type UserError, userError } from '../base/errors.js'
import { readGitCommit } from '../base/git.js'
import { readEnvironment } from '../base/host.js'
import { randomSeed } from '../base/rng.js'
import { startDemo } from '../demo/spawn.js'
import type { FleetEnd } from '../load/fleet/threads.js'
import { Collector } from '../load/measure/collector.js'
import { checkData } from '../plan/data-check.js'
import { makePlan } from '../plan/make-plan.js'
import type { Plan } from '../plan/plan.js'
import { listSeries } from '../plan/series.js'
import type { Scenario, Threshold } from '../scenario/model/scenario.js'
import type { Frame } from '../stats/frame.js'
import { findMetric } from '../stats/metrics.js'
import type { Result } from '../stats/result.js'
import type { Reference } from '../verdict/measurement.js'
import { judgeThresholds } from '../verdict/thresholds.js'
import type { GroupRunOptions } from './agents/group.js'
import { isRunFailure, whyNotBegun, whyStopped } from './failure.js'
import { makeFrame } from './frame.js'
import { Observation } from './observation.js'
import { assembleResult, type RunRecord } from './result.js'
import { environmentOf, type Source, type SourceOptions, withSource } from './source.js'

/** Options that override or add to the scenario. */
export interface RunOptions extends SourceOptions {
  /** Replaces the scenario's target: `demo` or an absolute URL. */
  readonly target?: string | undefined
  /** The seed of all random choices. Default: random, and recorded in the result. */
  readonly seed?: number | undefined
  /** What to compare with. Without it, the result has no comparison. */
  readonly reference?: Reference | null
  /** Judges even if the reference was measured on a different kind of machine. */
  readonly allowEnvironment?: boolean
  /** Accepts that requests of the reference are missing in the run. */
  readonly allowMissing?: boolean
  /** Called every second while the load runs. */
  readonly onProgress?: (frame: Frame) => void
}

/**
 * Runs `scenario` and returns the judged result. A run that can't start or finish has a result, too: a target
 * that can't be reached or a worker that fails is described in `error`, beside what was measured before. Throws
 * a UserError only for invalid input, such as a scenario without a target; nothing has been sent then.
 */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Result> {
  const seeded = { ...options, seed: options.seed ?? randomSeed() }
  const target = options.target ?? scenario.target
  try {
    return await withTarget(target, (url, pid) => executeAgainst({ url, pid }, scenario, seeded))
  } catch (error) {
    if (target === null || !isRunFailure(error)) throw error
    return notSent(scenario, error, { ...seeded, target })
  }
}

/** The result of a run that was not sent, with the reason. */
async function notSent(
  scenario: Scenario,
  error: UserError,
  options: RunOptions & { readonly target: string; readonly seed: number },
): Promise<Result> {
  const { target, seed, shard = null, signal } = options
  const today = wallTime()
  const plan = makePlan(scenario, { target, seed, today: today.getTime() })
  return assembleResult(scenario, {
    plan,
    collector: new Collector(listSeries(plan), 0, () => {}),
    end: { stoppedMs: 0, failure: null },
    startedAt: today,
    environment: { ...readEnvironment(), workers: 0, gitCommit: await readGitCommit('.') },
    stopped: whyNotBegun(error, signal),
    stoppedBy: null,
    shard,
    reference: null,
    allowEnvironment: false,
    allowMissing: false,
  })
}

/**
 * Calls `action` with the target's URL, and the process of the demo service, which runs only for that long; null for
 * another target. Throws a UserError if there is no target.
 */
export async function withTarget<T>(
  target: string | null,
  action: (url: string, pid: number | null) => Promise<T>,
): Promise<T> {
  if (target === null) {
    throw userError(
      'the scenario has no target',
      'add `target: http://localhost:3000` to it, or use --target',
    )
  }
  if (target !== 'demo') return action(target, null)
  const demo = await startDemo()
  try {
    return await action(demo.url, demo.pid)
  } finally {
    await demo.stop()
  }
}

async function executeAgainst(
  { url: target, pid }: { readonly url: string; readonly pid: number | null },
  scenario: Scenario,
  options: RunOptions & { readonly seed: number },
): Promise<Result> {
  const { shard = null, seed } = options
  const base = makePlan(scenario, { target, seed, today: wallTime().getTime() })
  checkData(base)
  const { plan, source, sent, ready } = await withSource(base, scenario, options, async (opened) => ({
    ...opened,
    sent: await send(opened.plan, { source: opened.source, started: pid }, scenario, options),
  }))
  const { collector, end, startedAt, stoppedBy, readTarget } = sent
  return assembleResult(scenario, {
    plan,
    collector,
    end,
    startedAt,
    environment: await environmentOf(source),
    agents: source.agents?.(),
    ...ready(),
    readTarget,
    stopped: whyStopped(options.signal),
    stoppedBy,
    shard,
    reference: shard === null ? (options.reference ?? null) : null,
    allowEnvironment: options.allowEnvironment ?? false,
    allowMissing: options.allowMissing ?? false,
  })
}

/** Sends the load, and stops it early if an aborting threshold is broken. `started`: the process of the demo service. */
async function send(
  plan: Plan,
  { source, started }: { readonly source: Source; readonly started: number | null },
  scenario: Scenario,
  options: RunOptions,
): Promise<Sent> {
  const { shard } = options
  const { observe } = scenario
  const watch = await Observation.open({
    ...{ observe, plan, started, isShard: shard !== undefined },
    ...{ secrets: scenario.secrets, kill: options.kill ?? NEVER },
  })
  const brakes = scenario.thresholds.filter((threshold) => shard === undefined || isShareable(threshold))
  const brake = new AbortController()
  let startedAt = wallTime()
  let stoppedBy: string | null = null
  const collector = new Collector(listSeries(plan), source.workers, (second, tally) => {
    const observed = { service: watch?.takeUsed(), metrics: watch?.reported }
    options.onProgress?.(
      makeFrame(plan, collector, { second, tally, agents: source.agentFrames?.(second), ...observed }),
    )
    stoppedBy ??= findBroken(brakes, collector, watch)
    if (stoppedBy !== null) brake.abort()
  })
  let working = source.workers
  const load: GroupRunOptions = {
    stop: AbortSignal.any([brake.signal, options.signal ?? NEVER]),
    kill: options.kill ?? NEVER,
    onBegin: (headStartMs: Ms) => {
      startedAt = new Date(wallTime().getTime() + headStartMs + plan.load.warmupMs)
      watch?.begin(headStartMs + plan.load.warmupMs)
    },
    onWindow: (worker, window) => collector.add(worker, window),
    onWorkerEnd(worker) {
      collector.end(worker)
      working--
      if (working === 0) watch?.end()
    },
  }
  try {
    const end = await source.run(load)
    await watch?.end()
    return {
      ...{ collector, end, startedAt, stoppedBy },
      ...(watch !== null && { readTarget: (requests, sent) => watch.figures(requests, sent) }),
    }
  } finally {
    await watch?.end()
  }
}

interface Sent {
  readonly collector: Collector
  readonly end: FleetEnd
  readonly startedAt: Date
  readonly stoppedBy: string | null
  readonly readTarget?: NonNullable<RunRecord['readTarget']>
}

const NEVER = new AbortController().signal

/** The first broken threshold that may end the run, once it has enough samples; null if there is none. */
function findBroken(
  thresholds: readonly Threshold[],
  collector: Collector,
  watch: Observation | null,
): string | null {
  const seconds = collector.seconds.length
  const ripe = thresholds.filter(({ abort }) => abort !== null && seconds * 1000 >= abort.afterMs)
  if (ripe.length === 0) return null
  const requests = collector.named(new Set(ripe.flatMap(({ request }) => request ?? [])), seconds)
  const totals = collector.total(seconds)
  const target = watch?.figures(totals.requests, [])
  const results = judgeThresholds(ripe, { ...totals, ...(target && { target }) }, requests)
  const broken = ripe.find(({ abort, request, metric }, i) => {
    // Growth takes two minutes, and what can't be observed must not end the run.
    if (findMetric(metric)?.isOfService && results[i]!.actual === null) return false
    const measured = request === null ? totals : requests.find(({ name }) => name === request)
    return !results[i]!.passed && (measured?.requests ?? 0) >= abort!.minSamples
  })
  return broken?.expression ?? null
}

/** Whether a shard can judge the metric: rates and counts depend on all shards. */
function isShareable({ metric }: Threshold): boolean {
  const unit = findMetric(metric)?.unit
  return unit === 'ms' || unit === 'ratio'
}
