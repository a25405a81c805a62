/**
 * An agent: sends one part of a load that a coordinator on another machine shows and judges.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now, wallTime } from '../../base/clock.js'
import { describeFault, messageOf, UserError, userError } from '../../base/errors.js'
import { readEnvironment } from '../../base/host.js'
import { readLimits } from '../../base/limits.js'
import { formatDuration } from '../../base/units.js'
import { HEAD_START_MS, runFleet, type SetLevel } from '../../load/fleet/threads.js'
import { checkReachable, checkResources } from '../../load/once/preflight.js'
import { awaitReady } from '../../load/once/ready.js'
import { checkData } from '../../plan/data-check.js'
import { makePlan } from '../../plan/make-plan.js'
import type { Plan } from '../../plan/plan.js'
import { scenarioHash } from '../../scenario/model/hash.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import { type FirstLoad, findFirstRate } from '../capacity/first-load.js'
import { steeredLoad } from '../capacity/load.js'
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
  const helm = new Helm()
  let look: Promise<void> | null = null
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
        work ??= attend({ job, ...order.assignment }, options, {
          ...{ say, leave, started, helm, stop, kill },
        }).then(finish)
    } else if (order.type === 'look') {
      look ??= helm
        .look(order.pausesMs, { stop: stop.signal, kill: kill.signal }, options.limits)
        .then((found) => say({ type: 'looked', found }))
        .catch((error) => say({ type: 'refused', ...describe(error) }))
    } else if (order.type === 'level') {
      const aheadMs = helm.setLevel(order.atMs, order.level)
      if (aheadMs === null) leave('it was told a level that is not of its load')
      else say({ type: 'level', aheadMs })
    } else if (order.type === 'start') {
      // From now on only the steady clock counts: the other one may be set.
      const aheadMs = order.atMs - wallTime().getTime()
      if (aheadMs > AHEAD_MAX_MS) leave(`its clock jumped: the start would be in ${formatDuration(aheadMs)}`)
      else {
        helm.startAt = now() + aheadMs
        start(helm.startAt)
      }
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
  await Promise.all([work, look])
  for (const timer of [beat, watch]) clearInterval(timer)
  options.signal?.removeEventListener('abort', quit)
  await channel.close()
  return work !== null
}

/** What steers an agent's part of a search. */
class Helm {
  /** When its load begins, on the clock of `now`; null until that is known. */
  startAt: Ms | null = null
  /** Of its part, once that is ready; only if it is steered. */
  plan: Plan | null = null
  private tell: SetLevel | null = null
  /** What was told before the threads began. */
  private readonly early: Parameters<SetLevel>[] = []

  /** The threads have begun. */
  begin(tell: SetLevel): void {
    this.tell = tell
    for (const change of this.early.splice(0)) tell(...change)
  }

  /** Returns how long before it the change was heard of; null if its part can't have that level, or isn't steered. */
  setLevel(atMs: Ms, level: number): Ms | null {
    const { plan, startAt } = this
    if (plan === null || startAt === null || level > plan.load.start) return null
    if (this.tell === null) this.early.push([atMs, level])
    else this.tell(atMs, level)
    return startAt + atMs - now()
  }

  /** Looks at the service for the first load of the search. Throws a UserError if the agent must not. */
  async look(
    pausesMs: Ms,
    { stop, kill }: { readonly stop: AbortSignal; readonly kill: AbortSignal },
    { ratePerSecond }: AgentLimits,
  ): Promise<FirstLoad> {
    if (this.plan === null) throw userError('it was asked to look at the service before it was ready')
    if (ratePerSecond !== null) {
      throw userError(
        'the first look at the service sends as much as 4 users can, which its --max-rate does not allow',
        'name a first load: --from 10/s, or capacity.from in the scenario',
      )
    }
    return findFirstRate(this.plan, { pausesMs, signal: stop, kill })
  }
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
  readonly helm: Helm
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
  const { job, target, seed, today, variables, workers: asked, steered, index, of } = assignment
  const { say, leave, started, helm, stop, kill } = hands
  const own = readJob(job)
  if (scenarioHash(own) !== job.hash) {
    throw userError(
      'it reads the scenario differently',
      'a variable that it sets itself has another value here; pass it with -e',
    )
  }
  const scenario = steered === null ? own : { ...own, load: steeredLoad(own, steered) }
  const plan: Plan = {
    ...makePlan(scenario, { target, seed, today, variables }),
    ...(limits.hosts !== null && { allowedHosts: limits.hosts }),
    ...(steered !== null && { isSteered: true }),
  }
  checkAgentLimits(plan, of, limits)
  const rate = limits.ratePerSecond === null ? null : new RateWatch(plan, limits.ratePerSecond)
  const workers = countWorkers(plan, {
    asked: asked ?? undefined,
    cores: readEnvironment().cores,
    shard: { index, of },
  })
  // A search has data enough for all that it may send, or isn't begun.
  if (steered === null) checkData(plan)
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
      if (steered !== null) helm.plan = plan
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
    onSteerable: steered === null ? undefined : (tell) => helm.begin(tell),
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
