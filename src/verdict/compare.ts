/**
 * The comparison of two measurements: which requests and metrics are judged, against which limits, and what the
 * single judgements come to. How one metric is judged is the business of `judges/`.
 */
import { userError } from '../base/errors.js'
import { printable } from '../base/printable.js'
import type { Tolerance } from '../scenario/scenario.js'
import type { Comparison, ComparisonVerdict, MetricComparison } from '../stats/result.js'
import { differences } from './environment.js'
import { changeOf, type Judge, type JudgedMetric, type Judgement, type Question } from './judge.js'
import { bootstrap } from './judges/bootstrap.js'
import { isArrivalRate, type MeasuredRequest, type Measurement } from './measurement.js'
import { requestSeries, runSeries } from './series.js'

export interface CompareOptions {
  /** What the reference is called in the comparison and in messages: its file. */
  readonly baseline: string
  readonly tolerance: Tolerance
  /** Smaller absolute differences of a latency are never a regression. */
  readonly minDeltaMs: number
  /** Judges as usual although the machines differ. */
  readonly allowEnvironment: boolean
}

/** The limits where a scenario doesn't set its own. */
export const COMPARE_DEFAULTS: CompareOptions = {
  baseline: 'the reference',
  tolerance: { p50: 0.1, p95: 0.15, p99: 0.25, throughput: 0.1, errorRate: 0.01 },
  minDeltaMs: 1,
  allowEnvironment: false,
}

/**
 * Whether `candidate` is worse than `reference`: for each request its latencies and error rate, for the whole run
 * the throughput. Rows come worst first. Pure and deterministic: the same two measurements give the same comparison,
 * byte for byte. Throws a UserError when the two were measured with different scenarios or loads.
 */
export function compare(
  reference: Measurement,
  candidate: Measurement,
  options: Partial<CompareOptions> = {},
): Comparison {
  const settings = { ...COMPARE_DEFAULTS, ...options }
  refuseOtherScenario(reference, candidate, settings.baseline)
  const doubts = findDoubts(reference, candidate, settings)
  const rows = judgeAll(reference, candidate, settings, bootstrap)
  const verdict = doubts.length > 0 ? 'inconclusive' : overall(rows)
  const shown = doubts.length > 0 ? rows.map(withoutColour) : rows
  return {
    baseline: settings.baseline,
    verdict,
    metrics: shown.sort((a, b) => badness(b) - badness(a)).map(({ comparison }) => comparison),
    notes: [...doubts, ...remarks(reference, candidate, rows, verdict)],
  }
}

/** One line of the comparison, with what `overall` and the order of the lines need beside it. */
interface Row {
  readonly comparison: MetricComparison
  readonly lack: Judgement['lack']
  /** The verdict of the judge, which `withoutColour` takes from the comparison. */
  readonly verdict: MetricComparison['verdict']
}

/** What has to agree before two measurements are held against each other. */
export interface Comparable {
  readonly scenario: Pick<Measurement['scenario'], 'name' | 'hash' | 'load'>
  readonly requests: readonly { readonly name: string }[]
}

/**
 * Throws a UserError when the two are of different scenarios or loads, with the difference: a comparison would be
 * meaningless. Requests that were added or taken out are no obstacle; they are shown as new and missing.
 */
export function refuseOtherScenario(reference: Comparable, candidate: Comparable, name: string): void {
  const [before, after] = [reference.scenario, candidate.scenario]
  if (before.hash === after.hash || before.hash === '' || after.hash === '') return
  const isSameLoad = before.name === after.name && before.load === after.load
  if (isSameLoad && haveOtherRequests(reference, candidate)) return
  const difference =
    before.name !== after.name
      ? `scenario "${printable(before.name)}" there, "${printable(after.name)}" here`
      : before.load !== after.load
        ? `load "${printable(before.load)}" there, "${printable(after.load)}" here`
        : `the same load, but other requests or data (${short(before.hash)} there, ${short(after.hash)} here)`
  throw userError(
    `${name} was measured with another scenario: ${difference}`,
    'run it as it was, or make a new baseline (perfctl baseline update), or leave it out (--no-baseline)',
  )
}

function haveOtherRequests(a: Comparable, b: Comparable): boolean {
  const names = (of: Comparable) => of.requests.map((request) => request.name).sort()
  return names(a).join('\n') !== names(b).join('\n')
}

function short(hash: string): string {
  return printable(hash.replace(/^sha256:/, '').slice(0, 12))
}

/** Why the two can't be held against each other fairly, in sentences; each makes the comparison inconclusive. */
function findDoubts(reference: Measurement, candidate: Measurement, options: CompareOptions): string[] {
  const doubts: string[] = []
  const unlike = differences(reference.environment, candidate.environment)
  if (unlike.length > 0 && !options.allowEnvironment) {
    doubts.push(
      `measured in another environment than ${options.baseline}: ${unlike.join(', ')}; make a baseline on this machine`,
    )
  }
  for (const [measurement, name] of [
    [reference, options.baseline],
    [candidate, 'this run'],
  ] as const) {
    const { saturated, reasons } = measurement.generator
    if (saturated)
      doubts.push(`the load generator was the bottleneck in ${name}: ${reasons.join('; ') || 'saturated'}`)
    if (measurement.interrupted) doubts.push(`${name} was interrupted before its end`)
  }
  return doubts
}

function judgeAll(
  reference: Measurement,
  candidate: Measurement,
  options: CompareOptions,
  judge: Judge,
): Row[] {
  const before = new Map(reference.requests.map((request) => [request.name, request]))
  const after = new Map(candidate.requests.map((request) => [request.name, request]))
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const rows = names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    if (isEmpty(old) && isEmpty(now)) return []
    if (isEmpty(old) || isEmpty(now)) return [oneSided(name, old, now)]
    const questions = askAbout(old, now, options)
    const judgements = judge(requestSeries(reference, name), requestSeries(candidate, name), questions)
    return questions.map((question, index) => makeRow(name, question, judgements[index]!))
  })
  if (isArrivalRate(candidate.scenario.load)) return rows
  const question = {
    metric: 'throughput' as const,
    baseline: reference.totals.throughput,
    current: candidate.totals.throughput,
    tolerance: options.tolerance.throughput,
    minDelta: 0,
  }
  return [...rows, makeRow(null, question, judge(runSeries(reference), runSeries(candidate), [question])[0]!)]
}

function isEmpty(request: MeasuredRequest | undefined): request is undefined {
  return request === undefined || request.requests === 0
}

/** A request that only one side sent: gone is a regression (a vanished endpoint must not be green), new is not. */
function oneSided(name: string, old: MeasuredRequest | undefined, now: MeasuredRequest | undefined): Row {
  const verdict = old !== undefined && old.requests > 0 ? 'missing' : 'new'
  const comparison: MetricComparison = {
    request: name,
    metric: 'requests',
    baseline: old?.requests ?? null,
    current: now?.requests ?? null,
    change: null,
    interval: null,
    tolerance: 0,
    verdict,
    reason: verdict === 'missing' ? 'was never finished in this run' : 'is not in the baseline yet',
  }
  return { comparison, lack: null, verdict }
}

function askAbout(old: MeasuredRequest, now: MeasuredRequest, options: CompareOptions): Question[] {
  const { tolerance, minDeltaMs } = options
  const latencies = (['p50', 'p95', 'p99'] as const).map((metric) => ({
    metric,
    baseline: old.latency[metric],
    current: now.latency[metric],
    tolerance: tolerance[metric],
    minDelta: minDeltaMs,
  }))
  const errors = {
    metric: 'error_rate' as const,
    baseline: old.errorRate,
    current: now.errorRate,
    tolerance: tolerance.errorRate,
    minDelta: 0,
  }
  return [...latencies, errors]
}

function makeRow(request: string | null, question: Question, judgement: Judgement): Row {
  const { metric, baseline, current, tolerance } = question
  const { interval, verdict, reason, lack } = judgement
  const change = changeOf(metric, baseline, current)
  return {
    comparison: { request, metric, baseline, current, change, interval, tolerance, verdict, reason },
    lack,
    verdict,
  }
}

/** The row of a comparison that can't be trusted: what the figures would have meant moves into the reason. */
function withoutColour(row: Row): Row {
  if (row.verdict === 'new' || row.verdict === 'missing' || row.verdict === 'inconclusive') return row
  const reason = `would be ${row.verdict}, but see the notes`
  return { ...row, comparison: { ...row.comparison, verdict: 'inconclusive', reason } }
}

/**
 * The verdict of all rows. Too few samples for a high percentile is no reason to doubt the whole run, nor is a noisy
 * p99; a request none of whose latencies could be judged is, and so is noise that hides the others.
 */
function overall(rows: readonly Row[]): ComparisonVerdict {
  if (rows.some(({ verdict }) => verdict === 'regressed' || verdict === 'missing')) return 'regressed'
  if (rows.some(isTooNoisy) || unjudged(rows).length > 0 || !rows.some(isJudged)) return 'inconclusive'
  return rows.some(({ verdict }) => verdict === 'improved') ? 'improved' : 'passed'
}

function isTooNoisy({ lack, comparison }: Row): boolean {
  return lack === 'precision' && comparison.metric !== 'p99'
}

function isJudged({ verdict }: Row): boolean {
  return verdict === 'passed' || verdict === 'improved' || verdict === 'regressed'
}

/** The requests on both sides of which no latency could be judged. */
function unjudged(rows: readonly Row[]): readonly string[] {
  const latencies = rows.filter(({ comparison }) => LATENCIES.has(comparison.metric))
  const names = new Set(latencies.map(({ comparison }) => comparison.request!))
  for (const row of latencies) if (isJudged(row)) names.delete(row.comparison.request!)
  return [...names]
}

const LATENCIES: ReadonlySet<string> = new Set<JudgedMetric>(['p50', 'p95', 'p99'])

function remarks(
  reference: Measurement,
  candidate: Measurement,
  rows: readonly Row[],
  verdict: ComparisonVerdict,
): string[] {
  const notes: string[] = []
  if (isArrivalRate(candidate.scenario.load)) {
    notes.push('throughput is not compared: the load is a rate of arrivals, whatever the service does')
  }
  if (reference.scenario.hash === '' || candidate.scenario.hash === '') {
    notes.push('one side has no scenario hash: whether both were given the same load is not known')
  }
  const names = unjudged(rows)
  if (names.length > 0) {
    const list = names.map((name) => `"${printable(name)}"`).join(', ')
    notes.push(`no latency of ${list} could be judged; a longer run would settle it`)
  }
  if (verdict === 'inconclusive' && rows.some(isTooNoisy)) {
    notes.push('the runs vary too much to tell; a longer run or a quieter machine would settle it')
  }
  return notes
}

const SEVERITY: Readonly<Record<MetricComparison['verdict'], number>> = {
  missing: 5,
  regressed: 4,
  inconclusive: 3,
  improved: 2,
  passed: 1,
  new: 0,
}

/** Larger is worse: the kind of verdict first, then how many tolerances the metric got worse. */
function badness({ comparison, verdict }: Row): number {
  const worse = (comparison.change ?? 0) * (comparison.metric === 'throughput' ? -1 : 1)
  const tolerances = worse / Math.max(comparison.tolerance, 0.001)
  return SEVERITY[verdict] * 1e6 + Math.max(-4e5, Math.min(4e5, tolerances))
}
