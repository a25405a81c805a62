/**
 * The agents of a run: those that `--agent` starts, or those that wait for `--nats`.
 */
import { hostname } from 'node:os'
import { readEnvironment } from '../base/host.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { plural } from '../base/units.js'
import { serveAgent } from '../run/agents/agent.js'
import type { Channel } from '../run/agents/channel.js'
import { claimAgents } from '../run/agents/cluster.js'
import { openPair } from '../run/agents/pair.js'
import { openCommand } from '../run/agents/stdio.js'
import type { AgentConnections, AgentsOptions } from '../run/source.js'
import type { Scenario } from '../scenario/model/scenario.js'
import { makeJob, readJob } from './agent-job.js'
import { openCluster } from './cluster-place.js'
import type { AgentsSource, RunFlags } from './run-options.js'
import { readVariables } from './scenario-files.js'

/**
 * Who sends the load of the scenario; undefined if this machine does. Throws a UserError if the scenario can't be sent to
 * agents.
 */
export async function agentsOf(
  scenario: Scenario,
  flags: RunFlags,
  io: Io,
  onNote: (text: string) => void,
): Promise<AgentsOptions | undefined> {
  const { agents, agentsWaitMs, onAgentLost } = flags
  if (agents === null) return undefined
  const env = await readVariables(flags, io)
  const job = makeJob({ scenario, flags, env, cwd: io.cwd })
  const connect = (signal?: AbortSignal) => connectAgents(agents, flags, io, { onNote, signal, env })
  return { connect, job, waitMs: agentsWaitMs, onLost: onAgentLost }
}

/**
 * Opens a connection to each agent. Throws a UserError (exit 3) if there are too few of them. `onNote` is told whom it
 * waits for.
 */
async function connectAgents(
  source: AgentsSource,
  { agentsWaitMs: waitMs }: Pick<RunFlags, 'agentsWaitMs'>,
  io: Io,
  {
    onNote,
    signal,
    env,
  }: {
    readonly onNote: (text: string) => void
    readonly signal?: AbortSignal | undefined
    /** The variables of this machine, if it is an agent, too. */
    readonly env: Io['env']
  },
): Promise<AgentConnections> {
  if (source.type === 'commands')
    return { channels: source.commands.map((command) => openCommand(command, io)), close: async () => {} }
  const { place, count, sendsItself } = source
  const options = await openCluster(place, io, 'perfctl')
  const close = () => options.broker.close()
  try {
    const channels = await claimAgents({
      ...options,
      count,
      perfctl: readEnvironment().perfctl,
      waitMs,
      signal,
      onWait: (free) => {
        const names = free.length === 0 ? '' : `: ${free.map(({ name }) => printable(name)).join(', ')}`
        onNote(`waiting for agents: ${free.length} of ${plural(count, 'agent')} free${names}`)
      },
    })
    if (!sendsItself) return { channels, close }
    const { channel, ended } = openOwnAgent(env)
    return { channels: [channel, ...channels], close: () => ended.then(close) }
  } catch (error) {
    await close()
    throw error
  }
}

/** This machine as an agent of its own. `ended` resolves when its channel was closed and it sends nothing more. */
function openOwnAgent(env: Io['env']): { readonly channel: Channel; readonly ended: Promise<unknown> } {
  const [channel, own] = openPair()
  const ended = serveAgent(own, {
    name: hostname(),
    limits: { hosts: null, proxies: [], ratePerSecond: null },
    readJob: (job) => readJob(job, env),
  })
  return { channel, ended }
}
