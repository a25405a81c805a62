/**
 * The agents of a run: those that `--agent` starts, or those that wait for `--nats`.
 */
import { readEnvironment } from '../base/host.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { plural } from '../base/units.js'
import { claimAgents } from '../run/agents/cluster.js'
import { openCommand } from '../run/agents/stdio.js'
import type { AgentConnections } from '../run/source.js'
import { openCluster } from './cluster-place.js'
import type { AgentsSource, RunFlags } from './run-options.js'

/**
 * Opens a connection to each agent. Throws a UserError (exit 3) if there are too few of them. `onNote` is told whom it
 * waits for.
 */
export async function connectAgents(
  source: AgentsSource,
  { agentsWaitMs: waitMs }: Pick<RunFlags, 'agentsWaitMs'>,
  io: Io,
  { onNote, signal }: { readonly onNote: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<AgentConnections> {
  if (source.type === 'commands')
    return { channels: source.commands.map((command) => openCommand(command, io)), close: async () => {} }
  const { place, count } = source
  const options = await openCluster(place, io, 'perfctl run')
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
    return { channels, close }
  } catch (error) {
    await close()
    throw error
  }
}
