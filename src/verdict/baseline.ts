/**
 * The baseline, `perfctl/baseline@1`: what a run is held against. A file of the repository, made to be read in a
 * diff: the figures first, then where they come from, then the windows that the verdict needs, one on a line.
 */
import { userError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import { checkSchema, list, number, readFileShape, type Shape, ShapeError } from '../base/shape.js'
import { readRunEnvironment, readScenarioIdentity } from '../stats/read.js'
import type { Result, Window } from '../stats/result.js'
import { summarize } from '../stats/summary.js'
import { poolWindows, readWindow } from '../stats/window.js'
import type { MeasuredRequest, MeasuredTotals, Measurement } from './measurement.js'

/** What a baseline file says it is. */
export const BASELINE_SCHEMA = 'perfctl/baseline@1'

/** A baseline in memory: a measurement, and how it came to be the truth. */
export interface Baseline extends Measurement {
  readonly schema: typeof BASELINE_SCHEMA
  readonly warmupSeconds: number
  /** How many accepted runs it was made of. */
  readonly runs: number
}

/**
 * The baseline that a run makes. Everything in it is worked out from the run's windows, so that the file's figures
 * and histograms can't disagree. Throws a UserError for a run that must not become the truth: interrupted,
 * failed, measured by a saturated generator, or without a successful request.
 */
export function makeBaseline(result: Result): Baseline {
  const obstacle = findObstacle(result)
  if (obstacle !== null) {
    throw userError(
      `no baseline was made of "${printable(result.scenario.name)}": ${obstacle.what}`,
      obstacle.hint,
    )
  }
  const { scenario, startedAt, durationSeconds, warmupSeconds, environment } = result
  const requests = result.requests.filter(({ windows }) => windows.length > 0)
  return assemble({ scenario, startedAt, durationSeconds, warmupSeconds, environment, runs: 1 }, requests)
}

/** The file's text. Equal baselines give equal texts. */
export function formatBaseline(baseline: Baseline): string {
  const { scenario, environment, startedAt, durationSeconds, warmupSeconds, runs, totals, requests } =
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
    ['scenario', inline({ ...scenario })],
    ['environment', inline({ ...environment })],
    ['startedAt', JSON.stringify(startedAt)],
    ['durationSeconds', String(durationSeconds)],
    ['warmupSeconds', String(warmupSeconds)],
    ['runs', String(runs)],
    ['windows', lines(requests.map((request) => formatWindows(request)))],
  ]
  return `{\n${fields.map(([key, value]) => `  "${key}": ${value}`).join(',\n')}\n}\n`
}

/**
 * Reads a baseline file. Throws a UserError that names the file and what to do when it is no baseline, cut off,
 * damaged, of a newer version, or when its figures don't agree with its histograms.
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
      runs: root.get('runs').count(),
    }
    const windows = root.get('windows').list().map(readWindows)
    const requests = root.get('requests').list()
    if (requests.length !== windows.length)
      throw new ShapeError('windows do not belong to requests, one each')
    const named = requests.map((shape, index) => ({
      name: shape.get('name').text(),
      kind: shape.get('kind').oneOf(['request', 'step', 'journey']),
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

type Origin = Pick<
  Baseline,
  'scenario' | 'startedAt' | 'durationSeconds' | 'warmupSeconds' | 'environment' | 'runs'
>

function assemble(
  origin: Origin,
  parts: readonly Pick<MeasuredRequest, 'name' | 'kind' | 'windows'>[],
): Baseline {
  const { durationSeconds } = origin
  const sent = parts.filter(({ kind }) => kind !== 'journey')
  return {
    schema: BASELINE_SCHEMA,
    ...origin,
    interrupted: false,
    generator: { saturated: false, reasons: [] },
    totals: sumUp(
      sent.flatMap(({ windows }) => windows),
      durationSeconds,
    ),
    requests: parts.map(({ name, kind, windows }) => ({
      name,
      kind,
      windows,
      ...sumUp(windows, durationSeconds),
    })),
  }
}

function sumUp(windows: readonly Window[], seconds: number): MeasuredTotals {
  const requests = windows.reduce((sum, window) => sum + window.requests, 0)
  const failed = windows.reduce((sum, window) => sum + window.failed, 0)
  return {
    requests,
    failed,
    errorRate: requests === 0 ? 0 : failed / requests,
    throughput: seconds > 0 ? requests / seconds : 0,
    latency: summarize(poolWindows(windows)),
  }
}

function findObstacle({ interrupted, verdict, generator, totals, requests }: Result) {
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
  if (requests.every(({ windows }) => windows.length === 0)) {
    return { what: 'the result has no windows, which a verdict is made from', hint: null }
  }
  return null
}

/** The figures for readers: three or four digits tell all that is known, and a diff shows what changed. */
function figures({
  requests,
  failed,
  errorRate,
  throughput,
  latency,
}: MeasuredTotals): Record<string, number | null> {
  return {
    requests,
    failed,
    errorRate: rounded(errorRate),
    throughput: rounded(throughput),
    p50: rounded(latency.p50),
    p95: rounded(latency.p95),
    p99: rounded(latency.p99),
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}

/** Figures changed by hand, or by a merge that took each side's half, would be shown and not be what judges. */
function checkFigures(shape: Shape, actual: MeasuredTotals): void {
  for (const [key, wanted] of Object.entries(figures(actual))) {
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
