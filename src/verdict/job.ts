/**
 * A job as verdicts remember it: the runs that one machine made of one version of the code within an hour.
 *
 * Runs of a job share their machine, their neighbours and their day, so that their spread says nothing about the
 * next job. They sharpen the job's value, the median of theirs, and never count as several jobs.
 */
import { median } from '../stats/math.js'
import type { RequestResult } from '../stats/result.js'
import { differences } from './environment.js'
import {
  type Estimate,
  errorBeside,
  estimateLatency,
  estimateThroughput,
  isShortage,
  type Scatter,
  volatilityOf,
} from './estimate.js'
import type { Figure, Job, JobValue, RequestFigures, RunFigures } from './job-figures.js'
import type { LatencyMetric, RatioMetric, Shortage } from './judged-metric.js'
import { lateOf } from './lateness.js'
import type { Measurement } from './measurement.js'
import { makeJoined } from './quantile.js'
import { estimateMedian, SCARCE } from './rare.js'
import { requestSeries, runSeries, type Series } from './series.js'

/** Runs that started further apart are different jobs. */
const JOB_MS = 3_600_000

/** The job that a measurement is. */
export function makeJob(measurement: Measurement): Job {
  return {
    environment: measurement.environment,
    runs: splitRuns(measurement).map((run) => {
      const requests = run.requests.map(({ name, kind, phase }) => ({
        name,
        kind,
        phase,
        series: requestSeries(run, name),
      }))
      return withLateness(makeFigures(run.startedAt, requests, runSeries(run)), run)
    }),
  }
}

/** The figures, with how late their requests may have been sent. */
function withLateness(figures: RunFigures, run: Measurement): RunFigures {
  if (run.generator.lateFrom === undefined) return figures
  const add = (name: string | null, metric: LatencyMetric, figure: Figure | Shortage): Figure | Shortage => {
    const late = shortened(lateOf(run, name, metric))
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
 * Appends the runs of `job`: to the last of `jobs` when they belong to it, else as one more. A run that is among them
 * already isn't added again: it would make them seem to differ less than they do.
 */
export function addJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const known = jobs.flatMap(({ runs }) => runs)
  const runs = job.runs.filter((run) => !known.some((other) => isSameRun(run, other)))
  if (runs.length === 0) return jobs
  const last = jobs.at(-1)
  return last !== undefined && isSameJob(last, job)
    ? [...jobs.slice(0, -1), { ...last, runs: [...last.runs, ...runs] }]
    : [...jobs, { ...job, runs }]
}

/** One run, read from its result twice: begun in the same millisecond, with as many requests of each name. */
function isSameRun(a: RunFigures, b: RunFigures): boolean {
  const counts = ({ requests }: RunFigures) =>
    requests.map((each) => `${each.requests} ${each.name}`).join('\n')
  return a.startedAt === b.startedAt && counts(a) === counts(b)
}

/** The same machine, and within an hour. Runs that don't say when they began are of one job: that claims less. */
function isSameJob(a: Job, b: Job): boolean {
  const starts = [...a.runs, ...b.runs].map(({ startedAt }) => Date.parse(startedAt))
  const apart = Math.max(...starts) - Math.min(...starts)
  return !(apart > JOB_MS) && differences(a.environment, b.environment).length === 0
}

/** One metric of a job, of a request or, with `null`, of the whole run. */
export function readValue(job: Job, request: string | null, metric: RatioMetric): JobValue | Shortage {
  const figures = job.runs.map((run) => {
    if (request !== null) {
      const found = run.requests.find(({ name }) => name === request)
      return (metric === 'throughput' ? undefined : found?.[metric]) ?? ABSENT
    }
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

/** One request of a run as a row of windows. */
export interface RequestSeries {
  readonly name: string
  readonly kind: RequestResult['kind']
  readonly phase?: RequestResult['phase']
  readonly series: Series
}

/** What is kept of a run; `whole` is the series of all its requests. */
export function makeFigures(
  startedAt: string,
  requests: readonly RequestSeries[],
  whole: Series,
): RunFigures {
  const estimates = requests.map(({ name, kind, series }) => ({
    name,
    kind,
    requests: series.reduce((sum, slice) => sum + slice.requests, 0),
    failed: series.reduce((sum, slice) => sum + slice.failed, 0),
    worst: findWorst(series),
    p50: estimateMedianOf(series),
    p95: estimateLatency(series, 'p95'),
    p99: estimateLatency(series, 'p99'),
  }))
  const plain = requests.filter(isPlain)
  const all = joinSeries(plain.map(({ series }) => series))
  const scatters = estimates.flatMap(({ p50 }) =>
    isShortage(p50) || p50.scatter === null ? [] : [p50.scatter],
  )
  return {
    startedAt,
    volatility: shortened(volatilityOf(scatters)),
    throughput: figureOf(estimateThroughput(whole)),
    p95: figureOf(estimateLatency(all, 'p95')),
    p99: figureOf(estimateLatency(all, 'p99')),
    requests: estimates.map(({ p50, p95, p99, ...counts }, index) => {
      const besideError = isPlain(requests[index]!) ? errorBeside(requests[index]!, plain) : null
      const median = figureOf(p50)
      return {
        ...counts,
        p50:
          isShortage(median) || besideError === null
            ? median
            : { ...median, besideError: shortened(besideError) },
        p95: figureOf(p95),
        p99: figureOf(p99),
      }
    }),
  }
}

/** Whether requests are of a kind with the others: a journey is made of them, and what each user sends once is cold. */
function isPlain({ kind, phase }: RequestSeries): boolean {
  return kind !== 'journey' && phase !== 'beforeEach'
}

/** An estimate; of few samples, without what windows say of the machine. */
type MedianEstimate = Omit<Estimate, 'scatter'> & { readonly scatter: Scatter | null }

/** Of a rare request the median of all samples: windows of a few say less than all of them together. */
function estimateMedianOf(series: Series): MedianEstimate | Shortage {
  const estimate = estimateLatency(series, 'p50')
  const whole = makeJoined(series)
  const median = whole.samples > SCARCE ? null : estimateMedian(whole)
  return median === null ? estimate : { ...median, scatter: isShortage(estimate) ? null : estimate.scatter }
}

/** Several series of the same slices as one. */
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
  // Rounded here and not in the file, so that a verdict is the same from the file and from the result it was made of.
  return { value: Number(Math.exp(estimate.value).toPrecision(5)), error: shortened(estimate.error) }
}

function shortened(value: number): number {
  return Number(value.toPrecision(3))
}

/** The last run of a measurement, by itself. */
export function lastRun(measurement: Measurement): Measurement {
  return splitRuns(measurement).at(-1)!
}

/** The runs of a measurement, each as a measurement of its own. */
export function splitRuns(measurement: Measurement): Measurement[] {
  const { runs } = measurement
  if (runs.length < 2) return [measurement]
  return runs.map(({ startedAt, start, durationSeconds }, index) => {
    const end = runs[index + 1]?.start ?? Number.POSITIVE_INFINITY
    return {
      ...measurement,
      startedAt,
      durationSeconds,
      requests: measurement.requests.map((request) => {
        const windows = request.windows
          .filter((window) => window.start >= start && window.start < end)
          .map((window) => ({ ...window, start: window.start - start }))
        const sum = (key: 'requests' | 'failed') => windows.reduce((all, window) => all + window[key], 0)
        return { ...request, windows, requests: sum('requests'), failed: sum('failed') }
      }),
    }
  })
}
