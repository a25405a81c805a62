/**
 * Facts about the machine and the process that measure, read once when asked. Besides `cli.ts` and the clock the
 * only file that touches `process`.
 */
import { createRequire } from 'node:module'
import { availableParallelism, cpus, release, type } from 'node:os'
import process, { arch, env, exit, kill, version } from 'node:process'

/** Where a result was measured. Results from unlike environments must not be compared blindly. */
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

/** The environment variables of this process. */
export function readProcessEnv(): Readonly<Record<string, string | undefined>> {
  return env
}

/** Sends a signal to the process group of that leader. Throws when it is gone. */
export function killGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  kill(-leader, signal)
}

/** Calls back with what nobody in this thread caught, instead of the thread dying of it. */
export function onUncaught(listener: (error: unknown) => void): void {
  process.on('uncaughtException', listener)
  process.on('unhandledRejection', listener)
}

/** Ends this thread, whatever it still waits for. What it posted before arrives. */
export function leaveThread(): never {
  exit(0)
}
