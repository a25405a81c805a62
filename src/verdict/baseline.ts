/**
 * The baseline, which runs are compared with. It keeps the last accepted jobs, which show how much jobs of the same code
 * differ, and the newest run with its windows.
 */
import { userError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import type { CapacityFigures } from '../stats/capacity.js'
import type { Result } from '../stats/result.js'
import { listLoadDoubts, nameShard } from '../stats/shard.js'
import { totalsOfWindows } from '../stats/window.js'
import { addJob, lastRun, makeJob } from './job.js'
import type { Job } from './job-figures.js'
import type { MeasuredRequest, MeasuredTarget, Measurement } from './measurement.js'

/** The schema of baseline files. */
export const BASELINE_SCHEMA = 'perfctl/baseline@1'

/** A baseline in memory: the measurement of its newest run, and the figures of all accepted jobs. */
export interface Baseline extends Measurement {
  readonly schema: typeof BASELINE_SCHEMA
  readonly warmupSeconds: number
  /** The newest last; at least one, at most {@link JOBS_MAX}. */
  readonly jobs: readonly Job[]
}

/** Older jobs are forgotten: code and machines drift. */
const JOBS_MAX = 20

/**
 * Makes a new baseline from results in any order. Everything in it comes from the results' windows, so that figures and
 * histograms of the file can't disagree. Throws a UserError for a result that can't be a baseline; see
 * {@link findObstacle}.
 */
export function makeBaseline(results: readonly [Result, ...Result[]]): Baseline {
  return accept([], results)
}

/** Adds results to a baseline: as runs of its newest job, or as new jobs. Throws as {@link makeBaseline}. */
export function extendBaseline(baseline: Baseline, results: readonly [Result, ...Result[]]): Baseline {
  return accept(baseline.jobs, results)
}

function accept(jobs: readonly Job[], results: readonly [Result, ...Result[]]): Baseline {
  for (const result of results) refuse(result)
  const sorted = [...results].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const newest = sorted.at(-1)!
  const { environment, warmupSeconds } = newest
  // The scenario file is in version control itself, and its text would make diffs of the baseline unreadable.
  const { text: _, ...scenario } = newest.scenario
  const { startedAt, durationSeconds, requests, target } = lastRun(newest)
  return assemble(
    {
      scenario,
      startedAt,
      durationSeconds,
      warmupSeconds,
      environment,
      jobs: sorted.reduce((all, result) => addJob(all, makeJob(result)), jobs).slice(-JOBS_MAX),
      ...(target !== undefined && {
        target: { cpuPerRequest: target.cpuPerRequest, memory: keptMemory(target) },
      }),
    },
    requests.filter(({ windows }) => windows.length > 0),
  )
}

function keptMemory({ memory }: MeasuredTarget): MeasuredTarget['memory'] {
  return memory === null ? null : { max: memory.max }
}

/** The parts of a baseline that can't be computed from its windows. */
export type Origin = Pick<
  Baseline,
  'scenario' | 'startedAt' | 'durationSeconds' | 'warmupSeconds' | 'environment' | 'jobs' | 'target'
>

/** Makes a baseline from its parts and computes the figures. */
export function assemble(
  origin: Origin,
  parts: readonly Pick<MeasuredRequest, 'name' | 'kind' | 'windows'>[],
): Baseline {
  const { startedAt, durationSeconds } = origin
  const sent = parts.filter(({ kind }) => kind !== 'journey')
  return {
    schema: BASELINE_SCHEMA,
    ...origin,
    runs: [{ startedAt, start: 0, durationSeconds }],
    interrupted: false,
    generator: { saturated: false, reasons: [] },
    totals: totalsOfWindows(
      sent.flatMap(({ windows }) => windows),
      durationSeconds,
    ),
    requests: parts.map(({ name, kind, windows }) => ({
      name,
      kind,
      windows,
      ...totalsOfWindows(windows, durationSeconds),
    })),
  }
}

function refuse(result: Result): void {
  const obstacle = findObstacle(result)
  if (obstacle === null) return
  throw userError(
    `no baseline was made of "${printable(result.scenario.name)}": ${obstacle.what}`,
    obstacle.hint,
  )
}

/** A check alone finds no capacity. */
function isFound({ end, upper }: CapacityFigures): boolean {
  return end === 'max_carried' || (end === 'decided' && upper !== null)
}

/** Returns why a result can't be a baseline, and what to do; null if it can. */
export function findObstacle(result: Result): { readonly what: string; readonly hint: string | null } | null {
  const { interrupted, verdict, generator, totals, requests } = result
  const shard = nameShard(result.shard)
  if (shard !== null) {
    return { what: `the result is ${shard}, a part of the load`, hint: 'put all together: perfctl merge' }
  }
  const [doubt] = listLoadDoubts(result)
  if (doubt !== undefined) return { what: doubt, hint: null }
  if (interrupted || verdict === 'interrupted') {
    return { what: 'the run was interrupted', hint: 'let it run to its end' }
  }
  if (generator.saturated) {
    const why = generator.reasons.join('; ')
    return {
      what: `the load generator was the bottleneck${why === '' ? '' : ` (${why})`}`,
      hint: 'send less, or use more workers',
    }
  }
  if (verdict === 'error' || totals.requests - totals.failed <= 0) {
    return { what: 'no request succeeded', hint: 'the result says how the requests failed' }
  }
  const { capacity } = result
  if (capacity !== undefined && (capacity.lower === null || !isFound(capacity))) {
    return {
      what: 'the capacity was not found',
      hint: 'give the search a longer --budget, or a quieter machine',
    }
  }
  const [dead] = result.neverSucceeded
  if (dead !== undefined) {
    return {
      what: `every try of "${printable(dead)}" failed`,
      hint: 'make it succeed, or say that it is meant: expect: { status: ... }, or a threshold on its error_rate',
    }
  }
  if (requests.every(({ windows }) => windows.length === 0)) {
    return { what: 'the result has no windows, which a verdict is made from', hint: null }
  }
  return null
}
