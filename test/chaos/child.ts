/**
 * Runs a load in a separate process, to observe its memory and exit.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Totals } from '../../src/stats/result.js'
import type { Yaml } from './unleash.js'

/** The outcome of a process. */
export interface ChildEnd {
  /** One per scenario. Without totals it could not be run, and has the reason. */
  readonly outcomes: readonly ChildOutcome[]
  /** Resident memory in bytes, four times a second. */
  readonly samples: readonly number[]
  /** Warnings of Node.js, and unhandled rejections. */
  readonly surprises: readonly string[]
  /** The time from the beginning of the loads to their results. */
  readonly tookMs: number
  /** The time from there until the exit: anything left open keeps a process alive. */
  readonly exitMs: number
  readonly code: number | null
  readonly stderr: string
}

/** The result of one load. */
export interface ChildOutcome {
  readonly totals?: Totals
  readonly error?: string | null
  /** From the end of its stages to its result, in ms. */
  readonly overtimeMs?: number
  readonly message?: string
}

/** How a process is started. */
export interface ChildOptions {
  readonly seed?: number
  /** The limit of open files. */
  readonly openFiles?: number
  /** The time after which it is killed. */
  readonly mostMs: number
}

/** Runs scenarios side by side in one process, each with its own target. */
export async function runChild(scenarios: readonly Yaml[], options: ChildOptions): Promise<ChildEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'perfctl-chaos-'))
  const files = scenarios.map((scenario, i) => {
    const file = join(directory, `${i}.yaml`)
    writeFileSync(file, JSON.stringify(scenario))
    return file
  })
  const { seed, openFiles, mostMs } = options
  const script = join(import.meta.dirname, 'sender.js')
  const args = [script, ...files, ...(seed === undefined ? [] : ['--seed', String(seed)])]
  const child =
    openFiles === undefined
      ? spawn(process.execPath, args)
      : spawn('sh', ['-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, ...args])
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  let said: Pick<ChildEnd, 'outcomes' | 'samples' | 'surprises'> = {
    outcomes: [],
    samples: [],
    surprises: [],
  }
  let begun = performance.now()
  let told = begun
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line)
    if (message.begun) begun = performance.now()
    else said = message
    told = performance.now()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  rmSync(directory, { recursive: true, force: true })
  return { ...said, tookMs: told - begun, exitMs: performance.now() - told, code, stderr }
}

/**
 * The growth of memory from the second quarter of a run to the last. The first quarter is left out because heaps grow
 * to their size in it.
 */
export function growthOf(samples: readonly number[]): number {
  const quarter = Math.floor(samples.length / 4)
  return median(samples.slice(-quarter)) - median(samples.slice(quarter, 2 * quarter))
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
