/**
 * The agents of a run, as their coordinator sees them: a fleet whose workers are on other machines.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ms, now, wallTime } from '../../base/clock.js'
import { messageOf, userError } from '../../base/errors.js'
import type { Environment } from '../../base/host.js'
import { printable } from '../../base/printable.js'
import { formatDuration, plural } from '../../base/units.js'
import type { FleetEnd, FleetFailure, FleetOptions, LevelChange } from '../../load/fleet/threads.js'
import type { Second } from '../../load/measure/collector.js'
import { WINDOW_MS, type WindowData } from '../../load/measure/window-recorder.js'
import type { AgentFrame } from '../../stats/frame.js'
import { joinReady } from '../../stats/ready.js'
import type { AgentMark, Result } from '../../stats/result.js'
import { countRequests } from '../../stats/sheet.js'
import type { FirstLoad } from '../capacity/first-load.js'
import { whyFailed } from '../failure.js'
import { BEAT_MS } from './agent.js'
import { type Channel, lineOf } from './channel.js'
import { type Answer, type Assignment, type Job, type Order, PROTOCOL, readAnswer } from './messages.js'

/** The clocks of two machines are compared so often; the shortest round trip counts, as it has the least error. */
const PINGS = 8

/** Without a sign for so long, an agent counts as lost. Beats come from a thread that sends no load. */
const LOST_MS: Ms = 4000

/** While it gets ready, its main thread may be busy with large data for so long. */
const BUSY_MS: Ms = 15_000

/** From the order to start until the start: time for the order to reach all agents. */
const AHEAD_MS: Ms = 1000

/** From the moment in which an agent hears of a change of the level until its threads know. */
const REACH_MS: Ms = 20

/** Agents that begin further apart never sent the full load together. */
const APART_MS: Ms = 100

/** After `kill`, an agent gets this long to tell how it ended. */
const REACT_MS: Ms = 3000

/** Answers that nobody waits for yet, at most. */
const EARLY_MAX = 100

/** Longer names don't fit into a line. */
const NAME_MAX = 64

/** What to do when an agent is lost. */
export type OnLost = 'abort' | 'continue'

/** How agents are found and treated. */
export interface GroupOptions {
  /** One connection to each agent. */
  readonly channels: readonly Channel[]
  readonly job: Job
  readonly assignment: Omit<Assignment, 'index' | 'of'>
  /** How long the load lasts, without the warm-up; null if it ends after a number of iterations. */
  readonly plannedMs: Ms | null
  /** How many series the scenario has, and which of them are requests. */
  readonly series: number
  readonly isRequest: (series: number) => boolean
  /** All agents get this long to become ready. */
  readonly waitMs: Ms
  readonly onLost: OnLost
  readonly perfctl: string
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

/** Agents that are ready to start. */
export interface Group {
  /** The number of workers of all. */
  readonly workers: number
  readonly environments: readonly (Environment & { readonly workers: number })[]
  /** The time in which a message reaches the furthest agent and its answer comes back, when nothing holds them up. */
  readonly tripMs: Ms
  /**
   * Has the first agent look at the service, for the first load of a search in which journeys pause for up to `pausesMs`. Before
   * `run`. Throws a UserError (exit 3) if it must not or is lost, or if another one is, and when `signal` is aborted.
   */
  look(pausesMs: Ms, signal: AbortSignal): Promise<FirstLoad>
  /** Runs the load; see `runFleet`. */
  run(options: GroupRunOptions): Promise<FleetEnd>
  /** What a result says of each agent. */
  marks(): AgentMark[]
  /** What live views show of each agent in the latest second. */
  frames(second: Pick<Second, 'index' | 'busy'>): AgentFrame[]
  /** The slowest answer that made the service ready for one of them, as a field of the result. */
  ready(): Pick<Result, 'ready'>
  /** Ends all connections. */
  close(): Promise<void>
}

/** What a run on agents needs of the options of a fleet. */
export type GroupRunOptions = Pick<
  FleetOptions,
  'stop' | 'kill' | 'onBegin' | 'onSteerable' | 'onWindow' | 'onWorkerEnd'
>

/** Makes agents ready. Throws a UserError (exit 3) that names the agent if one can't be; nothing was sent then. */
export async function gatherAgents(options: GroupOptions): Promise<Group> {
  const { channels, job, waitMs, signal } = options
  // Once for all: it may have large files.
  const jobLine = lineOf({ type: 'job', job } satisfies Order)
  const agents = channels.map((channel, index) => new Agent(channel, index, { ...options, jobLine }))
  const timeout = AbortSignal.timeout(waitMs)
  const given = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
  // From the beginning: those that are ready early wait for the others.
  const beats = setInterval(() => {
    for (const agent of agents) {
      agent.tell({ type: 'beat' })
      if (!agent.isRunning) agent.checkBeat(BUSY_MS)
    }
  }, BEAT_MS)
  const closeAll = async () => {
    clearInterval(beats)
    await Promise.all(agents.map((agent) => agent.close()))
  }
  try {
    const ready = Promise.all(agents.map((agent) => agent.prepare()))
    await Promise.race([ready, ...agents.map(({ broke }) => broke), rejectOn(given)])
  } catch (error) {
    await closeAll()
    if (signal?.aborted) throw interrupted()
    if (!timeout.aborted) throw error
    const missing = agents.filter(({ isReady }) => !isReady).map(({ who }) => who)
    throw userError(
      `${agents.length - missing.length} of ${plural(agents.length, 'agent')} ready after ${formatDuration(waitMs)}; not ready: ${missing.join(', ')}`,
      'start the others, or wait longer with --agents-wait',
      'run',
    )
  }
  nameApart(agents)
  let first = 0
  for (const agent of agents) {
    agent.first = first
    first += agent.workers
  }
  return {
    workers: first,
    environments: agents.map(({ environment, workers }) => ({ ...environment!, workers })),
    tripMs: Math.max(...agents.map(({ tripMs }) => tripMs)),
    async look(pausesMs, stop) {
      const found = agents[0]!.look(pausesMs)
      const broke = agents.map((agent) => agent.broke)
      return Promise.race([found, ...broke, rejectOn(stop)]).catch((error) => {
        throw stop.aborted ? interrupted() : error
      })
    },
    run: (run) => runAll(agents, options, run),
    marks: () => agents.map((agent) => agent.mark()),
    frames: (second) => agents.map((agent) => agent.frame(second)),
    ready: () => joinReady(agents.map(({ service }) => service)),
    close: closeAll,
  }
}

function interrupted(): Error {
  return userError('interrupted before the agents began', null, 'run')
}

/** Two agents of one machine have the same name. */
function nameApart(agents: readonly Agent[]): void {
  const seen = new Map<string, number>()
  for (const agent of agents) {
    const times = (seen.get(agent.name) ?? 0) + 1
    seen.set(agent.name, times)
    if (times > 1) agent.name = `${agent.name}-${times}`
  }
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason)
    if (signal.aborted) fail()
    signal.addEventListener('abort', fail)
  })
}

async function runAll(
  agents: readonly Agent[],
  { onLost }: GroupOptions,
  { stop, kill, onBegin, onSteerable, onWindow, onWorkerEnd }: GroupRunOptions,
): Promise<FleetEnd> {
  let failure: FleetFailure | null = null
  const tellAll = (order: Order) => {
    for (const agent of agents) agent.tell(order)
  }
  const stopAll = () => tellAll({ type: 'stop' })
  const killAll = () => {
    tellAll({ type: 'kill' })
    const deadline = setTimeout(() => {
      for (const agent of agents) agent.lose('it did not end when it was told to')
    }, REACT_MS)
    deadline.unref()
  }
  const fail = (agent: Agent, message: string, stack: string | null = null) => {
    failure ??= {
      kind: 'agent',
      worker: agent.first,
      workers: agents.length,
      workedMs: null,
      message,
      stack,
      code: null,
    }
    stopAll()
  }
  stop.addEventListener('abort', stopAll)
  kill.addEventListener('abort', killAll)
  const startAtMs = wallTime().getTime() + AHEAD_MS
  const startAt = now() + AHEAD_MS
  onBegin(AHEAD_MS)
  const ended = agents.map((agent) =>
    agent.run(startAtMs, {
      onWindow: (worker, window) => onWindow(agent.first + worker, window),
      onWorkerEnd: (worker) => onWorkerEnd(agent.first + worker),
      onRunning: () => {
        const late = agents.map(({ lateMs }) => lateMs).filter((ms) => ms !== null)
        const apartMs = Math.max(...late) - Math.min(...late)
        if (late.length === agents.length && apartMs > APART_MS)
          fail(
            agent,
            `the agents began ${formatDuration(Math.round(apartMs))} apart, so they never sent the full load`,
          )
      },
      onLost: (reason) => {
        if (failure === null && (onLost === 'abort' || agents.every(({ lost }) => lost !== null)))
          fail(agent, `${agent.who} was lost after ${formatDuration(1000 * agent.lost!)}: ${reason}`)
      },
      onFailed: (end) => {
        const { error, errorStack = null } = whyFailed(end, [])
        fail(agent, `${agent.who}: ${error}`, errorStack)
      },
      startAt,
    }),
  )
  onSteerable?.((atMs, level) => {
    const changes = agents.map((agent) => agent.setLevel(atMs, level))
    return {
      get late() {
        return changes.flatMap(({ late }) => late)
      },
    }
  })
  const watch = setInterval(() => watchOver(agents), BEAT_MS / 2)
  let lookedAt = now()
  function watchOver(all: readonly Agent[]): void {
    const isLate = now() - lookedAt > BEAT_MS
    lookedAt = now()
    // After a pause of this process, beats are waiting to be read.
    if (isLate) return
    for (const agent of all) {
      agent.checkBeat(LOST_MS)
      agent.checkStart()
    }
  }
  if (stop.aborted) stopAll()
  if (kill.aborted) killAll()
  const stoppedMs = await Promise.all(ended)
  clearInterval(watch)
  stop.removeEventListener('abort', stopAll)
  kill.removeEventListener('abort', killAll)
  return { stoppedMs: Math.max(...stoppedMs), failure }
}

/** For all agents alike. */
interface AgentOptions extends GroupOptions {
  readonly jobLine: Uint8Array
}

interface Watch {
  readonly startAt: Ms
  readonly onWindow: FleetOptions['onWindow']
  readonly onWorkerEnd: FleetOptions['onWorkerEnd']
  readonly onRunning: () => void
  readonly onLost: (reason: string) => void
  readonly onFailed: (end: FleetEnd) => void
}

/** One agent. */
class Agent {
  name: string
  environment: Environment | null = null
  workers = 0
  /** The number of its first worker among all. */
  first = 0
  isReady = false
  tripMs: Ms = Number.POSITIVE_INFINITY
  /** The answer that made the service ready for it, as a field of the result. */
  service: Pick<Result, 'ready'> = {}
  lateMs: Ms | null = null
  /** The second of its load in which it was last heard of; null if it wasn't lost. */
  lost: number | null = null
  private readonly channel: Channel
  private readonly index: number
  private readonly options: AgentOptions
  /** Rejects when it is lost before it runs. */
  readonly broke: Promise<never>
  private fail: (error: Error) => void = () => {}
  /** Whether it was told to end. */
  private isTold = false
  private offsetMs: Ms = 0
  private clockErrorMs: Ms = 0
  /** When its channel was last seen without a connection. */
  private upAt: Ms = Number.NEGATIVE_INFINITY
  /** Requests of the measured part. */
  private requests = 0
  /** Requests of the seconds that not all workers of all agents have sent yet. */
  private readonly recent = new Map<number, number>()
  private stoppedMs: Ms = Number.NEGATIVE_INFINITY
  private isOver = false
  private readonly open = new Set<number>()
  private watch: Watch | null = null
  private resolve: (stoppedMs: Ms) => void = () => {}
  /** What the next answer settles, while it gets ready. */
  private next: {
    readonly resolve: (answer: Answer) => void
    readonly reject: (error: Error) => void
  } | null = null
  private readonly early: Answer[] = []
  /** The changes of the level that it hasn't answered yet, in order. Each answer says whether it heard of it in time. */
  private readonly changes: ((isTimely: boolean) => void)[] = []
  /** The last second of each worker. */
  private readonly reached: number[] = []
  private broken: string | null = null
  /** What it printed last before its first message. */
  private greeting: string | null = null

  constructor(channel: Channel, index: number, options: AgentOptions) {
    this.broke = new Promise((_, reject) => {
      this.fail = reject
    })
    this.broke.catch(() => {})
    this.channel = channel
    this.index = index
    this.options = options
    this.name = `${index + 1}`
    channel.onEnd((reason) => this.lose(reason))
    channel.onLine((line) => this.read(line))
  }

  /** For messages: its name, or its number as long as that isn't known. */
  get who(): string {
    return `agent ${this.name}`
  }

  /** Says hello, compares the clocks and assigns its part. Throws a UserError that names it. */
  async prepare(): Promise<void> {
    const hello = await this.answer('hello')
    this.name = printable(hello.name).slice(0, NAME_MAX)
    this.environment = hello.environment
    const { perfctl, jobLine, assignment, channels } = this.options
    if (hello.protocol !== PROTOCOL || hello.environment.perfctl !== perfctl) {
      throw userError(
        `${this.who} is perfctl ${hello.environment.perfctl}, this is ${perfctl}`,
        'install the same version on all machines',
        'run',
      )
    }
    await this.compareClocks()
    this.channel.sendLine(jobLine)
    this.tell({
      type: 'assign',
      assignment: { ...assignment, index: this.index + 1, of: channels.length },
    })
    const { workers, service } = await this.answer('ready')
    this.workers = workers
    if (service !== null) this.service = { ready: service }
    this.isReady = true
  }

  /** Has it look at the service. Throws a UserError if it can't, or is lost. */
  async look(pausesMs: Ms): Promise<FirstLoad> {
    this.tell({ type: 'look', pausesMs })
    return (await this.answer('looked')).found
  }

  /** Tells it a change of the level. */
  setLevel(atMs: Ms, level: number): LevelChange {
    let isTimely = false
    this.changes.push((isSo) => {
      isTimely = isSo
    })
    this.tell({ type: 'level', atMs, level })
    const names = [this.name]
    return {
      get late() {
        return isTimely ? [] : names
      },
    }
  }

  private async compareClocks(): Promise<void> {
    for (let id = 1; id <= PINGS; id++) {
      const [sentAt, sentMs] = [now(), wallTime().getTime()]
      this.tell({ type: 'ping', id })
      const { wallMs } = await this.answer('pong')
      const tripMs = now() - sentAt
      if (tripMs < this.tripMs) {
        this.tripMs = tripMs
        this.offsetMs = wallMs - (sentMs + tripMs / 2)
        // Wall clocks are read to the millisecond.
        this.clockErrorMs = Math.ceil(tripMs / 2) + 1
      }
      await sleep(5)
    }
  }

  /** Waits for an answer of this type. Beats may come between. */
  private async answer<T extends Answer['type']>(type: T): Promise<Extract<Answer, { type: T }>> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const early = this.early.shift()
      if (early !== undefined) resolve(early)
      else if (this.broken !== null) reject(this.refusal(this.broken))
      else this.next = { resolve, reject }
    })
    if (answer.type !== type) throw this.refusal(`it sent ${answer.type} instead of ${type}`)
    return answer as Extract<Answer, { type: T }>
  }

  private refusal(reason: string): Error {
    const printed = this.greeting === null ? '' : `; it printed: ${printable(this.greeting).slice(0, 200)}`
    return userError(`${this.who} is not ready: ${reason}${printed}`, null, 'run')
  }

  /** Starts its load. Resolves when that has ended or the agent is lost, with the time until which it worked. */
  run(startAtMs: Ms, watch: Watch): Promise<Ms> {
    this.watch = watch
    for (let worker = 0; worker < this.workers; worker++) this.open.add(worker)
    this.tell({ type: 'start', atMs: startAtMs + this.offsetMs })
    return new Promise((resolve) => {
      this.resolve = resolve
      for (const answer of this.early.splice(0)) this.take(answer)
      if (this.broken !== null) this.lose(this.broken)
    })
  }

  /** Whether it was told when to start. */
  get isRunning(): boolean {
    return this.watch !== null
  }

  tell(order: Order): void {
    if (order.type === 'stop' || order.type === 'kill') this.isTold = true
    if (!this.isOver) this.channel.send(order)
  }

  private read(line: string): void {
    if (this.isOver) return
    // Some shells greet before they run a command.
    if (this.environment === null && !line.startsWith('{')) {
      this.greeting = line
      return
    }
    try {
      this.take(readAnswer(line, this.options.series))
    } catch (error) {
      this.lose(`its output is not that of perfctl agent: ${messageOf(error)}`)
    }
  }

  private take(answer: Answer): void {
    const { watch } = this
    if (answer.type === 'beat') return
    if (watch === null && answer.type === 'refused') {
      // It leaves now, but that is not the reason.
      this.abandon(userError(`${this.who} can't send its part: ${answer.message}`, answer.hint, 'run'))
    } else if (watch === null) {
      if (this.next !== null) this.next.resolve(answer)
      else if (this.early.push(answer) > EARLY_MAX) this.lose('it sends more than it was asked for')
      this.next = null
    } else if (answer.type === 'window') {
      const { worker, window } = answer
      const isNext = window.index > (this.reached[worker] ?? Number.NEGATIVE_INFINITY)
      if (this.open.has(worker) && isNext) {
        this.reached[worker] = window.index
        this.stoppedMs = Math.max(this.stoppedMs, (window.index + 1) * WINDOW_MS)
        this.count(window)
        watch.onWindow(worker, window)
      } else {
        this.lose(`it has no second ${window.index} of a worker ${worker}`)
      }
    } else if (answer.type === 'worker-end') {
      if (this.open.delete(answer.worker)) watch.onWorkerEnd(answer.worker)
    } else if (answer.type === 'running') {
      this.lateMs = answer.lateMs
      watch.onRunning()
    } else if (answer.type === 'level') {
      const hear = this.changes.shift()
      if (hear === undefined) this.lose('it heard of a change of the load that nobody told it')
      else hear(answer.aheadMs >= REACH_MS)
    } else if (answer.type === 'end') {
      const { plannedMs } = this.options
      const isWhole = this.isTold || plannedMs === null || answer.end.stoppedMs > plannedMs - WINDOW_MS
      if (answer.end.failure === null && !isWhole) {
        this.lose('it ended before the load did')
        return
      }
      this.stoppedMs = answer.end.stoppedMs
      if (answer.end.failure !== null) watch.onFailed(answer.end)
      this.finish()
    } else if (answer.type === 'refused') {
      this.lose(answer.message)
    }
  }

  private count({ index, sheet }: WindowData): void {
    const count = countRequests(sheet, this.options.isRequest)
    if (index >= 0) this.requests += count
    this.recent.set(index, (this.recent.get(index) ?? 0) + count)
  }

  /** It can't be reached any more, or can't be relied on. */
  lose(reason: string): void {
    if (this.isOver) return
    this.broken = reason
    const { watch } = this
    if (watch === null) {
      this.abandon(this.refusal(reason))
      return
    }
    this.lost = Math.max(0, Math.round((this.channel.heardAt - watch.startAt) / 100) / 10)
    this.finish()
    watch.onLost(reason)
  }

  /** It won't get ready. */
  private abandon(error: Error): void {
    this.next?.reject(error)
    this.next = null
    this.fail(error)
  }

  private finish(): void {
    for (const worker of this.open) this.watch?.onWorkerEnd(worker)
    this.open.clear()
    this.isOver = true
    this.resolve(this.stoppedMs)
  }

  /** Loses it if nothing was heard of it for `lostMs`. */
  checkBeat(lostMs: Ms): void {
    // Commands may take long to greet.
    if (this.environment === null) return
    // While the broker is away, nobody can be heard.
    if (!this.channel.isUp) this.upAt = now()
    if (now() - Math.max(this.channel.heardAt, this.upAt) > lostMs)
      this.lose(`no sign of it for ${formatDuration(lostMs)}`)
  }

  /** Loses it if it is there, but didn't start. */
  checkStart(): void {
    const { watch } = this
    if (watch === null || this.lateMs !== null || !this.channel.isUp) return
    if (now() - watch.startAt > LOST_MS) this.lose('it did not start when it was told to')
  }

  mark(): AgentMark {
    const { name, environment, workers, requests, lateMs, clockErrorMs, lost } = this
    const { cores, perfctl } = environment!
    return { name, cores, workers, requests, perfctl, startOffsetMs: lateMs, clockErrorMs, lost }
  }

  /** Forgets the second. */
  frame({ index, busy }: Pick<Second, 'index' | 'busy'>): AgentFrame {
    const requestsPerSecond = this.recent.get(index) ?? 0
    this.recent.delete(index)
    const own = busy.slice(this.first, this.first + this.workers).filter((share) => share !== undefined)
    return { name: this.name, requestsPerSecond, busy: Math.max(0, ...own), isLost: this.lost !== null }
  }

  async close(): Promise<void> {
    this.tell({ type: 'kill' })
    this.isOver = true
    await this.channel.close({ isLost: this.lost !== null })
  }
}
