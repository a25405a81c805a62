/**
 * The baseline file, `perfctl/baseline@1`, which is kept in the repository and made to be read in a diff. First come the
 * figures of the newest run, then their origin, then the accepted jobs with a line for each request of each run, and last
 * the newest run's windows, one a line.
 */
import { checkSchema, list, number, readFileShape, type Shape, ShapeError } from '../base/shape.js'
import { readRunEnvironment, readScenarioIdentity } from '../stats/read.js'
import type { Window } from '../stats/result.js'
import { readWindow } from '../stats/window.js'
import { assemble, BASELINE_SCHEMA, type Baseline } from './baseline.js'
import { isShortage } from './estimate.js'
import type {
  CapacityBounds,
  Figure,
  Job,
  Parts,
  RequestFigures,
  RunFigures,
  Setup,
  TimingFigures,
} from './job-figures.js'
import type { Shortage } from './judged-metric.js'
import type { MeasuredRequest, MeasuredTarget, MeasuredTotals } from './measurement.js'

/** Returns the text of a baseline's file. Equal baselines give equal texts. */
export function formatBaseline(baseline: Baseline): string {
  const { scenario, environment, startedAt, durationSeconds, warmupSeconds, jobs, totals, requests, target } =
    baseline
  const fields: [string, string][] = [
    ['schema', JSON.stringify(BASELINE_SCHEMA)],
    ['totals', inline(figures(totals))],
    [
      'requests',
      lines(
        requests.map((request) => inline({ name: request.name, kind: request.kind, ...figures(request) })),
      ),
    ],
    ...(target === undefined ? [] : [['target', inline(writeTarget(target))] as [string, string]]),
    ['scenario', inline({ ...scenario })],
    ['environment', inline({ ...environment })],
    ['startedAt', JSON.stringify(startedAt)],
    ['durationSeconds', String(durationSeconds)],
    ['warmupSeconds', String(warmupSeconds)],
    ['runs', String(jobs.reduce((sum, { runs }) => sum + runs.length, 0))],
    ['jobs', lines(jobs.map(formatJob))],
    ['windows', lines(requests.map((request) => formatWindows(request)))],
  ]
  return `{\n${fields.map(([key, value]) => `  "${key}": ${value}`).join(',\n')}\n}\n`
}

/**
 * Reads a baseline file. Throws a UserError that names the file and a remedy if it is no baseline, truncated, damaged, of a
 * newer version, or if its figures don't match its histograms.
 */
export function parseBaseline(text: string, file: string): Baseline {
  const hint = 'restore it from version control, or make it anew: perfctl baseline update'
  return readFileShape(text, file, hint, (root) => {
    checkSchema(root, BASELINE_SCHEMA)
    const origin = {
      scenario: readScenarioIdentity(root.get('scenario')),
      environment: readRunEnvironment(root.get('environment')),
      startedAt: root.get('startedAt').text(),
      durationSeconds: root.get('durationSeconds').number(),
      warmupSeconds: root.get('warmupSeconds').number(),
      jobs: readJobs(root),
      ...root.get('target').or((target) => ({ target: readKeptTarget(target) }), {}),
    }
    if (origin.jobs.length === 0) throw new ShapeError('jobs is empty')
    const windows = root.get('windows').list().map(readWindows)
    const requests = root.get('requests').list()
    if (requests.length !== windows.length)
      throw new ShapeError('windows do not belong to requests, one each')
    const named = requests.map((shape, index) => ({
      name: shape.get('name').text(),
      kind: shape.get('kind').oneOf(KINDS),
      windows: windows[index]!,
    }))
    const baseline = assemble(origin, named)
    checkFigures(root.get('totals'), baseline.totals)
    requests.forEach((shape, index) => {
      checkFigures(shape, baseline.requests[index]!)
    })
    return baseline
  })
}

function writeTarget({ cpuPerRequest, memory }: MeasuredTarget) {
  return { cpuPerRequest: rounded(cpuPerRequest), memoryMax: memory?.max ?? null }
}

function readKeptTarget(shape: Shape): MeasuredTarget {
  const max = shape.get('memoryMax').or(number, null)
  return {
    cpuPerRequest: shape.get('cpuPerRequest').or(number, null),
    memory: max === null ? null : { max },
  }
}

const KINDS = ['request', 'step', 'journey'] as const

/** The figures for readers, to four digits. */
function figures({
  requests,
  failed,
  errorRate,
  throughput,
  requestRate,
  latency,
}: MeasuredTotals): Record<string, number | null> {
  return {
    requests,
    failed,
    errorRate: rounded(errorRate),
    throughput: rounded(throughput),
    requestRate: rounded(requestRate),
    p50: rounded(latency.p50),
    p95: rounded(latency.p95),
    p99: rounded(latency.p99),
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}

function formatJob({ environment, runs, capacity }: Job): string {
  const shown = runs.map(
    ({ startedAt, volatility, throughput, p95, p99, cpuPerRequest, memoryMax, setup, requests }) => {
      const whole = {
        throughput: writeFigure(throughput),
        p95: writeFigure(p95),
        p99: writeFigure(p99),
        ...(cpuPerRequest !== undefined && { cpuPerRequest: writeFigure(cpuPerRequest) }),
        ...(memoryMax !== undefined && { memoryMax }),
        ...(setup && { setup }),
      }
      const head = inline({ startedAt, volatility, ...whole })
      const rows = requests.map((request) => `        ${formatRequest(request)}`)
      return `      ${head.slice(0, -2)}, "requests": [\n${rows.join(',\n')}\n      ] }`
    },
  )
  const bounds = capacity?.map(({ lower, upper }) => [lower, upper])
  const found = bounds === undefined ? '' : `"capacity": ${JSON.stringify(bounds)}, `
  return `{ ${found}"environment": ${inline({ ...environment })}, "runs": [\n${shown.join(',\n')}\n    ] }`
}

function formatRequest({
  name,
  kind,
  requests,
  failed,
  worst,
  timings = [],
  cacheHitRate,
  parts,
  ...figures
}: RequestFigures): string {
  const failures = failed === 0 ? {} : { worst: [worst.requests, worst.failed] }
  const named = timings.map(({ name: timing, ...own }) => [timing, writeLatencies(own)])
  const serverTiming = named.length === 0 ? {} : { serverTiming: Object.fromEntries(named) }
  const cache = cacheHitRate === undefined ? {} : { cacheHitRate }
  return inline({
    name,
    kind,
    requests,
    failed,
    ...failures,
    ...writeLatencies(figures),
    ...serverTiming,
    ...cache,
    ...(parts && { parts }),
  })
}

function writeLatencies({ p50, p95, p99 }: Omit<TimingFigures, 'name'>) {
  return { p50: writeFigure(p50), p95: writeFigure(p95), p99: writeFigure(p99) }
}

/**
 * `[value, relative error]`, for a median also its error relative to the other requests; an object if requests were sent
 * late, or if there is a shortage instead.
 */
function writeFigure(figure: Figure | Shortage): unknown {
  if (isShortage(figure)) return figure
  const { value, error, besideError, late } = figure
  if (late !== undefined) return figure
  return [value, error, ...(besideError === undefined ? [] : [besideError])]
}

/** In files without `requestRate`, the throughput includes failed requests, which are taken out. */
function readJobs(root: Shape): Job[] {
  const jobs = root.get('jobs').list().map(readJob)
  if (root.get('totals').get('requestRate').exists) return jobs
  return jobs.map((job) => ({ ...job, runs: job.runs.map(withoutFailures) }))
}

function withoutFailures(run: RunFigures): RunFigures {
  const { throughput, requests } = run
  const sum = (key: 'requests' | 'failed') =>
    requests.filter(({ kind }) => kind !== 'journey').reduce((all, each) => all + each[key], 0)
  const failed = sum('failed')
  if (isShortage(throughput) || failed === 0) return run
  const share = 1 - failed / sum('requests')
  return { ...run, throughput: share === 0 ? NO_SUCCESS : { ...throughput, value: throughput.value * share } }
}

const NO_SUCCESS: Shortage = { needs: 1, had: 0, of: 'successful requests' }

function readJob(shape: Shape): Job {
  const runs = shape.get('runs').list().map(readRun)
  if (runs.length === 0) shape.get('runs').fail('a list of one run or more')
  return {
    environment: readRunEnvironment(shape.get('environment')),
    runs,
    ...shape.get('capacity').or((bounds) => ({ capacity: bounds.list().map(readBounds) }), {}),
  }
}

function readBounds(shape: Shape): CapacityBounds {
  const [lower, upper] = shape.list()
  if (lower === undefined || upper === undefined) return shape.fail('[lower, upper]')
  const bounds = { lower: lower.number(), upper: upper.or(number, null) }
  if (bounds.lower <= 0 || (bounds.upper !== null && bounds.upper < bounds.lower))
    return shape.fail('two bounds above 0, the lower one first')
  return bounds
}

function readRun(shape: Shape): RunFigures {
  return {
    startedAt: shape.get('startedAt').text(),
    volatility: shape.get('volatility').number(),
    throughput: readFigure(shape.get('throughput')),
    p95: readFigure(shape.get('p95')),
    p99: readFigure(shape.get('p99')),
    ...shape.get('cpuPerRequest').or((figure) => ({ cpuPerRequest: readFigure(figure) }), {}),
    ...shape.get('memoryMax').or((most) => ({ memoryMax: most.number() }), {}),
    requests: shape.get('requests').list().map(readRequestFigures),
    ...shape.get('setup').or((setup) => ({ setup: readSetup(setup) }), {}),
  }
}

function readSetup(shape: Shape): Setup {
  return { connections: shape.get('connections').number(), ms: shape.get('ms').number() }
}

function readParts(shape: Shape): Parts {
  return {
    latency: shape.get('latency').number(),
    error: shape.get('error').number(),
    firstByte: shape.get('firstByte').number(),
    body: shape.get('body').number(),
    bytes: shape.get('bytes').number(),
    retried: shape.get('retried').number(),
    timings: readNumbers(shape.get('timings')),
    statuses: readNumbers(shape.get('statuses')),
  }
}

function readNumbers(shape: Shape): Record<string, number> {
  return Object.fromEntries(Object.keys(shape.object()).map((name) => [name, shape.get(name).number()]))
}

function readRequestFigures(shape: Shape): RequestFigures {
  const [requests, failed] = shape.get('worst').or((pair) => pair.list(), [])
  return {
    name: shape.get('name').text(),
    kind: shape.get('kind').oneOf(KINDS),
    requests: shape.get('requests').count(),
    failed: shape.get('failed').count(),
    worst: { requests: requests?.count() ?? 0, failed: failed?.count() ?? 0 },
    ...readLatencies(shape),
    ...shape.get('serverTiming').or(readTimings, {}),
    ...shape.get('cacheHitRate').or((rate) => ({ cacheHitRate: rate.number() }), {}),
    ...shape.get('parts').or((parts) => ({ parts: readParts(parts) }), {}),
  }
}

function readTimings(shape: Shape): Pick<RequestFigures, 'timings'> {
  return {
    timings: Object.keys(shape.object()).map((name) => ({ name, ...readLatencies(shape.get(name)) })),
  }
}

function readLatencies(shape: Shape): Omit<TimingFigures, 'name'> {
  return {
    p50: readFigure(shape.get('p50')),
    p95: readFigure(shape.get('p95')),
    p99: readFigure(shape.get('p99')),
  }
}

function readFigure(shape: Shape): Figure | Shortage {
  if (Array.isArray(shape.value)) {
    const [value, ...errors] = shape.list().map((each) => each.number())
    const [error, besideError] = errors
    if (value === undefined || value <= 0 || error === undefined || errors.some((each) => each < 0))
      return shape.fail('[value, error]')
    return { value, error, ...(besideError !== undefined && { besideError }) }
  }
  if (shape.get('value').exists) {
    const [value, error, late] = (['value', 'error', 'late'] as const).map((key) => shape.get(key).number())
    const besideError = shape.get('besideError').exists ? shape.get('besideError').number() : undefined
    if (value! <= 0 || Math.min(error!, late!, besideError ?? 0) < 0)
      return shape.fail('a value above 0, with errors of 0 or more')
    return { value: value!, error: error!, late: late!, ...(besideError !== undefined && { besideError }) }
  }
  return {
    needs: shape.get('needs').count(),
    had: shape.get('had').count(),
    of: shape.get('of').oneOf(['windows', 'successful requests']),
  }
}

/** Figures that were edited by hand or badly merged would be shown, but verdicts wouldn't use them. */
function checkFigures(shape: Shape, actual: MeasuredTotals): void {
  const { requestRate, ...wantedFigures } = figures(actual)
  const isOld = !shape.get('requestRate').exists
  const all = isOld ? { ...wantedFigures, throughput: requestRate! } : { ...wantedFigures, requestRate }
  for (const [key, wanted] of Object.entries(all)) {
    const given = shape.get(key).or(number, null)
    const isNear =
      given === wanted || Math.abs((given ?? Number.NaN) - (wanted ?? Number.NaN)) <= 0.001 * (wanted ?? 0)
    if (!isNear) {
      throw new ShapeError(
        `${shape.get(key).path} is ${given}, but the histograms say ${wanted}; edited by hand, or badly merged?`,
      )
    }
  }
}

function formatWindows({ name, windows }: MeasuredRequest): string {
  const rows = windows.map(({ start, duration, requests, failed, histogram }) => {
    return `      ${JSON.stringify([start, duration, requests, failed, histogram])}`
  })
  return `{ "request": ${JSON.stringify(name)}, "seconds": [\n${rows.join(',\n')}\n    ] }`
}

function readWindows(shape: Shape): Window[] {
  return shape.get('seconds').or(list(readRow), [])
}

function readRow(row: Shape): Window {
  const fields = row.list()
  if (fields.length < 5) return row.fail('[start, duration, requests, failed, histogram]')
  const [start, duration, requests, failed, histogram] = fields as [Shape, Shape, Shape, Shape, Shape]
  return readWindow({ start, duration, requests, failed, histogram })
}

function lines(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${item}`).join(',\n')}\n  ]`
}

function inline(object: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(object).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return `{ ${fields.join(', ')} }`
}
