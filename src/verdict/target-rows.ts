/**
 * Figures of the service's processes that are shown in a comparison but not judged: its memory, and CPU time that only one
 * side has.
 *
 * The most memory says when a garbage collector ran, more than what the code needs, and a single peak raises it for good:
 * its noise has only one direction, which the rules for other metrics don't allow for. A threshold on `memory_max` or `memory_growth` can be set with room for that.
 */
import type { Why } from '../stats/comparison.js'
import { median } from '../stats/math.js'
import { changeOf } from './judge.js'
import type { Measurement } from './measurement.js'
import type { Row } from './row.js'

/** What the rows need to know of the comparison. */
export interface TargetRowsOptions {
  /** What the reference and the candidate are called. */
  readonly names: readonly [string, string]
  /** That of the CPU time per request, a share. */
  readonly tolerance: number
  /** The CPU time per request has a row already. */
  readonly isCpuJudged: boolean
}

/** Returns the rows; none if neither side observed the service's processes. */
export function targetRows(
  reference: Measurement,
  candidate: Measurement,
  { names, tolerance, isCpuJudged }: TargetRowsOptions,
): Row[] {
  const cpu = [reference, candidate].map((side) => side.target?.cpuPerRequest ?? null)
  const memory = [memoryOf(reference), memoryOf(candidate)]
  const rows: Row[] = []
  const isOneSided = (cpu[0] === null) !== (cpu[1] === null)
  if (!isCpuJudged && isOneSided) {
    const missing = cpu[0] === null ? 0 : 1
    const failures = [reference, candidate][missing]!.target?.failures ?? []
    const why = failures.find(({ source }) => source !== 'metrics')?.message
    const reason = `no CPU time of the service in ${names[missing]}${why === undefined ? '' : `: ${why}`}`
    rows.push(makeRow('cpu_per_request', cpu, { tolerance, reason, why: 'not_measured' }))
  }
  if (memory.every((most) => most !== null)) {
    const reason = 'the most memory depends on when a garbage collector ran'
    rows.push(makeRow('memory_max', memory, { tolerance: 0, reason, why: 'not_judged' }))
  }
  return rows
}

/** The usual one of the accepted jobs, or that of the measurement itself. */
function memoryOf({ jobs = [], target }: Measurement): number | null {
  const known = jobs.flatMap(({ runs }) => runs.flatMap(({ memoryMax }) => memoryMax ?? []))
  return known.length > 0 ? Math.round(median(known)) : (target?.memory?.max ?? null)
}

function makeRow(
  metric: 'cpu_per_request' | 'memory_max',
  [before = null, after = null]: readonly (number | null)[],
  facts: { readonly tolerance: number; readonly reason: string; readonly why: Why },
): Row {
  const comparison = {
    request: null,
    metric,
    baseline: before,
    current: after,
    change: changeOf(metric, before, after),
    interval: null,
    detectable: null,
    decisive: false,
    verdict: 'inconclusive' as const,
    ...facts,
  }
  return { comparison, why: facts.why, verdict: 'inconclusive' }
}
