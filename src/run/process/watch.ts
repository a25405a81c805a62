/**
 * Watches the processes of a service during a load: a reading a second, from the start of the measured part.
 */
import { lookup } from 'node:dns/promises'
import { platform } from 'node:os'
import { type Ms, now } from '../../base/clock.js'
import { listOwnAddresses, ownPid } from '../../base/host.js'
import { endpointFor, hostAndPort } from '../../load/http/connect/route.js'
import type { Plan } from '../../plan/plan.js'
import type { Observe } from '../../scenario/model/observe.js'
import type { ServiceFrame } from '../../stats/frame.js'
import {
  summarizeTarget,
  type TargetFigures,
  type TargetReading,
  unmeasuredTarget,
} from '../../stats/target.js'
import type { TargetFailure } from '../../stats/target-failures.js'
import type { SentWindow } from '../../stats/target-windows.js'
import { findListeners } from './listener.js'
import { Sampler } from './sampler.js'
import { SystemFiles } from './system-files.js'

/** What is known of the run that is watched. */
export interface Watched {
  readonly observe: Observe | undefined
  readonly plan: Pick<Plan, 'target' | 'http'>
  /** The process that perfctl started as the service; null if it started none. */
  readonly started: number | null
  /** It is one machine's part of a load. */
  readonly isShard: boolean
}

/** Reads the figures of a service while it is under load. */
export interface Watch {
  /** Reads once a second from now on; `aheadMs` before the measured part starts. */
  begin(aheadMs: Ms): void
  /** Returns the figures so far, given how many requests were completed, and how many by window. */
  figures(requests: number, sent: readonly SentWindow[]): TargetFigures
  /** Returns what was used lately, for live views, with the increases since the call before; null if nothing is known, or they have ended. */
  takeLatest(): ServiceFrame | null
  /** Reads for the last time. May be called repeatedly. */
  end(): void
}

/** Finds the processes to watch; null if the scenario observes none. What can't be observed is in the figures. */
export async function openWatch(watched: Watched): Promise<Watch | null> {
  const wanted = watched.observe?.process
  if (wanted === undefined) return null
  const files = new SystemFiles()
  const roots = await findRoots(files, wanted, watched)
  if ('kind' in roots) return unobservable(roots)
  const sampler = new Sampler(files, roots.pids, ownPid())
  // Finds out whether there is anything to watch, and what the processes used before.
  return sampler.read() === null ? unobservable(noProcess(roots.name)) : new Readings(sampler)
}

/** Stands for processes that can't be observed, and says why. */
export function unobservable(failure: TargetFailure): Watch {
  return { begin() {}, figures: () => unmeasuredTarget([failure]), takeLatest: () => null, end() {} }
}

interface Roots {
  readonly pids: readonly number[]
  /** What they are, in messages. */
  readonly name: string
}

async function findRoots(
  files: SystemFiles,
  wanted: NonNullable<Observe['process']>,
  { plan, started, isShard }: Watched,
): Promise<Roots | TargetFailure> {
  if (isShard)
    return { kind: 'shard', message: 'a shard does not observe processes: send the load with agents instead' }
  if (platform() !== 'linux')
    return { kind: 'not_linux', message: 'the processes of a service can be observed on Linux only' }
  if (wanted === 'auto') {
    return started === null
      ? {
          kind: 'not_started',
          message:
            'perfctl did not start the service: write observe: { process: { port: 3000 } } with its port',
        }
      : { pids: [started], name: `process ${started}` }
  }
  if (!(await isHere(plan))) return { kind: 'other_machine', message: 'the service is on another machine' }
  if ('pid' in wanted) {
    return wanted.pid === ownPid() ? ITSELF : { pids: [wanted.pid], name: `process ${wanted.pid}` }
  }
  const name = `process that perfctl may look at and that listens on port ${wanted.port}`
  const pids = findListeners(files, wanted.port)
  if (pids.length === 0) return noProcess(name)
  return pids.includes(ownPid()) ? ITSELF : { pids, name }
}

const ITSELF: TargetFailure = {
  kind: 'perfctl_itself',
  message: 'the service runs in the process of perfctl',
}

function noProcess(name: string): TargetFailure {
  return { kind: 'no_process', message: `there is no ${name} on this machine` }
}

/** Whether requests go to this machine. */
export async function isHere({ target, http }: Watched['plan']): Promise<boolean> {
  const { host, port } = hostAndPort(target)
  const end = endpointFor(host, port, http)
  if ('path' in end) return true
  const addresses = await lookup(end.host, { all: true }).catch(() => [])
  const own = new Set(listOwnAddresses())
  return addresses.some(({ address }) => own.has(address) || /^127\./.test(address))
}

const EVERY_MS = 1000

/** A reading that is later than this is left out: the machine has more important things to do. */
const LATE_MS = 200

/** A reading so soon after the one before would make a second of its own. */
const REST_MS = 500

class Readings implements Watch {
  private readonly sampler: Sampler
  private readonly readings: TargetReading[] = []
  private readonly failures: TargetFailure[] = []
  private startMs = Number.POSITIVE_INFINITY
  private timer: ReturnType<typeof setTimeout> | undefined
  private hasEnded = false
  /** The throttled time up to the last call of `takeLatest`. */
  private takenThrottledMs: number | null = null

  constructor(sampler: Sampler) {
    this.sampler = sampler
  }

  begin(aheadMs: Ms): void {
    this.startMs = now() + aheadMs
    this.wait(0)
  }

  figures(requests: number, sent: readonly SentWindow[]): TargetFigures {
    const { readings, failures, sampler } = this
    const lastWindow = sent.at(-1)
    const endMs = lastWindow === undefined ? 0 : 1000 * (lastWindow.start + lastWindow.duration)
    // The reading at the end of the last window may be due, but not made yet.
    if (this.isRunning && now() - this.startMs >= endMs && this.lastMs < endMs) this.read()
    return summarizeTarget({ readings, requests, sent, isSum: sampler.isSum, failures })
  }

  takeLatest(): ServiceFrame | null {
    const [before, last] = this.readings.slice(-2)
    if (before === undefined || last === undefined || this.failures.length > 0) return null
    const throttledMs = last.throttledMs === null ? null : Math.round(last.throttledMs)
    const newlyMs = throttledMs === null ? null : throttledMs - (this.takenThrottledMs ?? throttledMs)
    this.takenThrottledMs = throttledMs
    return {
      cpuCores: Number(((last.cpuMs - before.cpuMs) / (last.atMs - before.atMs)).toFixed(4)),
      memory: last.memoryBytes,
      throttledMs: newlyMs,
    }
  }

  end(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    clearTimeout(this.timer)
    const [first, last] = [this.readings[0], this.readings.at(-1)]
    // The load may have ended in the warm-up, or the processes before it.
    if (first === undefined || last === undefined || this.failures.length > 0) return
    const restMs = now() - this.startMs - this.lastMs
    if (restMs < REST_MS && last !== first) this.readings.pop()
    this.read()
  }

  private wait(second: number): void {
    const atMs = this.startMs + second * EVERY_MS
    this.timer = setTimeout(() => {
      const isDone = now() - this.startMs - this.lastMs < REST_MS
      // The first reading is what the others are compared with.
      if (second === 0 || (now() - atMs < LATE_MS && !isDone)) this.read()
      if (this.failures.length > 0) return
      this.wait(Math.max(second + 1, Math.ceil((now() - this.startMs) / EVERY_MS)))
    }, atMs - now()).unref()
  }

  private get isRunning(): boolean {
    return !this.hasEnded && this.failures.length === 0 && this.readings.length > 0
  }

  /** The moment of the last reading. */
  private get lastMs(): Ms {
    return this.readings.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY
  }

  private read(): void {
    const atMs = now() - this.startMs
    const reading = this.sampler.read()
    if (reading !== null) this.readings.push({ atMs, ...reading })
    else this.failures.push({ kind: 'ended', message: `the observed process ended ${when(atMs)}` })
  }
}

function when(atMs: Ms): string {
  return `${Math.max(0, Math.round(atMs / 1000))} s after the start of the measured part`
}
