/**
 * Where a load is sent from: the threads of this machine, or agents on several others.
 */
import { type Ms, now } from '../base/clock.js'
import { readGitCommit } from '../base/git.js'
import { type Environment, readEnvironment } from '../base/host.js'
import { readLimits } from '../base/limits.js'
import { type FleetEnd, HEAD_START_MS, runFleet } from '../load/fleet/threads.js'
import type { Second } from '../load/measure/collector.js'
import { warmUpCollector } from '../load/measure/collector-warmup.js'
import { bestYardstick, timeYardstick } from '../load/measure/yardstick.js'
import { checkReachable, checkResources } from '../load/once/preflight.js'
import { awaitReady } from '../load/once/ready.js'
import type { Plan } from '../plan/plan.js'
import { Profile } from '../plan/profile.js'
import { listSeries } from '../plan/series.js'
import type { Load } from '../scenario/model/load-types.js'
import type { Scenario } from '../scenario/model/scenario.js'
import type { AgentFrame } from '../stats/frame.js'
import { mergeEnvironments } from '../stats/merge.js'
import { joinReady } from '../stats/ready.js'
import type { AgentMark, Result, RunEnvironment } from '../stats/result.js'
import type { ShardNumber } from '../stats/shard.js'
import type { Channel } from './agents/channel.js'
import type { GroupRunOptions, OnLost } from './agents/group.js'
import type { Job } from './agents/messages.js'
import type { FirstLoad, Look } from './capacity/first-load.js'
import type { SteeredPart } from './capacity/load.js'
import { setUp } from './setup.js'
import { waitForStart } from './start-time.js'
import { countWorkers } from './worker-count.js'

/** Who sends a load, and who hears of it. */
export interface SourceOptions {
  /** Worker threads, of each machine. Default: one per core, less one if the target is on this machine. */
  readonly workers?: number | undefined
  /** Sends only this shard of the load. The result is not judged: `perfctl merge` judges all shards together. */
  readonly shard?: ShardNumber | undefined
  /** When the load starts, warm-up included, in ms since 1970. Default: as soon as possible. */
  readonly startAtMs?: Ms | undefined
  /** Sends the load from other machines. Default: from this one. */
  readonly agents?: AgentsOptions | undefined
  /** When aborted, sends nothing more, waits for requests in flight, and returns what was measured. */
  readonly signal?: AbortSignal
  /** When aborted, also aborts requests in flight. */
  readonly kill?: AbortSignal
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

/** Where a load is sent from. */
export interface Source {
  readonly workers: number
  /** Runs the load; see `runFleet`. */
  readonly run: (options: GroupRunOptions) => Promise<FleetEnd>
  /** How long before it happens a change of the level is told, so that all usually hear of it in time. */
  readonly leadMs: Ms
  /** Looks at the service for the first load of a search, before `run`. Throws a UserError (exit 3) if an agent can't. */
  readonly look: (look: Look) => Promise<FirstLoad>
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

/** A source and a service that are ready for a load. */
interface Ready {
  /** The plan with what `before` captured. */
  readonly plan: Plan
  readonly source: Source
  /** The slowest answer that made the service ready, as a field of the result. */
  readonly ready: () => Pick<Result, 'ready'>
}

/**
 * Makes the service and whoever sends `base` ready, and calls `action`; then ends both, whatever happened. Throws a UserError
 * (exit 3) if one of them can't be; nothing was sent then but the steps of `before`.
 */
export async function withSource<T>(
  base: Plan,
  scenario: Scenario,
  options: SourceOptions & { readonly steered?: SteeredPart },
  action: (ready: Ready) => Promise<T>,
): Promise<T> {
  const { shard = null, signal, kill, onNotice } = options
  const { target, seed } = base
  const isHere = options.agents === undefined
  const { cores } = readEnvironment()
  const workers = isHere ? countWorkers(base, { asked: options.workers, cores, shard }) : 0
  if (isHere) {
    options.onStart?.({ target, seed, workers })
    checkResources(base, readLimits(), shard?.of)
  }
  // Agents ask as well, each on its own way to the service.
  const asksHere = isHere || scenario.before.length > 0
  const ready = asksHere ? await awaitReady(scenario, base, { signal, onWait: onNotice }) : {}
  if (isHere) await checkReachable(target, scenario.http, signal)
  const { variables, tearDown } = await setUp(scenario, base, signal, kill)
  const plan = { ...base, variables }
  let opened: Source | null = null
  try {
    const source = isHere ? localSource(plan, workers, options) : await openAgents(plan, scenario, options)
    opened = source
    if (!isHere) options.onStart?.({ target, seed, workers: source.workers })
    return await action({ plan, source, ready: () => joinReady([ready, source.ready?.() ?? {}]) })
  } finally {
    await opened?.close()
    const fault = await tearDown()
    if (fault !== null) onNotice?.(fault)
  }
}

/** The environment of a result, of whatever has sent its load. */
export async function environmentOf({ environment, workers, yardstick }: Source): Promise<RunEnvironment> {
  const speed = yardstick()
  return {
    ...(environment ?? readEnvironment()),
    workers,
    gitCommit: await readGitCommit('.'),
    ...(speed !== null && { yardstick: speed }),
  }
}

/** From the telling of a level until it happens, the threads have to hear of it. */
const LEAD_MS: Ms = 300

/** Sends a load from so many threads of this machine. */
export function localSource(plan: Plan, workers: number, options: SourceOptions): Source {
  const { shard } = options
  let yardstick: number | null = null
  return {
    workers,
    leadMs: LEAD_MS,
    async look(look) {
      const { findFirstRate } = await import('./capacity/first-load.js')
      return findFirstRate(plan, look)
    },
    environment: null,
    yardstick: () => yardstick,
    async run(fleet) {
      // The machine is timed while the workers load their code, which is started first.
      const speedBefore = Promise.resolve().then(timeYardstick)
      const isWarm = speedBefore.then(warmUpCollector)
      const end = await runFleet(plan, {
        ...fleet,
        workers,
        shard: shard === undefined ? undefined : { index: shard.index - 1, of: shard.of },
        beginAt: async () => {
          await isWarm
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
async function openAgents(
  plan: Plan,
  { ready }: Scenario,
  options: SourceOptions & { readonly steered?: SteeredPart },
): Promise<Source> {
  const { target, seed, today, variables } = plan
  const { job, connect, waitMs, onLost } = options.agents!
  const { workers = null, steered = null } = options
  const series = listSeries(plan)
  const { gatherAgents } = await import('./agents/group.js')
  const connections = await connect(options.signal)
  const group = await gatherAgents({
    channels: connections.channels,
    job,
    assignment: { target, seed, today, variables, workers, steered },
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
    leadMs: LEAD_MS + 2 * group.tripMs,
    look: ({ pausesMs, signal }) => group.look(pausesMs, signal),
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
