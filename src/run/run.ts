/**
 * One run as a function: a scenario becomes a plan, the plan becomes load, the load becomes statistics, and the
 * statistics become a verdict. No output, no files, no process-wide effects.
 */
import { type Ms, now, wallTime } from '../base/clock.js'
import { type UserError, userError } from '../base/errors.js'
import { readGitCommit } from '../base/git.js'
import { type Environment, readEnvironment } from '../base/host.js'
import { readLimits } from '../base/limits.js'
import { randomSeed } from '../base/rng.js'
import { startDemo } from '../demo/spawn.js'
import { type FleetEnd, HEAD_START_MS, runFleet } from '../load/fleet/threads.js'
import { Collector, type Second } from '../load/measure/collector.js'
import { bestYardstick, timeYardstick } from '../load/measure/yardstick.js'
import { checkReachable, checkResources } from '../load/once/preflight.js'
import { awaitReady } from '../load/once/ready.js'
import { checkData } from '../plan/data-check.js'
import { makePlan } from '../plan/make-plan.js'
import type { Plan } from '../plan/plan.js'
import { Profile } from '../plan/profile.js'
import { listSeries } from '../plan/series.js'
import type { Load } from '../scenario/model/load-types.js'
import type { Scenario, Threshold } from '../scenario/model/scenario.js'
import type { AgentFrame, Frame } from '../stats/frame.js'
import { mergeEnvironments } from '../stats/merge.js'
import { findMetric } from '../stats/metrics.js'
import { joinReady } from '../stats/ready.js'
import type { AgentMark, Result } from '../stats/result.js'
import type { ShardNumber } from '../stats/shard.js'
import type { Reference } from '../verdict/measurement.js'
import { judgeThresholds } from '../verdict/thresholds.js'
import type { Channel } from './agents/channel.js'
import { type GroupRunOptions, gatherAgents, type OnLost } from './agents/group.js'
import type { Job } from './agents/messages.js'
import { isRunFailure, whyNotBegun, whyStopped } from './failure.js'
import { makeFrame } from './frame.js'
import { Observation } from './observation.js'
import { assembleResult, type RunRecord } from './result.js'
import { setUp } from './setup.js'
import { waitForStart } from './start-time.js'
import { countWorkers } from './worker-count.js'

/** Options that override or add to the scenario. */
export interface RunOptions {
  /** Replaces the scenario's target: `demo` or an absolute URL. */
  readonly target?: string | undefined
  /** The seed of all random choices. Default: random, and recorded in the result. */
  readonly seed?: number | undefined
  /** Worker threads. Default: one per core, less one if the target is on this machine. */
  readonly workers?: number | undefined
  /** Sends only this shard of the load. The result is not judged: `perfctl merge` judges all shards together. */
  readonly shard?: ShardNumber | undefined
  /** When the load starts, warm-up included, in ms since 1970. Default: as soon as possible. */
  readonly startAtMs?: Ms | undefined
  /** Sends the load from other machines. Default: from this one. */
  readonly agents?: AgentsOptions | undefined
  /** What to compare with. Without it, the result has no comparison. */
  readonly reference?: Reference | null
  /** Judges even if the reference was measured on a different kind of machine. */
  readonly allowEnvironment?: boolean
  /** Accepts that requests of the reference are missing in the run. */
  readonly allowMissing?: boolean
  /** When aborted, sends nothing more, waits for requests in flight, and returns what was measured. */
  readonly signal?: AbortSignal
  /** When aborted, also aborts requests in flight. */
  readonly kill?: AbortSignal
  /** Called every second while the load runs. */
  readonly onProgress?: (frame: Frame) => void
  /** Called with a warning that doesn't affect the result, such as a failed step of `after`. */
  readonly onNotice?: (text: string) => void
  /** Called once before anything is sent; never if the demo service can't be started. */
  readonly onStart?: (start: RunStart) => void
}

/** The machines that send a load. */
export interface AgentsOptions {
  /** Opens a connection to each. Throws a UserError (exit 3) if one can't be reached, or if `signal` is aborted before. */
  readonly connect: (signal?: AbortSignal) => Promise<AgentConnections>
  /** What they send together. */
  readonly job: Job
  /** They get this long to become ready, and the service its own time if the scenario waits for it. */
  readonly waitMs: Ms
  readonly onLost: OnLost
}

/** Connections to agents. */
export interface AgentConnections {
  readonly channels: readonly Channel[]
  /** Ends what the channels share, when they are closed. */
  readonly close: () => Promise<void>
}

/** The settings of a run that is about to start. */
export interface RunStart {
  readonly target: string
  readonly seed: number
  readonly workers: number
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
  const { shard = null } = options
  const environment = readEnvironment()
  const base = makePlan(scenario, { target, seed: options.seed, today: wallTime().getTime() })
  checkData(base)
  const isHere = options.agents === undefined
  const workers = isHere ? countWorkers(base, { asked: options.workers, cores: environment.cores, shard }) : 0
  if (isHere) {
    options.onStart?.({ target, seed: base.seed, workers })
    checkResources(base, readLimits(), shard?.of)
  }
  // Agents ask as well, each on its own way to the service.
  const asksHere = isHere || scenario.before.length > 0
  const { signal, onNotice } = options
  const ready = asksHere ? await awaitReady(scenario, base, { signal, onWait: onNotice }) : {}
  if (isHere) await checkReachable(target, scenario.http, options.signal)
  const { variables, tearDown } = await setUp(scenario, base, options.signal, options.kill)
  const plan = { ...base, variables }
  let sent: Sent
  let source: Source | null = null
  try {
    source = isHere ? localSource(plan, workers, options) : await openAgents(plan, scenario, options)
    if (!isHere) options.onStart?.({ target, seed: base.seed, workers: source.workers })
    sent = await send(plan, { source, started: pid }, scenario, options)
  } finally {
    await source?.close()
    const fault = await tearDown()
    if (fault !== null) options.onNotice?.(fault)
  }
  const { collector, end, startedAt, stoppedBy, readTarget } = sent
  const { agents, yardstick } = source
  return assembleResult(scenario, {
    plan,
    collector,
    end,
    startedAt,
    environment: {
      ...(source.environment ?? environment),
      workers: source.workers,
      gitCommit: await readGitCommit('.'),
      ...(yardstick() !== null && { yardstick: yardstick()! }),
    },
    agents: agents?.(),
    ...joinReady([ready, source.ready?.() ?? {}]),
    readTarget,
    stopped: whyStopped(options.signal),
    stoppedBy,
    shard,
    reference: shard === null ? (options.reference ?? null) : null,
    allowEnvironment: options.allowEnvironment ?? false,
    allowMissing: options.allowMissing ?? false,
  })
}

/** Where a load is sent from: this machine, or several others. */
interface Source {
  readonly workers: number
  /** Runs the load; see `runFleet`. */
  readonly run: (options: GroupRunOptions) => Promise<FleetEnd>
  /** The machines' own environment; null for that of this one. */
  readonly environment: Environment | null
  /** What the result says of each machine; absent for this one. */
  readonly agents?: () => AgentMark[]
  /** What live views show of each machine; absent for this one. */
  readonly agentFrames?: (second: Second) => AgentFrame[]
  /** The slowest answer that made the service ready, of those that the machines got themselves; absent for this one. */
  readonly ready?: () => Pick<Result, 'ready'>
  /** The speed of this machine, once the load was sent; null if it isn't known or others sent the load. */
  readonly yardstick: () => number | null
  readonly close: () => Promise<void>
}

function localSource(plan: Plan, workers: number, options: RunOptions): Source {
  const { shard } = options
  let yardstick: number | null = null
  return {
    workers,
    environment: null,
    yardstick: () => yardstick,
    async run(fleet) {
      // The machine is timed while the workers load their code, which is started first.
      const speedBefore = Promise.resolve().then(timeYardstick)
      const end = await runFleet(plan, {
        ...fleet,
        workers,
        shard: shard === undefined ? undefined : { index: shard.index - 1, of: shard.of },
        beginAt: async () => {
          await speedBefore
          return options.startAtMs === undefined
            ? now() + HEAD_START_MS
            : waitForStart(options.startAtMs, { stop: options.signal, onNotice: options.onNotice })
        },
      })
      yardstick = bestYardstick(await speedBefore, await timeYardstick())
      return end
    },
    close: async () => {},
  }
}

/** Makes agents ready for the plan. Throws a UserError (exit 3) if one can't be. */
async function openAgents(plan: Plan, { ready }: Scenario, options: RunOptions): Promise<Source> {
  const { target, seed, today, variables } = plan
  const { job, connect, waitMs, onLost } = options.agents!
  const series = listSeries(plan)
  const connections = await connect(options.signal)
  const group = await gatherAgents({
    channels: connections.channels,
    job,
    assignment: { target, seed, today, variables, workers: options.workers ?? null },
    plannedMs: isCounted(plan.load) ? null : new Profile(plan.load.start, plan.load.stages).durationMs,
    series: series.length,
    isRequest: (index) => series[index]!.kind !== 'journey',
    waitMs: waitMs + (ready?.withinMs ?? 0),
    onLost,
    perfctl: readEnvironment().perfctl,
    signal: options.signal,
  }).catch(async (error) => {
    await connections.close()
    throw error
  })
  return {
    workers: group.workers,
    environment: {
      ...mergeEnvironments(group.environments.map((each) => ({ ...each, gitCommit: null }))),
      ...(connections.channels.length > 1 && { agents: connections.channels.length }),
    },
    agents: () => group.marks(),
    agentFrames: (second) => group.frames(second),
    ready: () => group.ready(),
    yardstick: () => null,
    run: (fleet) => group.run(fleet),
    async close() {
      await group.close()
      await connections.close()
    },
  }
}

/** Whether the load ends after a number of iterations, whatever time they take. */
function isCounted(load: Load): boolean {
  return load.iterations !== null || (load.model === 'closed' && load.iterationsPerVu !== undefined)
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
