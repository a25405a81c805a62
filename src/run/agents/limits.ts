/**
 * What whoever starts an agent allows it to do, whatever job it gets.
 */
import { userError } from '../../base/errors.js'
import { formatRate } from '../../base/units.js'
import { isAllowedHost } from '../../load/http/layers/allowed.js'
import type { WindowData } from '../../load/measure/window-recorder.js'
import type { Plan } from '../../plan/plan.js'
import { Profile } from '../../plan/profile.js'
import { listSeries } from '../../plan/series.js'
import { countRequests } from '../../stats/sheet.js'

/** The limits of an agent; null: none. */
export interface AgentLimits {
  /** The hosts it may send to, with `*` for any characters. */
  readonly hosts: readonly string[] | null
  /** The hosts of its own proxies, which the user of the agent chose. */
  readonly proxies: readonly string[]
  /** The most requests a second, without redirects and retries. */
  readonly ratePerSecond: number | null
}

/** Throws a UserError if a part `1/of` of the plan doesn't keep within the limits. */
export function checkAgentLimits(
  plan: Plan,
  of: number,
  { hosts, proxies, ratePerSecond }: AgentLimits,
): void {
  if (hosts !== null) {
    const { socketPath, connectTo = [], proxy } = plan.http
    if (socketPath !== undefined) throw notAllowed(socketPath)
    const servers = [proxy?.http, proxy?.https].map((server) => server?.host)
    const ways = [
      new URL(plan.target).hostname,
      ...connectTo.map(({ toHost }) => toHost),
      ...servers.filter((host) => !proxies.includes(host ?? '')),
    ]
    for (const host of ways) if (host != null && !isAllowedHost(host, hosts)) throw notAllowed(host)
  }
  if (ratePerSecond === null || plan.load.model !== 'open') return
  const peak = new Profile(plan.load.start, plan.load.stages).peak / of
  if (peak > ratePerSecond) {
    throw userError(
      `its part is ${formatRate(peak)}, but its --max-rate is ${formatRate(ratePerSecond)}`,
      'send less, use more agents, or start them with a higher --max-rate',
    )
  }
}

function notAllowed(host: string): Error {
  return userError(`it must not send to ${host}`, 'start it with an --allow-target that names this host')
}

/** Counts the requests of all workers of an agent, as a bucket that leaks at the rate. */
export class RateWatch {
  private readonly ratePerSecond: number
  private readonly isRequest: (series: number) => boolean
  private readonly counts = new Map<number, number>()

  constructor(plan: Plan, ratePerSecond: number) {
    this.ratePerSecond = ratePerSecond
    const series = listSeries(plan)
    this.isRequest = (index) => series[index]?.kind !== 'journey'
  }

  /** Adds a worker's second. Returns what is wrong if the agent sends more than it may; otherwise null. */
  add({ index, sheet }: WindowData): string | null {
    this.counts.set(index, (this.counts.get(index) ?? 0) + countRequests(sheet, this.isRequest))
    this.counts.delete(index - SECONDS_KEPT)
    let excess = 0
    for (const count of this.counts.values()) excess = Math.max(0, excess + count - this.ratePerSecond)
    if (excess <= SECONDS_AHEAD * this.ratePerSecond) return null
    return `it sends more than its --max-rate of ${formatRate(this.ratePerSecond)}`
  }
}

/** Workers are never further apart. */
const SECONDS_KEPT = 60

/** Responses come in bunches, as a service is slow and then quick. */
const SECONDS_AHEAD = 2
