/**
 * The system's limits for a load generator, each null if the system doesn't report it.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism, loadavg, platform, totalmem } from 'node:os'
import { type Ms, now } from './clock.js'

export interface Limits {
  /** The maximum number of open files and sockets. On Linux, Node raises the soft limit to the hard one at start. */
  readonly openFiles: { readonly soft: number; readonly hard: number } | null
  /** The range of local ports, both ends included. */
  readonly ports: { readonly first: number; readonly last: number } | null
  /** Whether ports of closed connections are reused while in TIME_WAIT. */
  readonly portReuse: 'never' | 'always' | 'loopback' | null
  /** Number of cores the process may run on. */
  readonly cores: number
  /** CPU time a container may use, in cores; null without a limit. */
  readonly coreQuota: number | null
  /** Memory a container may use; null without a limit. */
  readonly memoryBytesMax: number | null
  readonly memoryBytes: number
  /** How the system sets the clock rate of its cores: `performance`, `powersave`, … */
  readonly governor: string | null
  /** The system's time source: `tsc`, `kvm-clock`, `hpet`, … */
  readonly clockSource: string | null
  /** The smallest step of the measuring clock. */
  readonly clockStepMs: Ms
  /** Processes ready to run, averaged over the last minute. */
  readonly loadAverage: number | null
}

/** Reads a file; null if there is none. */
export type ReadText = (path: string) => string | null

/** Reads the limits of this process. */
export function readLimits(readText: ReadText = readFile): Limits {
  const number = (path: string) => parseNumber(readText(path))
  const groups = new ControlGroups(readText)
  return {
    openFiles: parseOpenFiles(readText('/proc/self/limits')),
    ports: parsePorts(readText('/proc/sys/net/ipv4/ip_local_port_range')),
    portReuse:
      (['never', 'always', 'loopback'] as const)[number('/proc/sys/net/ipv4/tcp_tw_reuse') ?? 3] ?? null,
    cores: availableParallelism(),
    coreQuota: groups.coreQuota(),
    memoryBytesMax: groups.memoryBytesMax(),
    memoryBytes: totalmem(),
    governor: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')?.trim() || null,
    clockSource: readText('/sys/devices/system/clocksource/clocksource0/current_clocksource')?.trim() || null,
    clockStepMs: measureClockStep(),
    loadAverage: platform() === 'win32' ? null : loadavg()[0]!,
  }
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function parseOpenFiles(text: string | null): Limits['openFiles'] {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text ?? '')
  if (match === null) return null
  const [soft, hard] = match
    .slice(1)
    .map((limit) => (limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit)))
  return { soft: soft!, hard: hard! }
}

function parsePorts(text: string | null): Limits['ports'] {
  const match = /^(\d+)\s+(\d+)/.exec(text ?? '')
  return match === null ? null : { first: Number(match[1]), last: Number(match[2]) }
}

function parseNumber(text: string | null): number | null {
  return text !== null && /^-?\d+\s*$/.test(text) ? Number(text) : null
}

/** Without a limit, cgroup v1 reports the largest multiple of the page size below 2^63. */
const UNLIMITED_BYTES = 2 ** 60

/** The container's limits from cgroup v1 or v2. Limits of parent groups apply, too, so the smallest counts. */
class ControlGroups {
  private readonly lines: readonly string[]
  private readonly readText: ReadText

  constructor(readText: ReadText) {
    this.readText = readText
    this.lines = readText('/proc/self/cgroup')?.split('\n') ?? []
  }

  coreQuota(): number | null {
    const v2 = this.places('').map((folder) => {
      const [quota, period] = (this.readText(`${folder}/cpu.max`) ?? '').trim().split(' ').map(Number)
      return quota! / period!
    })
    const v1 = this.places('cpu').map((folder) => {
      const quota = parseNumber(this.readText(`${folder}/cpu.cfs_quota_us`))
      const period = parseNumber(this.readText(`${folder}/cpu.cfs_period_us`))
      return quota === null || quota < 0 || period === null ? Number.NaN : quota / period
    })
    return smallest([...v2, ...v1])
  }

  memoryBytesMax(): number | null {
    const v2 = this.places('').map((folder) => parseNumber(this.readText(`${folder}/memory.max`)))
    const v1 = this.places('memory').map((folder) =>
      parseNumber(this.readText(`${folder}/memory.limit_in_bytes`)),
    )
    return smallest([...v2, ...v1].filter((bytes) => bytes !== null && bytes < UNLIMITED_BYTES))
  }

  /**
   * The directories that may hold limits of a v1 controller (`''` for v2): the process's own group and all its parents.
   * In a container the path is often the host's, and only the root exists.
   */
  private places(controller: string): string[] {
    const path = this.lines
      .map((line) => line.split(':'))
      .find(([, controllers]) => controllers?.split(',').includes(controller))?.[2]
    if (path === undefined) return []
    const parts = path.split('/').filter((part) => part !== '')
    const root = controller === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`
    return Array.from({ length: parts.length + 1 }, (_, depth) => [root, ...parts.slice(0, depth)].join('/'))
  }
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[]
  return known.length === 0 ? null : Math.min(...known)
}

function measureClockStep(): Ms {
  let smallestStep = Number.POSITIVE_INFINITY
  for (let i = 0; i < 100; i++) {
    const before = now()
    let after = now()
    while (after === before) after = now()
    smallestStep = Math.min(smallestStep, after - before)
  }
  return smallestStep
}
