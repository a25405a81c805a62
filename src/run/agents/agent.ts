/**
 * An agent: sends one part of a load that a coordinator on another machine shows and judges.
 */
import { type Ms, now, wallTime } from '../../base/clock.js'
import { describeFault, messageOf, UserError, userError } from '../../base/errors.js'
import { readEnvironment } from '../../base/host.js'
import { readLimits } from '../../base/limits.js'
import { HEAD_START_MS, runFleet } from '../../load/fleet/threads.js'
import { checkReachable, checkResources } from '../../load/once/preflight.js'
import { checkData } from '../../plan/data-check.js'
import { makePlan } from '../../plan/make-plan.js'
import { scenarioHash } from '../../scenario/model/hash.js'
import type { Scenario } from '../../scenario/model/scenario.js'
import { waitForStart } from '../start-time.js'
import { countWorkers } from '../worker-count.js'
import type { Channel } from './channel.js'
import { type AgentLimits, checkAgentLimits, RateWatch } from './limits.js'
import { type Answer, type Assignment, answerToJson, type Job, PROTOCOL, readOrder } from './messages.js'

/** How often both sides send a beat. */
export const BEAT_MS: Ms = 1000

/** Without a sign of its coordinator for so long, an agent stops sending: nobody could stop it otherwise. */
const DESERTED_MS: Ms = 10_000

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
  const say = (answer: Answer) => channel.send(answerToJson(answer))
  let start: (atMs: Ms) => void = () => {}
  const started = new Promise<Ms>((resolve) => {
    start = resolve
  })
  let heardAt = now()
  let work: Promise<void> | null = null
  const abandon = () => {
    stop.abort()
    kill.abort()
  }
  const gone = new Promise<void>((resolve) => {
    kill.signal.addEventListener('abort', () => resolve())
  })
  let finish: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })

  const quit = () => {
    say({ type: 'refused', message: 'it was stopped there', hint: null })
    abandon()
  }
  options.signal?.addEventListener('abort', quit)
  channel.onEnd(abandon)
  channel.onLine((line) => {
    heardAt = now()
    try {
      const order = readOrder(line)
      if (order.type === 'ping') say({ type: 'pong', id: order.id, wallMs: wallTime().getTime() })
      else if (order.type === 'assign')
        work ??= attend(order.assignment, options, { say, started, stop, kill }).then(finish)
      else if (order.type === 'start') start(order.atMs)
      else if (order.type === 'stop') stop.abort()
      else if (order.type === 'kill') abandon()
    } catch (error) {
      say({ type: 'refused', message: `it can't read a message: ${messageOf(error)}`, hint: null })
      abandon()
    }
  })
  say({ type: 'hello', protocol: PROTOCOL, name: options.name, environment: readEnvironment() })
  const beat = setInterval(() => {
    say({ type: 'beat' })
    if (now() - heardAt > DESERTED_MS) abandon()
  }, BEAT_MS)
  // Whatever is in flight when the coordinator goes is aborted, so the work ends, too.
  await Promise.race([finished, gone])
  await work
  clearInterval(beat)
  options.signal?.removeEventListener('abort', quit)
  await channel.close()
  return work !== null
}

interface Hands {
  readonly say: (answer: Answer) => void
  /** When to start, by this machine's wall clock. */
  readonly started: Promise<Ms>
  readonly stop: AbortController
  readonly kill: AbortController
}

async function attend(assignment: Assignment, options: AgentOptions, hands: Hands): Promise<void> {
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

async function carryOut(
  assignment: Assignment,
  { readJob, limits }: AgentOptions,
  hands: Hands,
): Promise<void> {
  const { job, target, seed, today, variables, workers: asked, index, of } = assignment
  const { say, started, stop, kill } = hands
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
  await checkReachable(target, scenario.http, stop.signal)
  checkResources(plan, readLimits(), of)
  let atMs = 0
  const end = await runFleet(plan, {
    workers,
    shard: { index: index - 1, of },
    stop: stop.signal,
    kill: kill.signal,
    beginAt: async () => {
      say({ type: 'ready', workers })
      atMs = await Promise.race([started, aborted(stop.signal)])
      return atMs === NEVER ? now() + HEAD_START_MS : waitForStart(atMs, { stop: stop.signal })
    },
    onBegin: (headStartMs) => {
      if (atMs !== NEVER) say({ type: 'running', lateMs: wallTime().getTime() + headStartMs - atMs })
    },
    onWindow: (worker, window) => {
      say({ type: 'window', worker, window })
      const excess = rate?.add(window) ?? null
      if (excess === null) return
      say({ type: 'refused', message: excess, hint: null })
      stop.abort()
      kill.abort()
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
