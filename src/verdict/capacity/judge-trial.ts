/**
 * Whether a service carried a load: the judgment of one trial. Pure.
 */
import type { Threshold } from '../../scenario/model/scenario.js'
import type { Miss } from '../../stats/capacity.js'
import { mean, studentT } from '../../stats/math.js'
import { findMetric } from '../../stats/metrics.js'
import type { GeneratorHealth, RequestResult, Totals } from '../../stats/result.js'
import { percentileMs } from '../../stats/summary.js'
import { isMet, judgeThresholds } from '../thresholds.js'

/** What was measured in a trial. */
export interface TrialFigures {
  readonly seconds: number
  readonly totals: Totals
  readonly requests: readonly RequestResult[]
  readonly generator: GeneratorHealth
  /** Unfinished iterations at the start of the trial and at the end of each second; null for a closed load, which has no backlog. */
  readonly backlog: readonly number[] | null
}

/** What a trial says. */
export interface TrialVerdict {
  /** Successful iterations per second. */
  readonly carried: number
  readonly missed: readonly Miss[]
  /** It missed, but perfctl was or may have been the limit. */
  readonly isUnsure: boolean
}

/** Judges a trial by the limits, and by whether the service kept up. */
export function judgeTrial(slo: readonly Threshold[], figures: TrialFigures): TrialVerdict {
  const { totals, requests, generator, seconds } = figures
  const unmet = judgeThresholds(slo, totals, requests, generator.lateFrom).flatMap((result, index) =>
    result.passed ? [] : [{ result, threshold: slo[index]! }],
  )
  const { finished, failed } = countIterations(requests)
  // A limit on what nothing was measured of is missed, but that follows from the others.
  const describe = (isMeasured: boolean) =>
    unmet.flatMap(({ result, threshold }) =>
      (result.actual !== null) === isMeasured ? [describeMiss(threshold, figures)] : [],
    )
  const isSilent = requests.every(({ kind, requests: count }) => kind === 'journey' || count === 0)
  const arrears = isSilent && hasSent(figures) ? [UNFINISHED] : listArrears(figures, finished)
  const missed = [...describe(true), ...arrears, ...describe(false)]
  // Whatever is sent or read half a median late isn't the service's arrears.
  const isHeldUp = generator.lateFrom === 50 && totals.dropped === 0
  const isLate =
    arrears[0] !== UNFINISHED &&
    (missed.length === unmet.length || isHeldUp) &&
    unmet.every(({ result }) => result.inDoubt === true)
  return {
    carried: (finished - failed) / seconds,
    missed,
    isUnsure: missed.length > 0 && (generator.saturated || isLate),
  }
}

/** A trial that goes on. */
export interface TrialSoFar extends Pick<TrialFigures, 'totals' | 'requests'> {
  /** How many iterations can end in the whole trial, as far as is known. */
  readonly iterations: number
}

/** Arrivals vary, so a trial may have more of them than expected. */
const MORE = 1.1

/**
 * Whether a trial can't meet its limits any more, even if all that is to come is fast and succeeds. Only limits on errors and
 * on percentiles can tell.
 */
export function isSurelyMissed(
  slo: readonly Threshold[],
  { totals, requests, iterations }: TrialSoFar,
): boolean {
  const { finished } = countIterations(requests)
  if (finished === 0) return false
  const growth = Math.max(1, (MORE * iterations) / finished)
  return slo.some((threshold) => {
    const { request, operator } = threshold
    const measured = request === null ? totals : requests.find(({ name }) => name === request)
    if (measured === undefined || !operator.startsWith('<')) return false
    const least = leastOf(threshold.metric, measured, growth)
    return least !== null && !isMet(threshold, least)
  })
}

const PERCENTILES: Readonly<Record<string, number>> = {
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
}

/** What a metric comes to if the rest, of which there will be `growth` times as much in all, is as good as can be. */
function leastOf(metric: string, { errorRate, latency }: Totals, growth: number): number | null {
  if (metric === 'error_rate') return errorRate / growth
  const percent = PERCENTILES[metric]
  if (percent === undefined || latency.histogram === null) return null
  const beyond = (100 - percent) * growth
  return beyond >= 100 ? null : percentileMs(latency.histogram, 100 - beyond)
}

const UNFINISHED: Miss = { why: 'unfinished' }

/** Whether anything was in progress: users of a closed load always are, if they don't pause. */
function hasSent({ backlog, totals }: TrialFigures): boolean {
  return backlog === null || totals.dropped > 0 || backlog.some((count) => count > 0)
}

/** The share of what arrived that has to be completed. */
const CARRIED_LEAST = 0.97

/** What shows that the service didn't keep up. */
function listArrears({ totals, backlog, seconds }: TrialFigures, finished: number): Miss[] {
  const arrears: Miss[] = totals.dropped > 0 ? [{ why: 'dropped' }] : []
  if (backlog === null) return arrears
  const [before, after] = [backlog[0]!, backlog.at(-1)!]
  const arrived = finished + after - before + totals.dropped
  // What is in flight at a moment varies by itself.
  const chance = Math.sqrt(before + after + 1)
  if (arrived - finished - chance > (1 - CARRIED_LEAST) * arrived) arrears.push({ why: 'carried' })
  else if (isGrowing(backlog, arrived / seconds)) arrears.push({ why: 'backlog' })
  return arrears
}

/** Fewer points show no trend. */
const POINTS_LEAST = 5
/** The confidence that a backlog grows. */
const ALPHA = 0.05
/** Slower growth, as a share of the arrivals, is within what a service that keeps up shows. */
const GROWTH_LEAST = 0.01

/**
 * Whether the number of unfinished iterations grows: the slope of its least-squares line is above 0 with 95 % confidence,
 * and above 1 % of the arrivals. `points` are a second apart.
 */
export function isGrowing(points: readonly number[], arrivalsPerSecond: number): boolean {
  const count = points.length
  if (count < POINTS_LEAST) return false
  const middle = (count - 1) / 2
  const level = mean(points)
  const spread = points.reduce((sum, _, x) => sum + (x - middle) ** 2, 0)
  const slope = points.reduce((sum, y, x) => sum + (x - middle) * (y - level), 0) / spread
  const rest = points.reduce((sum, y, x) => sum + (y - level - slope * (x - middle)) ** 2, 0)
  const error = Math.sqrt(rest / (count - 2) / spread)
  return slope > GROWTH_LEAST * arrivalsPerSecond && slope > studentT(ALPHA, count - 2) * error
}

/** Iterations are single requests and whole journeys; steps are parts of one, and the setup of a user belongs to none. */
function countIterations(requests: readonly RequestResult[]): { finished: number; failed: number } {
  const whole = requests.filter(({ kind, phase }) => kind !== 'step' && phase === undefined)
  return {
    finished: whole.reduce((sum, { requests: count }) => sum + count, 0),
    failed: whole.reduce((sum, { failed }) => sum + failed, 0),
  }
}

function describeMiss(threshold: Threshold, { totals, requests }: TrialFigures): Miss {
  const { expression, metric } = threshold
  const request = threshold.request ?? findWorst(threshold, requests)
  const failures = requests.find(({ name }) => name === request) ?? totals
  const status = metric === 'error_rate' ? mostFrequentFailure(failures) : null
  return {
    why: 'threshold',
    expression,
    metric,
    ...(request !== null && { request }),
    ...(status !== null && { status }),
  }
}

/** The request that is furthest beyond a limit of all of them; null if there is only one. */
function findWorst(threshold: Threshold, requests: readonly RequestResult[]): string | null {
  const sent = requests.filter(({ kind }) => kind !== 'journey')
  if (sent.length < 2) return null
  const read = findMetric(threshold.metric)!.read
  const beyond = sent.flatMap((request) => {
    const value = read(request)
    return value === null || isMet(threshold, value) ? [] : [{ name: request.name, value }]
  })
  const sign = threshold.operator.startsWith('<') ? 1 : -1
  return beyond.sort((a, b) => sign * (b.value - a.value))[0]?.name ?? null
}

function mostFrequentFailure({ statuses, failed }: Pick<Totals, 'statuses' | 'failed'>): number | null {
  const failing = Object.entries(statuses).filter(([status]) => Number(status) >= 400)
  const [first] = failing.sort((a, b) => b[1] - a[1])
  return first !== undefined && 2 * first[1] >= failed ? Number(first[0]) : null
}

/** What most trials at a load missed; null if none missed anything. */
export function mostOftenMissed(trials: readonly { readonly missed: readonly Miss[] }[]): Miss | null {
  const counted = new Map<string, { readonly miss: Miss; count: number }>()
  for (const miss of trials.flatMap(({ missed }) => missed)) {
    const key = `${miss.why} ${miss.expression}`
    const known = counted.get(key)
    if (known === undefined) counted.set(key, { miss, count: 1 })
    else known.count++
  }
  // The first of equals: limits come before what follows from them.
  return [...counted.values()].sort((a, b) => b.count - a.count)[0]?.miss ?? null
}
