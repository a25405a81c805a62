/**
 * Merges the shards of one run. Counts and histograms add up without loss. Seconds are aligned by each machine's own
 * start.
 */
import { addConnections, addLate, addTotals, joinNeverSent, joinWarmups, roleOf } from './add.js'
import { joinTimingWindows } from './observed.js'
import { joinReady } from './ready.js'
import type {
  GeneratorHealth,
  Measured,
  RequestResult,
  Result,
  RunEnvironment,
  TimelinePoint,
  Window,
} from './result.js'
import { percentileMs } from './summary.js'
import { countWindows, poolWindows } from './window.js'

/** At least one result. */
type Shards = readonly [Result, ...Result[]]

/** Merges all shards of a run, in order. Shared fields are taken from the first. */
export function mergeShards(shards: Shards): Measured {
  const [first] = shards
  const durationSeconds = Math.max(...shards.map((each) => each.durationSeconds))
  const startedAt = shards.map((each) => each.startedAt).sort()[0]!
  const width = windowSeconds(shards)
  const names = [...new Set(shards.flatMap(({ requests }) => requests.map(({ name }) => name)))]
  const requests = names.map((name) => mergeRequests(shards, name, { durationSeconds, width }))
  const {
    thresholds: _,
    neverSucceeded: __,
    neverSent: ___,
    comparison: ____,
    verdict: _____,
    ...shared
  } = first
  return {
    ...shared,
    ...joinNeverSent(shards),
    ...joinReady(shards),
    scenario: {
      ...first.scenario,
      target: distinct(shards.map(({ scenario }) => scenario.target)).join(', '),
    },
    startedAt,
    durationSeconds,
    runs: [{ startedAt, start: 0, durationSeconds }],
    interrupted: shards.some(({ interrupted }) => interrupted),
    environment: mergeEnvironments(shards.map(({ environment }) => environment)),
    totals: addTotals(
      shards.map(({ totals }) => totals),
      durationSeconds,
    ),
    requests,
    connections: addConnections(shards.map(({ connections }) => connections)),
    timeline: mergeTimelines(shards, requests, width),
    shard: null,
    shards: shards.map(({ shard, environment, totals, ...each }, position) => ({
      index: shard?.index ?? position + 1,
      workers: environment.workers,
      startedAt: each.startedAt,
      durationSeconds: each.durationSeconds,
      requests: totals.requests,
      failed: totals.failed,
    })),
    generator: mergeGenerators(shards),
    stoppedBy: shards.find(({ stoppedBy }) => stoppedBy !== null)?.stoppedBy ?? null,
    error: distinctErrors(shards),
    ...stackOf(shards),
  }
}

function mergeRequests(
  shards: Shards,
  name: string,
  { durationSeconds, width }: { readonly durationSeconds: number; readonly width: number },
): RequestResult {
  const parts = shards.flatMap(({ requests }) => requests.filter((request) => request.name === name))
  return {
    ...addTotals(parts, durationSeconds),
    name,
    ...roleOf(parts[0]!),
    ...joinWarmups(parts),
    windows: mergeWindows(
      parts.flatMap(({ windows }) => windows),
      width,
    ),
    ...joinTimingWindows(parts, (windows) => mergeWindows(windows, width)),
  }
}

/** Merges windows into slots of `width` seconds; empty slots are left out. */
function mergeWindows(windows: readonly Window[], width: number): Window[] {
  const slots = new Map<number, Window[]>()
  for (const window of windows) {
    const slot = Math.floor(window.start / width)
    slots.set(slot, [...(slots.get(slot) ?? []), window])
  }
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([slot, parts]) => ({
      start: slot * width,
      // Rounded to ms, as run durations are; binary fractions would give 0.4670000000000001.
      duration: Math.round((endOf(parts) - slot * width) * 1000) / 1000,
      ...countWindows(parts),
      histogram: poolWindows(parts).freeze(),
    }))
}

function endOf(windows: readonly Window[]): number {
  return Math.max(...windows.map(({ start, duration }) => start + duration))
}

/** Returns the longest window: a run of about an hour may have longer windows on one machine than on another. */
function windowSeconds(shards: Shards): number {
  const durations = shards.flatMap(({ requests }) =>
    requests.flatMap(({ windows }) => windows.map(({ duration }) => duration)),
  )
  return durations.reduce((longest, duration) => Math.max(longest, duration), 1)
}

/**
 * Percentiles can't be added, so they are computed from the windows; if windows are longer than a second, all their
 * seconds get the same ones. Scheduling lag is that of the worst machine, because a result doesn't have its histogram.
 */
function mergeTimelines(shards: Shards, requests: readonly RequestResult[], width: number): TimelinePoint[] {
  const latencies = latenciesBySlot(requests, width)
  const seconds = new Map<number, TimelinePoint[]>()
  for (const point of shards.flatMap(({ timeline }) => timeline))
    seconds.set(point.second, [...(seconds.get(point.second) ?? []), point])
  return [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([second, points]) => {
      const sum = (key: 'vus' | 'requests' | 'failed' | 'dropped') =>
        points.reduce((all, point) => all + point[key], 0)
      const most = (key: 'generatorBusy' | 'schedulingLagP99' | 'gcPauseMax') =>
        highest(points.map((point) => point[key]))
      return {
        second,
        vus: sum('vus'),
        requests: sum('requests'),
        failed: sum('failed'),
        ...(latencies.get(Math.floor(second / width)) ?? NO_LATENCIES),
        ...sumOf('cacheHits', points),
        dropped: sum('dropped'),
        generatorBusy: most('generatorBusy'),
        schedulingLagP99: most('schedulingLagP99'),
        gcPauseMax: most('gcPauseMax'),
        ...sumOf('bytesReceived', points),
      }
    })
}

/** The sum of a figure that not every run has, as a field, absent unless all have it. */
function sumOf(
  key: 'cacheHits' | 'bytesReceived',
  points: readonly TimelinePoint[],
): Pick<TimelinePoint, 'cacheHits' | 'bytesReceived'> {
  const known = points.flatMap((point) => point[key] ?? [])
  return known.length < points.length ? {} : { [key]: known.reduce((all, value) => all + value, 0) }
}

type Percentiles = Pick<TimelinePoint, 'p50' | 'p95' | 'p99'>

const NO_LATENCIES: Percentiles = { p50: null, p95: null, p99: null }

function latenciesBySlot(requests: readonly RequestResult[], width: number): Map<number, Percentiles> {
  const slots = new Map<number, Window[]>()
  for (const { windows } of requests.filter(({ kind }) => kind !== 'journey')) {
    for (const window of windows) {
      const slot = Math.floor(window.start / width)
      slots.set(slot, [...(slots.get(slot) ?? []), window])
    }
  }
  return new Map(
    [...slots].map(([slot, windows]) => {
      const all = poolWindows(windows)
      return [slot, { p50: percentileMs(all, 50), p95: percentileMs(all, 95), p99: percentileMs(all, 99) }]
    }),
  )
}

/** The environment of several machines. Where they differ, lists each kind once. `cores` is the largest value, `workers` the sum. */
export function mergeEnvironments(environments: readonly RunEnvironment[]): RunEnvironment {
  const join = (key: 'perfctl' | 'node' | 'os' | 'cpu') =>
    distinct(environments.map((environment) => environment[key]))
      .sort()
      .join(' + ')
  const commits = distinct(environments.map(({ gitCommit }) => gitCommit))
  return {
    perfctl: join('perfctl'),
    node: join('node'),
    os: join('os'),
    cpu: join('cpu'),
    cores: Math.max(...environments.map(({ cores }) => cores)),
    workers: environments.reduce((sum, { workers }) => sum + workers, 0),
    gitCommit: commits.length === 1 ? commits[0]! : null,
  }
}

function mergeGenerators(shards: Shards): GeneratorHealth {
  const workers = shards.reduce((sum, { environment }) => sum + environment.workers, 0)
  const busy = shards.reduce(
    (sum, { generator, environment }) => sum + generator.eventLoopUtilization * environment.workers,
    0,
  )
  return {
    saturated: shards.some(({ generator }) => generator.saturated),
    reasons: shards.flatMap((shard) => shard.generator.reasons.map((reason) => `${prefix(shard)}${reason}`)),
    eventLoopUtilization: workers === 0 ? 0 : Math.round((busy / workers) * 1000) / 1000,
    schedulingLagP99: highest(shards.map(({ generator }) => generator.schedulingLagP99)),
    ...addLate(shards.map(({ generator }) => generator)),
    workers: shards.flatMap(({ generator }) => generator.workers),
  }
}

function distinctErrors(shards: Shards): string | null {
  const errors = shards.flatMap((each) => (each.error === null ? [] : [`${prefix(each)}${each.error}`]))
  return errors.length === 0 ? null : errors.join('; ')
}

/** One stack is enough for a bug report. */
function stackOf(shards: Shards): Pick<Result, 'errorStack'> {
  const errorStack = shards.find((each) => each.errorStack !== undefined)?.errorStack
  return errorStack === undefined ? {} : { errorStack }
}

function prefix({ shard }: Result): string {
  return shard === null ? '' : `shard ${shard.index}: `
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
