/**
 * One second of a run as metric readings: increments of counters and histograms, values of gauges.
 */
import { type Ms, wallTime } from '../../../base/clock.js'
import { userError } from '../../../base/errors.js'
import { parsePairs } from '../../../base/receiver-headers.js'
import type { Frame } from '../../../stats/frame.js'
import type { Histogram } from '../../../stats/histogram.js'
import type { Series } from '../../../stats/tally.js'
import type { Watcher } from '../watcher.js'
import { METRICS, type Metric } from './metrics.js'

/** Names and values; `scenario` comes first. */
export type Labels = readonly (readonly [name: string, value: string])[]

/** A metric's reading for one second. Times are in ms. Histograms belong to the frame, so copy what you keep. */
export interface Reading {
  readonly metric: Metric
  readonly labels: Labels
  readonly value: number | Histogram
}

/** Receives a run's readings, second by second. `atMs` is the time since 1970 and increases with each call. */
export interface Meter {
  take(readings: readonly Reading[], atMs: Ms): void
  close(): Promise<void>
}

/** The labels that perfctl sets itself. */
const OWN_LABELS = ['scenario', 'name', 'phase', 'error', 'status', 'timing', 'metric', 'le']

/** Creates a watcher that passes each second to `meter`, with the user's labels from `env` added. */
export function watchWith(meter: Meter, env: Readonly<Record<string, string | undefined>>): Watcher {
  const own = readOwnLabels(env)
  let scenario: Labels = []
  let lastMs = 0
  const take = (readings: readonly Reading[]) => {
    // Subtle: a database treats two readings with the same time as one point and drops the first.
    lastMs = Math.max(wallTime().getTime(), lastMs + 1)
    meter.take(readings, lastMs)
  }
  return {
    open(run) {
      scenario = [['scenario', run.scenario], ...own]
    },
    frame: (frame) => take(readFrame(frame, scenario)),
    done: () => take(readIdle(scenario)),
    close: () => meter.close(),
  }
}

/** Returns the readings of one second. The label `phase` marks the warm-up, which is in no figure of the result. */
export function readFrame(frame: Frame, scenario: Labels): Reading[] {
  const phase = ['phase', frame.phase === 'warm-up' ? 'warm-up' : 'load'] as const
  const finished = frame.series.flatMap(({ name, kind, series }) => {
    const labels: Labels = [...scenario, ['name', name], phase]
    return kind === 'journey' ? readJourney(series, labels) : readRequest(series, labels)
  })
  const lateness: Reading[] =
    frame.latenessMsP99 === null
      ? []
      : [{ metric: METRICS.generatorSchedulingLag, labels: scenario, value: frame.latenessMsP99 }]
  return [
    ...finished,
    { metric: METRICS.droppedIterations, labels: [...scenario, phase], value: frame.dropped },
    ...(frame.metrics ?? []).map(({ name, value }) => ({
      metric: METRICS.serviceMetric,
      labels: [...scenario, ['metric', name] as const],
      value,
    })),
    { metric: METRICS.vus, labels: scenario, value: frame.vus },
    { metric: METRICS.generatorBusy, labels: scenario, value: frame.busy },
    ...lateness,
  ]
}

/** A gauge keeps its value until the next one, so the end of a run sets it to 0. */
function readIdle(scenario: Labels): Reading[] {
  return [
    { metric: METRICS.vus, labels: scenario, value: 0 },
    { metric: METRICS.generatorBusy, labels: scenario, value: 0 },
  ]
}

/** A journey sends nothing itself; its steps are among the requests. */
function readJourney(series: Series, labels: Labels): Reading[] {
  return [
    { metric: METRICS.journeys, labels, value: series.requests },
    { metric: METRICS.journeysFailed, labels, value: series.failed },
    { metric: METRICS.journeyDuration, labels, value: series.latency },
  ]
}

function readRequest(series: Series, labels: Labels): Reading[] {
  const errors = new Map<string, number>()
  for (const { kind, count } of series.errors.values()) errors.set(kind, (errors.get(kind) ?? 0) + count)
  return [
    { metric: METRICS.httpReqs, labels, value: series.requests },
    { metric: METRICS.httpReqFailed, labels, value: series.failed },
    ...[...errors].map(([kind, value]) => ({
      metric: METRICS.httpReqErrors,
      labels: [...labels, ['error', kind] as const],
      value,
    })),
    ...[...series.statuses].map(([status, value]) => ({
      metric: METRICS.httpResponses,
      labels: [...labels, ['status', String(status)] as const],
      value,
    })),
    { metric: METRICS.httpReqDuration, labels, value: series.latency },
    { metric: METRICS.httpReqWaiting, labels, value: series.firstByte },
    ...readObserved(series, labels),
    { metric: METRICS.dataSent, labels, value: series.bytesSent },
    { metric: METRICS.dataReceived, labels, value: series.bytesReceived },
  ]
}

function readObserved({ timings, cacheHits, cacheMisses }: Series, labels: Labels): Reading[] {
  const named = [...timings].map(([name, value]) => ({
    metric: METRICS.serverTiming,
    labels: [...labels, ['timing', name] as const],
    value,
  }))
  if (cacheHits + cacheMisses === 0) return named
  return [
    ...named,
    { metric: METRICS.cacheHits, labels, value: cacheHits },
    { metric: METRICS.cacheMisses, labels, value: cacheMisses },
  ]
}

function readOwnLabels(env: Readonly<Record<string, string | undefined>>): Labels {
  const labels = parsePairs('PERFCTL_STREAM_LABELS', env['PERFCTL_STREAM_LABELS'])
  const wrong = labels.find(([name]) => !/^[A-Za-z_]\w*$/.test(name) || name.startsWith('__'))
  if (wrong !== undefined) {
    throw userError(
      `PERFCTL_STREAM_LABELS: "${wrong[0]}" is not a label name`,
      'use letters, digits and _, such as branch=main,job=42',
    )
  }
  const taken = labels.find(([name]) => OWN_LABELS.includes(name))
  if (taken !== undefined) {
    throw userError(
      `PERFCTL_STREAM_LABELS: ${taken[0]} is a label that perfctl sets itself`,
      'use another name',
    )
  }
  return labels
}
