/**
 * Facts about the machine and the process. Apart from `cli.ts` and the clock, the only file that uses `process`.
 */
import { createRequire } from 'node:module'
import { availableParallelism, cpus, networkInterfaces, release, type } from 'node:os'
import process, { arch, env, exit, kill, pid, version } from 'node:process'
import type { Ms } from './clock.js'

/** Where a result was measured. Results from different environments must not be compared blindly. */
export interface Environment {
  readonly perfctl: string
  readonly node: string
  readonly os: string
  readonly cpu: string
  readonly cores: number
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return {
    perfctl: readVersion(),
    node: version,
    os: `${type()} ${release()} ${arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  }
}

/** The version of this package. */
export function readVersion(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { version: string }
  return manifest.version
}

/** The id of this process. */
export function ownPid(): number {
  return pid
}

/** Returns the CPU time of all threads of this process in ms. */
export function ownCpuMs(): Ms {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Returns the memory of this process in bytes: `rss` is resident, `external` is outside of the heap. */
export function ownMemory(): Readonly<Record<'rss' | 'heapTotal' | 'heapUsed' | 'external', number>> {
  return process.memoryUsage()
}

/** The IP addresses of this machine. */
export function listOwnAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
}

/** The environment variables of this process. */
export function readProcessEnv(): Readonly<Record<string, string | undefined>> {
  return env
}

/** Sends a signal to the leader's process group. Throws if it no longer exists. */
export function killGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  kill(-leader, signal)
}

/** Calls back with uncaught errors of this thread, which otherwise would end it. */
export function onUncaught(listener: (error: unknown) => void): void {
  process.on('uncaughtException', listener)
  process.on('unhandledRejection', listener)
}

/** Ends this thread, whatever is still pending. Messages it has posted still arrive. */
export function leaveThread(): never {
  exit(0)
}
