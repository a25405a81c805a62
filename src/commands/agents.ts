/**
 * `perfctl agents`: lists the agents of a cluster.
 */
import type { Ms } from '../base/clock.js'
import { EXIT, type ExitCode } from '../base/exit.js'
import { readEnvironment } from '../base/host.js'
import type { Io } from '../base/io.js'
import { printable } from '../base/printable.js'
import { formatDuration, plural } from '../base/units.js'
import { type Column, renderTable } from '../report/table.js'
import { type Found, listAgents } from '../run/agents/cluster.js'
import { openCluster, type RawClusterFlags, requireClusterPlace } from './cluster-place.js'
import { pageOf } from './report.js'

/** The flags, as parsed by commander. */
export interface AgentsFlags extends RawClusterFlags {
  readonly color?: boolean
}

/** Agents answer at once; those whose connection to the broker is slow have this long. */
const WAIT_MS: Ms = 1500

/** Prints who is there. Throws a UserError if the broker can't be reached. */
export async function agents(flags: AgentsFlags, io: Io): Promise<ExitCode> {
  const place = requireClusterPlace(flags)
  const options = await openCluster(place, io, 'perfctl agents')
  const { agents: found, strangers } = await listAgents(options, WAIT_MS).finally(() =>
    options.broker.close(),
  )
  const page = pageOf(io, flags.color ?? true)
  if (found.length === 0) {
    io.stdout.write(`no agents in cluster ${place.cluster} at ${options.broker.address}\n`)
  } else {
    io.stdout.write(`${renderTable(COLUMNS, found.map(describe), { ...page, title: page.style.dim })}\n`)
  }
  if (strangers > 0)
    io.stderr.write(`${plural(strangers, 'agent')} with another PERFCTL_CLUSTER_KEY can't be used\n`)
  return EXIT.passed
}

const COLUMNS: readonly Column[] = [
  { title: 'agent', isFlexible: true },
  { title: 'cores', align: 'right' },
  { title: 'perfctl' },
  { title: 'node', expendable: 1 },
  { title: 'clock' },
  { title: 'state' },
]

function describe({ name, environment, isBusy, aheadMs, tripMs }: Found): string[] {
  const { cores, perfctl, node } = environment
  const isSame = perfctl === readEnvironment().perfctl
  return [
    printable(name),
    String(cores),
    `${printable(perfctl)}${isSame ? '' : ' (another version)'}`,
    printable(node),
    aheadMs === null || tripMs === null ? '–' : describeClock(aheadMs, tripMs / 2),
    isBusy ? 'busy' : 'free',
  ]
}

/** `as here, ±1ms`, `2.3s ahead, ±1ms`. */
function describeClock(aheadMs: Ms, errorMs: Ms): string {
  const known = `±${formatDuration(Math.max(1, Math.ceil(errorMs)))}`
  const offMs = Math.round(Math.abs(aheadMs))
  if (offMs <= Math.ceil(errorMs)) return `as here, ${known}`
  return `${formatDuration(offMs)} ${aheadMs > 0 ? 'ahead' : 'behind'}, ${known}`
}
