/**
 * `--stream ndjson=FILE`: a line of JSON per second, for `jq` and log collectors. Field names are those of the result
 * file; times are in ms, sizes in bytes.
 */

import { wallTime } from '../../../base/clock.js'
import { escapedJson } from '../../../base/printable.js'
import type { Frame } from '../../../stats/frame.js'
import type { Result } from '../../../stats/result.js'
import { figuresOf } from '../../../stats/summary.js'
import { Series } from '../../../stats/tally.js'
import type { WatchedRun, Watcher } from '../watcher.js'
import type { Address } from './address.js'
import type { Sink, SinkWorld } from './sink.js'
import { openTextFile } from './text-file.js'

async function open(address: Address, world: SinkWorld): Promise<Watcher> {
  if (address.kind !== 'file') throw new Error('NDJSON goes to a file')
  const file = await openTextFile(address.path, '--stream ndjson', world)
  let scenario = ''
  const write = (type: string, fields: object) => {
    const line = JSON.stringify({ type, time: wallTime().toISOString(), scenario, ...fields })
    file.write(`${escapedJson(line)}\n`)
  }
  return {
    open(run: WatchedRun) {
      scenario = run.scenario
      write('run', { target: run.target, seed: run.seed, workers: run.workers })
    },
    frame: (frame) => write('second', describeFrame(frame)),
    done: (result) => write('end', describeEnd(result)),
    close: () => file.close(),
  }
}

/** Describes one second: in total, by request and by journey. */
export function describeFrame(frame: Frame): object {
  const total = new Series()
  const sent = frame.series.filter(({ kind }) => kind !== 'journey')
  const journeys = frame.series.filter(({ kind }) => kind === 'journey')
  for (const { series } of sent) total.merge(series)
  return {
    phase: frame.phase,
    elapsedSeconds: frame.elapsedMs / 1000,
    vus: frame.vus,
    dropped: frame.dropped,
    generatorBusy: frame.busy,
    schedulingLagP99: frame.latenessMsP99,
    ...(frame.metrics !== undefined && {
      metrics: Object.fromEntries(frame.metrics.map(({ name, value }) => [name, value])),
    }),
    ...describeSeries(total),
    byRequest: sent.map(({ name, series }) => ({ name, ...describeSeries(series) })),
    byJourney: journeys.map(({ name, series }) => ({ name, ...describeJourney(series) })),
  }
}

/** Journeys consist of requests, so the total leaves them out. */
function describeJourney(series: Series): object {
  const { requests, failed, latency } = series
  return { journeys: requests, failed, latency: figuresOf(latency), errors: describeErrors(series) }
}

function describeSeries(series: Series): object {
  const { requests, failed, bytesSent, bytesReceived, latency, statuses } = series
  return {
    requests,
    failed,
    bytesSent,
    bytesReceived,
    latency: figuresOf(latency),
    statuses: Object.fromEntries(statuses),
    errors: describeErrors(series),
  }
}

function describeErrors({ errors }: Series): object[] {
  return [...errors.values()].map(({ kind, message, count }) => ({ kind, message, count }))
}

/** Describes how the run ended. The verdict is null if it could not be carried out. */
function describeEnd(result: Result | null): object {
  if (result === null) return { verdict: null }
  const { verdict, interrupted, totals } = result
  return { verdict, interrupted, requests: totals.requests, failed: totals.failed }
}

/** The sink of `--stream ndjson`. */
export default { id: 'ndjson', open } satisfies Sink
