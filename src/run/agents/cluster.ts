/**
 * The agents of a cluster, as a run finds and claims them.
 */
import { type Ms, now, wallTime } from '../../base/clock.js'
import { userError } from '../../base/errors.js'
import { printable } from '../../base/printable.js'
import { randomSeed, randomToken } from '../../base/rng.js'
import { formatDuration, plural } from '../../base/units.js'
import type { Channel } from './channel.js'
import { PROTOCOL } from './messages.js'
import {
  type ClusterOptions,
  type Presence,
  publishSigned,
  readAgentAnswer,
  SUBJECTS,
  subscribeSigned,
} from './presence.js'
import { openStream } from './stream.js'

/** How often agents are asked whether they are there, and claims are repeated. */
const ASK_MS: Ms = 500

/** Agents that haven't answered for so long are gone. */
const GONE_MS: Ms = 2000

const CHECK_MS: Ms = 20

/** Claims that other runs cross are given back; then a run waits up to so long, so that they don't cross again. */
const BACK_OFF_MS = 1000

/** An agent that was found. */
export interface Found extends Presence {
  /** When it answered last. */
  readonly heardAt: Ms
  /** Its clock less the one here, in ms, known to half of the time that the answer took; null if that isn't known. */
  readonly aheadMs: Ms | null
  readonly tripMs: Ms | null
}

/** What a run wants of a cluster. */
export interface ClaimOptions extends ClusterOptions {
  readonly count: number
  /** Agents of another version are left alone. */
  readonly perfctl: string
  readonly waitMs: Ms
  readonly signal?: AbortSignal | undefined
  /** Called when the number of free agents changes while too few are there. */
  readonly onWait?: (free: readonly Found[]) => void
}

/**
 * All agents that answer within `waitMs`, by name, and how many of those that answered have another key. Throws a UserError
 * (exit 3) if the broker refuses to ask.
 */
export async function listAgents(
  options: ClusterOptions,
  waitMs: Ms,
): Promise<{ readonly agents: readonly Found[]; readonly strangers: number }> {
  const search = new Search(options)
  try {
    for (const end = now() + waitMs; now() < end; ) await search.step()
    search.checkBroker()
    return { agents: search.agents(), strangers: search.strangers }
  } finally {
    search.close()
  }
}

/**
 * Claims so many agents, and returns a channel to each, in the order of their names. Throws a UserError (exit 3) that says
 * who is there if there are too few in time; no agent is claimed then.
 */
export async function claimAgents(options: ClaimOptions): Promise<Channel[]> {
  const { count, waitMs, signal, onWait } = options
  const search = new Search(options)
  let shown: string | null = null
  try {
    for (const end = now() + waitMs; now() < end; ) {
      if (signal?.aborted) throw userError('interrupted before the agents were ready', null, 'run')
      await search.step()
      search.checkBroker()
      const free = search.agents().filter((agent) => isFree(agent, options))
      if (free.length >= count) {
        const channels = await search.claim(free.slice(0, count))
        if (channels !== null) return channels
        await pause(randomSeed() % BACK_OFF_MS)
      } else if (onWait !== undefined && search.isSettled) {
        const names = free.map(({ id }) => id).join()
        if (names !== shown) onWait(free)
        shown = names
      }
    }
    throw tooFew(search, options)
  } finally {
    search.close()
  }
}

function isFree({ isBusy, protocol, environment }: Found, { perfctl }: ClaimOptions): boolean {
  return !isBusy && protocol === PROTOCOL && environment.perfctl === perfctl
}

function tooFew(search: Search, options: ClaimOptions): Error {
  const { cluster, count, waitMs, perfctl } = options
  const agents = search.agents()
  const free = agents.filter((agent) => isFree(agent, options))
  const busy = agents.filter(({ isBusy }) => isBusy)
  const others = agents.filter(({ environment }) => environment.perfctl !== perfctl)
  const nameAll = (list: readonly Found[]) => list.map(({ name }) => printable(name)).join(', ')
  const parts = [
    `${free.length} of ${plural(count, 'agent')} free in cluster ${cluster} after ${formatDuration(waitMs)}`,
    ...(free.length > 0 ? [`free: ${nameAll(free)}`] : []),
    ...(busy.length > 0 ? [`busy with another run: ${nameAll(busy)}`] : []),
    ...(others.length > 0
      ? [
          `not perfctl ${perfctl}: ${others.map(({ name, environment }) => `${printable(name)} (${printable(environment.perfctl)})`).join(', ')}`,
        ]
      : []),
    ...(search.strangers > 0 ? [`with another PERFCTL_CLUSTER_KEY: ${search.strangers}`] : []),
  ]
  const hint =
    free.length + others.length >= count
      ? 'install the same version on all machines'
      : search.strangers > 0
        ? 'give all the same PERFCTL_CLUSTER_KEY'
        : 'start the others with perfctl agent --nats, or wait longer with --agents-wait'
  return userError(parts.join('; '), hint, 'run')
}

/** Asks for agents again and again, and remembers who answers. */
class Search {
  private readonly options: ClusterOptions
  private readonly id = randomToken()
  private readonly found = new Map<string, Found>()
  private readonly begunAt: Ms = now()
  /** When the last question was published. */
  private asked: { readonly round: number; readonly at: Ms; readonly wallMs: Ms } | null = null
  /** Who answered the last two questions with another key. */
  private unsigned: [last: number, before: number] = [0, 0]
  private readonly claims = new Map<string, (isClaimed: boolean) => void>()
  private readonly unsubscribe: () => void

  /** Why the broker is of no use any more. */
  private ended: string | null = null

  constructor(options: ClusterOptions) {
    this.options = options
    options.broker.ended.then((reason) => {
      this.ended = reason
    })
    this.unsubscribe = subscribeSigned(options, SUBJECTS.answers(options.cluster, this.id), {
      read: readAgentAnswer,
      take: (answer) => {
        if (answer.type === 'here') this.meet(answer)
        else this.claims.get(answer.id)?.(answer.type === 'claimed')
      },
      takeUnsigned: () => this.unsigned[0]++,
    })
  }

  /** Whether whoever is there has had the time to answer. */
  get isSettled(): boolean {
    return now() - this.begunAt > ASK_MS
  }

  /** How many agents have another key. */
  get strangers(): number {
    return Math.max(...this.unsigned)
  }

  /** Throws a UserError if the broker is of no use any more. */
  checkBroker(): void {
    const { broker, cluster } = this.options
    if (this.ended !== null)
      throw userError(
        `the broker ${broker.address}: ${this.ended}`,
        `check its credentials: they have to allow perfctl.${cluster}.>`,
        'run',
      )
  }

  /** Waits a moment, and asks if it's time. */
  async step(): Promise<void> {
    if (this.asked === null || now() - this.asked.at > ASK_MS) this.ask()
    await pause(CHECK_MS)
  }

  /** Those that answered lately, by name. */
  agents(): Found[] {
    const since = now() - GONE_MS
    return [...this.found.values()]
      .filter(({ heardAt }) => heardAt > since)
      .sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1))
  }

  /** A channel to each of `agents`, or null if another run was faster at one of them; none is claimed then. */
  async claim(agents: readonly Found[]): Promise<Channel[] | null> {
    const { broker, cluster, key } = this.options
    const run = randomToken()
    const claims = agents.map(({ id, offer }) => {
      const channel = openStream({
        broker,
        out: SUBJECTS.run(cluster, run, id, 'down'),
        in: SUBJECTS.run(cluster, run, id, 'up'),
        key: key.derive(offer, run),
      })
      const ask = () =>
        publishSigned(this.options, SUBJECTS.claims(cluster, id), { from: this.id, run, offer })
      const answered = new Promise<boolean>((resolve) => {
        this.claims.set(id, resolve)
        setTimeout(() => resolve(false), GONE_MS)
      })
      ask()
      const again = setInterval(ask, ASK_MS)
      return { id, channel, answered: answered.finally(() => clearInterval(again)) }
    })
    const areClaimed = await Promise.all(claims.map(({ answered }) => answered))
    this.claims.clear()
    if (areClaimed.every((isClaimed) => isClaimed)) return claims.map(({ channel }) => channel)
    await Promise.all(claims.map(({ channel }, i) => channel.close({ isLost: !areClaimed[i] })))
    for (const { id } of claims) this.found.delete(id)
    return null
  }

  close(): void {
    this.unsubscribe()
  }

  private ask(): void {
    const { cluster } = this.options
    this.asked = { round: (this.asked?.round ?? 0) + 1, at: now(), wallMs: wallTime().getTime() }
    this.unsigned = [0, this.unsigned[0]]
    publishSigned(this.options, SUBJECTS.who(cluster), { from: this.id, round: this.asked.round })
  }

  private meet(presence: Presence): void {
    const { asked } = this
    if (asked === null) return
    const heardAt = now()
    const tripMs = heardAt - asked.at
    const isTimely = presence.round === asked.round
    const before = this.found.get(presence.id)
    this.found.set(presence.id, {
      ...presence,
      heardAt,
      ...(isTimely && (before?.tripMs == null || tripMs < before.tripMs)
        ? { tripMs, aheadMs: presence.wallMs - (asked.wallMs + tripMs / 2) }
        : { tripMs: before?.tripMs ?? null, aheadMs: before?.aheadMs ?? null }),
    })
  }
}

function pause(ms: Ms): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
