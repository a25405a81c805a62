/**
 * An agent: sends one part of a load that a coordinator on another machine shows and judges.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now, wallTime } from '../../base/clock.js'
import { describeFault, messageOf, UserError, userError } from '../../base/errors.js'
import { readEnvironment } from '../../base/host.js'
import { readLimits } from '../../base/limits.js'
import { formatDuration } from '../../base/units.js'
import { HEAD_START_MS, runFleet } from '../../load/fleet/threads.js'
import { checkReachable, checkResources } from '../../load/once/preflight.js'
import { awaitReady } from '../../load/once/ready.js'
import { checkData } from '../../plan/data-check.js'
import { makePlan } from '../../plan/make-plan.js'
import { scenarioHash } from '../../scenario/model/hash.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import { countWorkers } from '../worker-count.js'
import type { Channel } from './channel.js'
import { type AgentLimits, checkAgentLimits, RateWatch } from './limits.js'
import {
  type Answer,
  type Assignment,
  answerToJson,
  type Job,
  type Order,
  PROTOCOL,
  readOrder,
} from './messages.js'

/** How often both sides send a beat. */
export const BEAT_MS: Ms = 1000

/** Without a sign of its coordinator for so long, an agent stops sending: nobody could stop it otherwise. */
const DESERTED_MS: Ms = 9500
const WATCH_MS: Ms = 200

/** A start is never further ahead. */
const AHEAD_MAX_MS: Ms = 10_000

/** What an agent needs to know. */
export interface AgentOptions {
  /** What reports call it. */
  readonly name: string
  /** The scenario of a job, read with the agent's own secrets. Throws a UserError if one is missing. */
  readonly readJob: (job: Job) => Scenario
  readonly limits: AgentLimits
  /** Ends the agent's part early. */
  readonly signal?: AbortSignal
}

/**
 * Serves one run. Resolves when it is over or the coordinator is gone, with whether the agent had a part in it; never
 * rejects.
 */
export async function serveAgent(channel: Channel, options: AgentOptions): Promise<boolean> {
  const stop = new AbortController()
  const kill = new AbortController()
  let hasLeft = false
  const say = (answer: Answer) => {
    if (!hasLeft) channel.send(answerToJson(answer))
  }
  let start: (startAt: Ms) => void = () => {}
  const started = new Promise<Ms>((resolve) => {
    start = resolve
  })
  let job: Job | null = null
  let work: Promise<void> | null = null
  const abandon = () => {
    stop.abort()
    kill.abort()
  }
  /** Ends its part early. Nothing is said afterwards: what is missing must not look complete. */
  const leave = (reason: string) => {
    say({ type: 'refused', message: reason, hint: null })
    hasLeft = true
    abandon()
  }
  const quit = () => leave('it was stopped there')
  const gone = new Promise<void>((resolve) => {
    kill.signal.addEventListener('abort', () => resolve())
  })
  let finish: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const obey = (order: Order) => {
    if (order.type === 'ping') say({ type: 'pong', id: order.id, wallMs: wallTime().getTime() })
    else if (order.type === 'job') job ??= order.job
    else if (order.type === 'assign') {
      if (job === null) leave('it got a part of a job without the job')
      else
        work ??= attend({ job, ...order.assignment }, options, { say, leave, started, stop, kill }).then(
          finish,
        )
    } else if (order.type === 'start') {
      // From now on only the steady clock counts: the other one may be set.
      const aheadMs = order.atMs - wallTime().getTime()
      if (aheadMs > AHEAD_MAX_MS) leave(`its clock jumped: the start would be in ${formatDuration(aheadMs)}`)
      else start(now() + aheadMs)
    } else if (order.type === 'stop') stop.abort()
    else if (order.type === 'kill') abandon()
  }

  options.signal?.addEventListener('abort', quit)
  channel.onEnd((reason) => leave(`its connection ended: ${reason}`))
  channel.onLine((line) => {
    try {
      obey(readOrder(line))
    } catch (error) {
      leave(`it can't read a message: ${messageOf(error)}`)
    }
  })
  say({ type: 'hello', protocol: PROTOCOL, name: options.name, environment: readEnvironment() })
  const beat = setInterval(() => say({ type: 'beat' }), BEAT_MS)
  const watch = setInterval(() => {
    if (now() - channel.heardAt > DESERTED_MS)
      leave(`it heard nothing of its coordinator for ${formatDuration(DESERTED_MS)}`)
  }, WATCH_MS)
  // Whatever is in flight when the coordinator goes is aborted, so the work ends, too.
  await Promise.race([finished, gone])
  await work
  for (const timer of [beat, watch]) clearInterval(timer)
  options.signal?.removeEventListener('abort', quit)
  await channel.close()
  return work !== null
}

/** An agent's part, with the job. */
interface Part extends Assignment {
  readonly job: Job
}

interface Hands {
  readonly say: (answer: Answer) => void
  readonly leave: (reason: string) => void
  /** When to start, on the clock of `now`. */
  readonly started: Promise<Ms>
  readonly stop: AbortController
  readonly kill: AbortController
}

async function attend(assignment: Part, options: AgentOptions, hands: Hands): Promise<void> {
  try {
    await carryOut(assignment, options, hands)
  } catch (error) {
    hands.say({ type: 'refused', ...describe(error) })
  }
}

function describe(error: unknown): { readonly message: string; readonly hint: string | null } {
  if (!(error instanceof UserError)) return { message: describeFault(error).message, hint: null }
  const [first] = error.problems
  return { message: error.problems.map(({ message }) => message).join('; '), hint: first?.hint ?? null }
}

async function carryOut(assignment: Part, { readJob, limits }: AgentOptions, hands: Hands): Promise<void> {
  const { job, target, seed, today, variables, workers: asked, index, of } = assignment
  const { say, leave, started, stop, kill } = hands
  const scenario = readJob(job)
  if (scenarioHash(scenario) !== job.hash) {
    throw userError(
      'it reads the scenario differently',
      'a variable that it sets itself has another value here; pass it with -e',
    )
  }
  const plan = {
    ...makePlan(scenario, { target, seed, today, variables }),
    ...(limits.hosts !== null && { allowedHosts: limits.hosts }),
  }
  checkAgentLimits(plan, of, limits)
  const rate = limits.ratePerSecond === null ? null : new RateWatch(plan, limits.ratePerSecond)
  const workers = countWorkers(plan, {
    asked: asked ?? undefined,
    cores: readEnvironment().cores,
    shard: { index, of },
  })
  checkData(plan)
  checkResources(plan, readLimits(), of)
  const ready = await awaitReady(scenario, plan, { signal: stop.signal })
  await checkReachable(target, scenario.http, stop.signal)
  let startAt: Ms = 0
  const end = await runFleet(plan, {
    workers,
    shard: { index: index - 1, of },
    stop: stop.signal,
    kill: kill.signal,
    beginAt: async () => {
      say({ type: 'ready', workers, service: ready.ready ?? null })
      startAt = await Promise.race([started, aborted(stop.signal)])
      const aheadMs = startAt - HEAD_START_MS - now()
      if (aheadMs > 0 && startAt !== NEVER)
        await sleep(aheadMs, undefined, { signal: stop.signal }).catch(() => {})
      return startAt === NEVER ? now() + HEAD_START_MS : Math.max(now() + HEAD_START_MS, startAt)
    },
    onBegin: (headStartMs) => {
      if (startAt !== NEVER) say({ type: 'running', lateMs: now() + headStartMs - startAt })
    },
    onWindow: (worker, window) => {
      say({ type: 'window', worker, window })
      const excess = rate?.add(window) ?? null
      if (excess !== null) leave(excess)
    },
    onWorkerEnd: (worker) => say({ type: 'worker-end', worker }),
  })
  say({ type: 'end', end })
}

/** A start that never comes, as the run was stopped before. */
const NEVER: Ms = Number.POSITIVE_INFINITY

function aborted(signal: AbortSignal): Promise<Ms> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(NEVER)
    signal.addEventListener('abort', () => resolve(NEVER))
  })
}
