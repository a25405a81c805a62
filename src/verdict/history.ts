/**
 * The history of a scenario: its jobs in the order of time, from a baseline or from saved results.
 */
import { type CapacityMetric, capacityMetric } from '../stats/capacity.js'
import { median } from '../stats/math.js'
import { findNamed } from '../stats/named.js'
import type { Result, RunEnvironment } from '../stats/result.js'
import { listLoadDoubts } from '../stats/shard.js'
import type { Baseline } from './baseline.js'
import { boundsOfJob } from './capacity/compare-capacity.js'
import { isShortage } from './estimate.js'
import { readValue } from './job.js'
import type { Job } from './job-figures.js'
import type { JudgedMetric } from './judge.js'
import type { RatioMetric } from './judged-metric.js'

/** A metric of a history. */
export type HistoryMetric = JudgedMetric | CapacityMetric | 'memory_max'

/** The metrics of a history, in the order of reports. */
export const HISTORY_METRICS: readonly HistoryMetric[] = [
  'p50',
  'p95',
  'p99',
  'throughput',
  'error_rate',
  'cpu_per_request',
  'memory_max',
  'capacity',
  'capacity_vus',
]

/** One measurement of a history. */
export interface HistoryPoint {
  /** ISO 8601. */
  readonly startedAt: string
  readonly environment: RunEnvironment
  /** The scenario's; '' if unknown. */
  readonly hash: string
  /** The file of the result; null for a job of a baseline. */
  readonly file: string | null
  /** The figures of each request and of the whole run; what wasn't measured is left out. */
  readonly figures: readonly Figures[]
}

/** The figures of one request, or with `request` null of the whole run. */
export interface Figures {
  readonly request: string | null
  /** Latencies and CPU time in ms, the throughput per second, the error rate as a share, memory in bytes. */
  readonly values: Readonly<Partial<Record<HistoryMetric, number>>>
}

/** The measurements of one scenario under one load, the oldest first. */
export interface History {
  readonly scenario: string
  /** A short description, as in results; '' if unknown. */
  readonly load: string
  /** The file of the baseline; null for saved results. */
  readonly baseline: string | null
  readonly points: readonly HistoryPoint[]
}

/** A result and the file it was read from. */
export interface HistoryResult {
  readonly file: string
  readonly result: Result
}

/** Returns the history in a baseline: its accepted jobs. The runs of a job are one point, their median. */
export function historyOfBaseline(baseline: Baseline, file: string): History {
  const { name, load, hash, model } = baseline.scenario
  const metric = capacityMetric(model === 'open' ? 'rate' : 'vus')
  const points = baseline.jobs.map((job) => {
    const [bounds] = boundsOfJob(job)
    const point = pointOfJob(job, hash)
    return job.capacity === undefined
      ? point
      : { ...point, figures: capacityFigures(metric, bounds?.lower ?? null) }
  })
  return { scenario: name, load, baseline: file, points: inOrder(points) }
}

/** Groups results by scenario and load: under another load everything is different, whatever the code. */
export function historiesOfResults(results: readonly HistoryResult[]): History[] {
  const groups = new Map<string, History & { points: HistoryPoint[] }>()
  for (const { file, result } of results) {
    const { name, load } = result.scenario
    const key = JSON.stringify([name, load])
    const group = groups.get(key) ?? { scenario: name, load, baseline: null, points: [] }
    group.points.push(pointOfResult(result, file))
    groups.set(key, group)
  }
  return [...groups.values()].map((group) => ({ ...group, points: inOrder(group.points) }))
}

/** Returns briefly why a result is left out of its scenario's history; null if it isn't. */
export function findExclusion(result: Result): string | null {
  if (result.interrupted) return 'interrupted'
  if (result.shard !== null) return 'a shard'
  if (result.session !== null) return 'a side of perfctl ab'
  if (result.verdict === 'error' || result.totals.requests === 0) return 'not carried out'
  if (
    result.capacity !== undefined &&
    result.capacity.upper === null &&
    result.capacity.end !== 'max_carried'
  )
    return 'a search that found no capacity'
  if (result.stoppedBy !== null) return 'stopped early'
  if (result.generator.saturated) return 'limited by the load generator'
  if (listLoadDoubts(result).length > 0) return 'sent by several machines, but not together'
  return Number.isNaN(Date.parse(result.startedAt)) ? 'without a date' : null
}

/** The figures at a capacity belong to another load each time, so only the capacity itself has a history. */
function capacityFigures(metric: CapacityMetric, lower: number | null): readonly Figures[] {
  return [{ request: null, values: known({ [metric]: lower }) }]
}

function inOrder(points: readonly HistoryPoint[]): HistoryPoint[] {
  return [...points].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
}

function pointOfResult(result: Result, file: string): HistoryPoint {
  const { startedAt, environment, scenario, requests, totals, target, capacity } = result
  const origin = { startedAt, environment, hash: scenario.hash, file }
  if (capacity !== undefined)
    return { ...origin, figures: capacityFigures(capacityMetric(capacity.of), capacity.lower) }
  return {
    ...origin,
    figures: [
      ...requests
        .filter((request) => request.requests > 0)
        .map(({ name, latency, throughput, errorRate }) => ({
          request: name,
          values: known({
            p50: latency.p50,
            p95: latency.p95,
            p99: latency.p99,
            throughput,
            error_rate: errorRate,
          }),
        })),
      {
        request: null,
        values: known({
          throughput: totals.throughput,
          error_rate: totals.errorRate,
          cpu_per_request: target?.cpuPerRequest ?? null,
          memory_max: target?.memory?.max ?? null,
        }),
      },
    ],
  }
}

function pointOfJob(job: Job, hash: string): HistoryPoint {
  const names = [...new Set(job.runs.flatMap(({ requests }) => requests.map(({ name }) => name)))]
  return {
    startedAt: job.runs[0]!.startedAt,
    environment: job.environment,
    hash,
    file: null,
    figures: [
      ...names.map((name) => ({
        request: name,
        values: known({
          p50: typicalValue(job, name, 'p50'),
          p95: typicalValue(job, name, 'p95'),
          p99: typicalValue(job, name, 'p99'),
          error_rate: errorRateOf(job, (requests) => findNamed(requests, name) ?? []),
        }),
      })),
      {
        request: null,
        values: known({
          throughput: typicalValue(job, null, 'throughput'),
          error_rate: errorRateOf(job, (requests) => requests.filter(({ kind }) => kind !== 'journey')),
          cpu_per_request: typicalValue(job, null, 'cpu_per_request'),
          memory_max: memoryOf(job),
        }),
      },
    ],
  }
}

function typicalValue(job: Job, name: string | null, metric: RatioMetric): number | null {
  const value = readValue(job, name, metric)
  return isShortage(value) ? null : Math.exp(value.value)
}

function memoryOf({ runs }: Job): number | null {
  const most = runs.flatMap(({ memoryMax }) => memoryMax ?? [])
  return most.length === 0 ? null : median(most)
}

type Requests = Job['runs'][number]['requests']

function errorRateOf(job: Job, choose: (requests: Requests) => Requests | Requests[number]): number | null {
  const counted = job.runs.flatMap(({ requests }) => choose(requests))
  const requests = counted.reduce((sum, each) => sum + each.requests, 0)
  return requests === 0 ? null : counted.reduce((sum, each) => sum + each.failed, 0) / requests
}

function known(values: Readonly<Record<string, number | null>>): Figures['values'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
