/**
 * A job as baselines keep it: the runs that one machine made within an hour.
 *
 * Runs of a job share their machine, its neighbors and the day, so their spread says nothing about the next job. More
 * runs make the job's value, the median of theirs, more precise, but they never count as several jobs.
 */
import { median } from '../stats/math.js'
import { findNamed } from '../stats/named.js'
import { mapTimingWindows } from '../stats/observed.js'
import type { RequestResult, Window } from '../stats/result.js'
import { cpuPerRequestOf, cutCpuWindows } from '../stats/target-windows.js'
import { differences } from './environment.js'
import {
  type Estimate,
  errorBeside,
  estimateCpu,
  estimateLatency,
  estimateThroughput,
  isShortage,
  JOINED_MIN,
  type Scatter,
  volatilityOf,
  WINDOWS_MIN,
} from './estimate.js'
import type {
  Figure,
  Job,
  JobValue,
  Parts,
  RequestFigures,
  RunFigures,
  TimingFigures,
} from './job-figures.js'
import { isLatency, type LatencyMetric, type RatioMetric, type Shortage } from './judged-metric.js'
import { lateOf } from './lateness.js'
import { isPlain, type MeasuredRequest, type MeasuredTarget, type Measurement } from './measurement.js'
import { partsOfRequest, setupOf } from './parts.js'
import { makeJoined } from './quantile.js'
import { estimateMedian, RARE_SAMPLES_MAX } from './rare.js'
import { requestSeries, runSeries, type Series } from './series.js'

/** Runs that started further apart belong to different jobs. */
const JOB_MS = 3_600_000

/** Makes the job of a measurement. */
export function makeJob(measurement: Measurement): Job {
  const { capacity } = measurement
  return {
    environment: measurement.environment,
    ...(capacity && {
      capacity: capacity.lower === null ? [] : [{ lower: capacity.lower, upper: capacity.upper }],
    }),
    runs: splitRuns(measurement).map((run) => {
      const requests = run.requests.map((request) => ({
        ...seriesOf(run, request),
        parts: partsOf(run, request),
      }))
      const setup = setupOf(run)
      const figures = makeFigures(run.startedAt, requests, runSeries(run))
      return { ...withLateness(figures, run), ...targetFigures(run), ...(setup !== null && { setup }) }
    }),
  }
}

/** Journeys consist of their steps, which have parts. */
function partsOf(run: Measurement, request: MeasuredRequest): Parts | null {
  return isPlain(request) ? partsOfRequest(run, request) : null
}

function seriesOf(run: Measurement, request: MeasuredRequest): RequestSeries {
  const { name, kind, phase, serverTimingWindows = {}, cache } = request
  return {
    name,
    kind,
    phase,
    series: requestSeries(run, name),
    cacheHitRate: cache?.ratio ?? null,
    timings: Object.keys(serverTimingWindows).map((timing) => ({
      name: timing,
      series: requestSeries(run, name, timing),
    })),
  }
}

function targetFigures({ target }: Measurement): Pick<RunFigures, 'cpuPerRequest' | 'memoryMax'> {
  if (target === undefined) return {}
  const { cpuPerRequest, cpuWindows = [], memory } = target
  return {
    ...(cpuPerRequest !== null && { cpuPerRequest: figureOf(estimateCpu(cpuWindows)) }),
    ...(memory !== null && { memoryMax: memory.max }),
  }
}

/** Adds how late the requests of each figure may have been sent. */
function withLateness(figures: RunFigures, run: Measurement): RunFigures {
  if (run.generator.lateFrom === undefined) return figures
  const add = (name: string | null, metric: LatencyMetric, figure: Figure | Shortage): Figure | Shortage => {
    const late = rounded(lateOf(run, name, metric))
    return isShortage(figure) || late === 0 ? figure : { ...figure, late }
  }
  return {
    ...figures,
    p95: add(null, 'p95', figures.p95),
    p99: add(null, 'p99', figures.p99),
    requests: figures.requests.map((request) => ({
      ...request,
      p50: add(request.name, 'p50', request.p50),
      p95: add(request.name, 'p95', request.p95),
      p99: add(request.name, 'p99', request.p99),
    })),
  }
}

/**
 * Adds the runs of `job` to the last of `jobs` if they belong to it, otherwise as a new job. A run that is already there
 * isn't added again, as that would make runs seem to differ less than they do.
 */
export function addJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const known = jobs.flatMap(({ runs }) => runs)
  const runs = job.runs.filter((run) => !known.some((other) => isSameRun(run, other)))
  if (runs.length === 0) return jobs
  const last = jobs.at(-1)
  return last !== undefined && isSameJob(last, job)
    ? [...jobs.slice(0, -1), { ...last, runs: [...last.runs, ...runs], ...joinCapacities(last, job) }]
    : [...jobs, { ...job, runs }]
}

function joinCapacities({ capacity = [] }: Job, { capacity: more }: Job): Pick<Job, 'capacity'> {
  return more === undefined ? {} : { capacity: [...capacity, ...more] }
}

/** The same run, read twice: started in the same millisecond, with the same number of requests of each name. */
function isSameRun(a: RunFigures, b: RunFigures): boolean {
  const counts = ({ requests }: RunFigures) =>
    requests.map((each) => `${each.requests} ${each.name}`).join('\n')
  return a.startedAt === b.startedAt && counts(a) === counts(b)
}

/** The same machine, within an hour. Runs without a valid start belong to one job: that claims less. */
function isSameJob(a: Job, b: Job): boolean {
  const starts = [...a.runs, ...b.runs].map(({ startedAt }) => Date.parse(startedAt))
  const apart = Math.max(...starts) - Math.min(...starts)
  return !(apart > JOB_MS) && differences(a.environment, b.environment).length === 0
}

/**
 * Returns one metric of a job, of a request, of a server timing of a request, or with null of the whole run; or what it
 * lacks.
 */
export function readValue(
  job: Job,
  request: string | null,
  metric: RatioMetric,
  timing?: string,
): JobValue | Shortage {
  const figures = job.runs.map((run) => {
    if (request !== null) {
      const found = findNamed(run.requests, request)
      const figures = timing === undefined ? found : found?.timings && findNamed(found.timings, timing)
      return (isLatency(metric) ? figures?.[metric] : undefined) ?? ABSENT
    }
    if (metric === 'cpu_per_request') return run.cpuPerRequest ?? NO_WINDOWS
    return metric === 'p50' ? ABSENT : run[metric]
  })
  const known = figures.filter((figure): figure is Figure => !isShortage(figure))
  if (known.length === 0) return figures[0] as Shortage
  const beside = known.flatMap(({ besideError }) => besideError ?? [])
  return {
    value: median(known.map(({ value }) => Math.log(value))),
    error: median(known.map(({ error }) => error)) / Math.sqrt(known.length),
    ...(beside.length === known.length && { besideError: median(beside) / Math.sqrt(known.length) }),
    volatility: median(job.runs.map(({ volatility }) => volatility)),
    late: median(known.map(({ late = 0 }) => late)),
  }
}

const ABSENT: Shortage = { needs: 1, had: 0, of: 'successful requests' }

const NO_WINDOWS: Shortage = { needs: WINDOWS_MIN, had: 0, of: 'windows' }

/** One request of a run as a series of windows. */
export interface RequestSeries {
  readonly name: string
  readonly kind: RequestResult['kind']
  readonly phase?: RequestResult['phase'] | undefined
  readonly series: Series
  readonly timings?: readonly { readonly name: string; readonly series: Series }[]
  /** The share of its responses from a cache; null if it is unknown. */
  readonly cacheHitRate?: number | null
  /** What its mean latency consists of; null if that is unknown. */
  readonly parts?: Parts | null
}

/** Makes the figures that are kept of a run; `whole` is the series of all its requests. */
export function makeFigures(
  startedAt: string,
  requests: readonly RequestSeries[],
  whole: Series,
): RunFigures {
  const estimates = requests.map(
    ({ name, kind, series, timings = [], cacheHitRate = null, parts = null }) => ({
      name,
      ...(cacheHitRate !== null && { cacheHitRate: rounded(cacheHitRate) }),
      ...(timings.length > 0 && { timings: timings.map(timingFigures) }),
      ...(parts !== null && { parts }),
      kind,
      requests: series.reduce((sum, slice) => sum + slice.requests, 0),
      failed: series.reduce((sum, slice) => sum + slice.failed, 0),
      worst: findWorst(series),
      p50: estimateMedianOf(series),
      p95: estimateLatency(series, 'p95'),
      p99: estimateLatency(series, 'p99'),
    }),
  )
  const plain = requests.filter(isPlain)
  const besideOf = errorBeside(findBusiest(plain))
  const all = joinSeries(plain.map(({ series }) => series))
  const scatters = estimates.flatMap(({ p50 }) =>
    isShortage(p50) || p50.scatter === null ? [] : [p50.scatter],
  )
  return {
    startedAt,
    volatility: rounded(volatilityOf(scatters)),
    throughput: figureOf(estimateThroughput(whole)),
    p95: figureOf(estimateLatency(all, 'p95')),
    p99: figureOf(estimateLatency(all, 'p99')),
    requests: estimates.map(({ p50, p95, p99, ...counts }, index) => {
      const besideError = isPlain(requests[index]!) ? besideOf(requests[index]!) : null
      const median = figureOf(p50)
      return {
        ...counts,
        p50:
          isShortage(median) || besideError === null
            ? median
            : { ...median, besideError: rounded(besideError) },
        p95: figureOf(p95),
        p99: figureOf(p99),
      }
    }),
  }
}

/** The others that a request is set against: more of them would cost time without saying more. */
const OTHERS_MAX = 30

/** The requests that were sent most often, one more than are needed beside any of them. */
function findBusiest(requests: readonly RequestSeries[]): readonly RequestSeries[] {
  if (requests.length <= OTHERS_MAX + 1) return requests
  const counted = requests.map((request) => ({ request, ...makeJoined(request.series) }))
  const most = counted.sort((a, b) => b.samples - a.samples).slice(0, OTHERS_MAX + 1)
  return most.map(({ request }) => request)
}

function timingFigures({ name, series }: { readonly name: string; readonly series: Series }): TimingFigures {
  return {
    name,
    p50: figureOf(estimateMedianOf(series)),
    p95: figureOf(estimateLatency(series, 'p95')),
    p99: figureOf(estimateLatency(series, 'p99')),
  }
}

/** An estimate; `scatter` is null if there are too few samples for windows. */
type MedianEstimate = Omit<Estimate, 'scatter'> & { readonly scatter: Scatter | null }

/** The median of a rare request is that of all its samples: windows of a few say less. */
function estimateMedianOf(series: Series): MedianEstimate | Shortage {
  const estimate = estimateLatency(series, 'p50')
  // A few seconds say nothing about the next ones, however many samples they have.
  if (series.length < JOINED_MIN) return estimate
  const whole = makeJoined(series)
  const median = whole.samples > RARE_SAMPLES_MAX ? null : estimateMedian(whole)
  return median === null ? estimate : { ...median, scatter: isShortage(estimate) ? null : estimate.scatter }
}

/** Adds up several series with the same slices. */
function joinSeries(all: readonly Series[]): Series {
  const [first = []] = all
  return first.map(({ seconds }, index) => {
    const slices = all.map((series) => series[index]!)
    return {
      seconds,
      requests: slices.reduce((sum, { requests }) => sum + requests, 0),
      failed: slices.reduce((sum, { failed }) => sum + failed, 0),
      latencies: slices.flatMap(({ latencies }) => latencies),
    }
  })
}

function findWorst(series: Series): RequestFigures['worst'] {
  const most = series.reduce((max, { failed }) => Math.max(max, failed), 0)
  const { requests, failed } = series.find((slice) => slice.failed === most) ?? { requests: 0, failed: 0 }
  return { requests, failed }
}

function figureOf(estimate: Pick<Estimate, 'value' | 'error'> | Shortage): Figure | Shortage {
  if (isShortage(estimate)) return estimate
  // Rounded here and not in the file, so that the file and the result it was made from give the same verdict.
  return { value: Number(Math.exp(estimate.value).toPrecision(5)), error: rounded(estimate.error) }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** Returns the last run of a measurement as a measurement of its own. */
export function lastRun(measurement: Measurement): Measurement {
  return splitRuns(measurement).at(-1)!
}

/** Returns the runs of a measurement, each as a measurement of its own. */
export function splitRuns(measurement: Measurement): Measurement[] {
  const { runs } = measurement
  if (runs.length < 2) return [measurement]
  return runs.map(({ startedAt, start, durationSeconds }, index) => {
    const end = runs[index + 1]?.start ?? Number.POSITIVE_INFINITY
    return {
      ...measurement,
      startedAt,
      durationSeconds,
      ...splitTarget(measurement, start, end),
      requests: measurement.requests.map((request) => {
        const own = (all: readonly Window[]) =>
          all
            .filter((window) => window.start >= start && window.start < end)
            .map((window) => ({ ...window, start: window.start - start }))
        const windows = own(request.windows)
        const sum = (key: 'requests' | 'failed') => windows.reduce((all, window) => all + window[key], 0)
        const counts = { requests: sum('requests'), failed: sum('failed') }
        return { ...request, windows, ...mapTimingWindows(request, own), ...counts }
      }),
    }
  })
}

/** What the processes used from second `start` to `end`. */
function splitTarget(
  { target }: Measurement,
  start: number,
  end: number,
): { readonly target?: MeasuredTarget } {
  if (target === undefined) return {}
  const { timeline = [], failures } = target
  const cpuWindows = cutCpuWindows(target.cpuWindows ?? [], start, end)
  const own = timeline.filter(({ second }) => second >= start && second < end)
  const memories = own.flatMap(({ memory }) => memory ?? [])
  return {
    target: {
      cpuPerRequest: cpuPerRequestOf(cpuWindows),
      memory: memories.length === 0 ? null : { max: Math.max(...memories) },
      timeline: own,
      cpuWindows,
      ...(failures !== undefined && { failures }),
    },
  }
}
