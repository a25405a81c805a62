/**
 * Checks the machine: its limits, what they mean for a load, and how to raise low ones.
 */
import type { Limits } from '../base/limits.js'
import { formatCount, formatLatency, formatSize, plural } from '../base/units.js'
import { RESERVED_FILES, raiseOpenFiles, WIDEN_PORTS } from '../load/once/preflight.js'

/** One check. */
export interface Check {
  /** `doubtful` limits a load or blurs its figures; `bad` makes perfctl unusable. */
  readonly state: 'good' | 'doubtful' | 'bad'
  readonly name: string
  readonly value: string
  /** What it means for a load. */
  readonly meaning: string
  /** What to do; null if all is well. */
  readonly fix: string | null
}

/** Runs all checks. `node` is the version of Node.js, such as `v20.20.2`. Unknown values are left out. */
export function examine(limits: Limits, node: string): Check[] {
  return [
    checkNode(node),
    checkCores(limits),
    checkOpenFiles(limits),
    checkPorts(limits),
    checkMemory(limits),
    checkGovernor(limits),
    checkClock(limits),
    checkIdle(limits),
  ].filter((check) => check !== null)
}

const NODE_OLDEST = [20, 18, 1]

function checkNode(node: string): Check {
  const parts = node.replace(/^v/, '').split(/[.-]/).map(Number)
  const differing = NODE_OLDEST.findIndex((number, i) => parts[i] !== number)
  const isOld = differing !== -1 && !(parts[differing]! > NODE_OLDEST[differing]!)
  return {
    state: isOld ? 'bad' : 'good',
    name: 'Node.js',
    value: node,
    meaning: isOld ? `too old: perfctl needs ${NODE_OLDEST.join('.')} or newer` : 'supported',
    fix: isOld ? 'install a newer one: https://nodejs.org' : null,
  }
}

function checkCores({ cores, coreQuota }: Limits): Check {
  const isThrottled = coreQuota !== null && coreQuota < cores
  const usable = Math.min(cores, coreQuota ?? cores)
  const fix = isThrottled
    ? `give the container more CPU time: docker run --cpus ${cores}`
    : usable < 2
      ? 'send the load from another machine'
      : null
  return {
    state: fix === null ? 'good' : 'doubtful',
    name: 'cores',
    value: isThrottled ? `${round(coreQuota)} of ${cores}` : String(cores),
    meaning: isThrottled
      ? 'the container is throttled when its quota is used up, which shows as latency'
      : usable < 2
        ? 'perfctl and a service on this machine would slow each other down'
        : `${plural(usable, 'worker')} at most; one less for a service on this machine`,
    fix,
  }
}

/** A common size of load, which a machine should have room for. */
const USERS_COMMON = 5000

function checkOpenFiles({ openFiles }: Limits): Check | null {
  if (openFiles === null) return null
  const users = openFiles.soft - RESERVED_FILES
  return {
    state: users < USERS_COMMON ? 'doubtful' : 'good',
    name: 'open files',
    value: formatLimit(openFiles.soft),
    meaning:
      users === Number.POSITIVE_INFINITY
        ? 'any number of users'
        : `about ${formatCount(users)} users at most`,
    fix: users < USERS_COMMON ? raiseOpenFiles(USERS_COMMON) : null,
  }
}

/** How long the system keeps the port of a closed connection (TIME_WAIT). */
const REST_SECONDS = 60

function checkPorts({ ports, portReuse }: Limits): Check | null {
  if (ports === null) return null
  const count = ports.last - ports.first + 1
  const perSecond = `${formatCount(Math.floor(count / REST_SECONDS))} new ones a second`
  const rest = { always: '', never: `, ${perSecond}`, loopback: `, ${perSecond} (more to this machine)` }
  return {
    state: count < USERS_COMMON ? 'doubtful' : 'good',
    name: 'ports',
    value: formatCount(count),
    meaning: `as many connections to one target at most${portReuse === null ? '' : rest[portReuse]}`,
    fix: count < USERS_COMMON ? WIDEN_PORTS : null,
  }
}

/** Measured and rounded up: the base with one worker, and what each virtual user adds. */
const BASE_BYTES = 150e6
const USER_BYTES = 20e3

function checkMemory({ memoryBytes, memoryBytesMax }: Limits): Check {
  const bytes = Math.min(memoryBytes, memoryBytesMax ?? memoryBytes)
  const users = Math.max(0, Math.floor((bytes - BASE_BYTES) / USER_BYTES))
  const isContained = memoryBytesMax !== null && memoryBytesMax < memoryBytes
  return {
    state: users < USERS_COMMON ? 'doubtful' : 'good',
    name: 'memory',
    value: `${formatSize(bytes)}${isContained ? ' for the container' : ''}`,
    meaning: `room for about ${formatCount(users - (users % 1000))} users`,
    fix: users < USERS_COMMON ? (isContained ? 'docker run --memory 1g' : 'use a larger machine') : null,
  }
}

function checkGovernor({ governor }: Limits): Check | null {
  if (governor === null) return null
  const isSteady = governor === 'performance'
  return {
    state: isSteady ? 'good' : 'doubtful',
    name: 'CPU governor',
    value: governor,
    meaning: isSteady
      ? 'the cores run at a constant speed'
      : 'the cores change their speed, and the figures change with it',
    fix: isSteady ? null : 'sudo cpupower frequency-set -g performance',
  }
}

/** Clock sources that ask a chip for the time instead of reading a register. */
const SLOW_CLOCKS = ['hpet', 'acpi_pm', 'jiffies', 'refined-jiffies', 'pit', 'xen']
const CLOCK_STEP_MS_MAX = 0.01

function checkClock({ clockSource, clockStepMs }: Limits): Check {
  const isSlow = clockSource !== null && SLOW_CLOCKS.includes(clockSource)
  const isCoarse = clockStepMs > CLOCK_STEP_MS_MAX
  const fix = isSlow ? 'boot with clocksource=tsc, or use another machine' : 'use another machine'
  return {
    state: isSlow || isCoarse ? 'doubtful' : 'good',
    name: 'clock',
    value: clockSource ?? 'monotonic',
    meaning: `${isSlow ? 'slow to read; ' : ''}latencies are exact to ${formatLatency(Math.max(clockStepMs, 0.001))}`,
    fix: isSlow || isCoarse ? fix : null,
  }
}

/** Above this share of the cores, other work affects the figures. */
const IDLE_SHARE = 0.5

function checkIdle({ loadAverage, cores }: Limits): Check | null {
  if (loadAverage === null) return null
  const isBusy = loadAverage > IDLE_SHARE * cores
  return {
    state: isBusy ? 'doubtful' : 'good',
    name: 'other work',
    value: `load ${loadAverage.toFixed(2)}`,
    meaning: isBusy ? 'something else is running, which shows as latency' : 'the machine is idle enough',
    fix: isBusy ? 'find it with top and stop it, or wait' : null,
  }
}

function formatLimit(limit: number): string {
  return limit === Number.POSITIVE_INFINITY ? 'unlimited' : formatCount(limit)
}

function round(cores: number): number {
  return Math.round(cores * 100) / 100
}
