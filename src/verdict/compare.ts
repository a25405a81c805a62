/**
 * The comparison of two measurements: which requests and metrics are judged, against which limits, and what the
 * single judgements come to. How a metric is judged is the business of `stored.ts` and `judges/`.
 */
import { BASELINE_DEFAULTS, type Tolerance } from '../scenario/model/scenario.js'
import type { Comparison, ComparisonVerdict, MetricComparison, Why } from '../stats/comparison.js'
import { type Judged, judgeStored, type Limits } from './baseline-rule.js'
import { describeSpeed, findDoubts, refuseOtherScenario } from './comparable.js'
import { comparisonNotes, quote } from './comparison-notes.js'
import { allSettled } from './decisive.js'
import { differences } from './environment.js'
import { makeJob } from './job.js'
import type { Job } from './job-figures.js'
import { changeOf, type JudgedMetric } from './judge.js'
import { basisOf, type SpeedBasis } from './machine-speed.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import { isDead } from './never-succeeded.js'
import type { Row } from './row.js'
import { judgeSides, makeSides } from './session.js'
import { takeBackByDeath, takeBackImproved } from './survivors.js'

/** The limits of a comparison, and what it may overlook. */
export interface CompareOptions {
  /** What the reference is called in the comparison and in messages: its file. */
  readonly baseline: string
  readonly tolerance: Tolerance
  /** Smaller absolute differences of a latency are never a regression. */
  readonly minDeltaMs: number
  /** Judges as usual although the machines differ. */
  readonly allowEnvironment: boolean
  /** A request that is gone is shown, and is no regression. */
  readonly allowMissing: boolean
}

/** The limits where a scenario doesn't set its own. */
export const COMPARE_DEFAULTS: CompareOptions = {
  baseline: 'the reference',
  ...BASELINE_DEFAULTS,
  allowEnvironment: false,
  allowMissing: false,
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
  const isInTurns = isSession(reference, candidate)
  const job = newestJob(candidate)
  const basis = isInTurns ? null : basisOf(likeJobs(reference, job), job)
  const speed = basis?.speed ?? null
  const doubts = [
    ...findDoubts(reference, candidate, settings),
    ...(speed === null ? [] : [describeSpeed(speed, settings.baseline)]),
  ]
  const dead = listDead(candidate)
  const referenceNeverSucceeded = isInTurns ? listDead(reference).bad : []
  const rows = [
    ...oneSidedRows(reference, candidate),
    ...judgeBoth(reference, candidate, { limits: settings, basis, job }).flatMap((judged) =>
      rowsOf(judged, reference, candidate),
    ),
  ]
    .map((row) => takeBackImproved(row, { reference, candidate }))
    .map((row) => takeBackByDeath(row, referenceNeverSucceeded))
  const silent = [...new Set([...dead.bad, ...referenceNeverSucceeded])]
  // What fails every time has no latency to be judged, however long the run.
  const isDeaf = ({ request }: MetricComparison) =>
    request !== null && (silent.includes(request) || dead.meant.includes(request))
  const decisive = rows.filter(({ comparison }) => comparison.decisive === true && !isDeaf(comparison))
  const shown = doubts[0] === undefined ? rows : rows.map((row) => withoutColor(row, doubts[0]!.why))
  const verdict = overall(shown, decisive, {
    allowMissing: settings.allowMissing,
    isOpen: silent.length > 0,
    isDoubtful: doubts.length > 0,
  })
  return {
    baseline: settings.baseline,
    verdict,
    metrics: shown.sort((a, b) => badness(b) - badness(a)).map(({ comparison }) => comparison),
    notes: [
      ...doubts.map(({ text }) => text),
      ...describeDeath(dead.bad, ', so nothing is known of how fast that is'),
      ...describeDeath(referenceNeverSucceeded, ' on side a, so there is nothing to hold side b against'),
      ...comparisonNotes(
        { reference, candidate },
        { rows: shown, decisive },
        {
          verdict,
          limits: settings,
          isSession: isInTurns,
        },
      ),
    ],
    detectable: worstDetectable(decisive),
    ...(isInTurns && { inTurns: true }),
    ...(referenceNeverSucceeded.length > 0 && { referenceNeverSucceeded }),
  }
}

function describeDeath(names: readonly string[], consequence: string): string[] {
  return names.length === 0 ? [] : [`no try of ${quote(names)} succeeded${consequence}`]
}

/** The requests of which every try failed: those that must not, and those that a threshold allows to. */
function listDead({ requests, neverSucceeded }: Measurement) {
  const names = requests.filter(isDead).map(({ name }) => name)
  const bad = neverSucceeded ?? names
  return { bad, meant: names.filter((name) => !bad.includes(name)) }
}

/** The smallest change that would have shown in any of the lines that the verdict rests on, by metric. */
function worstDetectable(rows: readonly Row[]): NonNullable<Comparison['detectable']> {
  const worst = (metric: JudgedMetric): number | null => {
    const own = rows.filter(({ comparison }) => comparison.metric === metric)
    const known = own.flatMap(({ comparison }) => comparison.detectable ?? [])
    return known.length === 0 ? null : Math.max(...known)
  }
  return { p50: worst('p50'), p95: worst('p95'), p99: worst('p99'), throughput: worst('throughput') }
}

function judgeBoth(
  reference: Measurement,
  candidate: Measurement,
  { limits, basis, job }: { readonly limits: Limits; readonly basis: SpeedBasis | null; readonly job: Job },
): Judged[] {
  const sent = new Map(candidate.requests.map((request) => [request.name, request]))
  const both = reference.requests.filter((old) => !isEmpty(old) && !isEmpty(sent.get(old.name)))
  const withThroughput = candidate.scenario.model === 'closed'
  if (basis === null) {
    const names = both.map(({ name }) => name)
    const sides = makeSides(reference, candidate, { names, withThroughput })
    const { looks, maxSeconds } = candidate.session!
    return judgeSides(sides, { limits, looks, maxSeconds })
  }
  const count = ({ requests }: Measurement) => requests.filter((request) => !isEmpty(request)).length
  return judgeStored(
    basis.jobs,
    job,
    both.map(({ name }) => sent.get(name)!),
    {
      limits,
      withThroughput,
      withMix: both.length === count(reference) && both.length === count(candidate),
      isOtherSpeed: basis.speed !== null,
    },
  )
}

/** Whether the two are the sides of one `ab` session. */
function isSession({ session: a }: Measurement, { session: b }: Measurement): boolean {
  return Boolean(a && b && a.id === b.id && a.side !== b.side)
}

function newestJob(measurement: Measurement): Job {
  return measurement.jobs?.at(-1) ?? makeJob(measurement)
}

/** The accepted jobs of machines like this one; all, when there is none. */
function likeJobs(reference: Measurement, job: Job): readonly Job[] {
  const jobs = reference.jobs ?? [makeJob(reference)]
  const like = jobs.filter(({ environment }) => differences(environment, job.environment).length === 0)
  return like.length > 0 ? like : jobs
}

function rowsOf(
  { request, pooled, judgements }: Judged,
  reference: Measurement,
  candidate: Measurement,
): Row[] {
  return judgements.map(({ why, metric, needs, had, remedy, ...judged }) => {
    // What can't be judged is shown nevertheless, as the runs as a whole had it.
    const isKnown = judged.baseline !== null && judged.current !== null
    const before = isKnown ? judged.baseline : figureOf(reference, request, metric)
    const after = isKnown ? judged.current : figureOf(candidate, request, metric)
    const { interval, detectable, tolerance, decisive, verdict, reason } = judged
    // Several requests as one have a change, and no figure of their own.
    const [baseline, current] = pooled === undefined ? [before, after] : [null, null]
    const comparison = {
      request,
      ...(pooled !== undefined && { pooled }),
      metric,
      baseline,
      current,
      change: changeOf(metric, before, after),
      interval,
      detectable,
      tolerance,
      decisive,
      verdict,
      reason,
      ...(why !== null && { why }),
      ...(needs !== undefined && { needs, had }),
    }
    return { comparison, why, verdict, remedy }
  })
}

function figureOf(
  { totals, requests }: Measurement,
  name: string | null,
  metric: JudgedMetric,
): number | null {
  const measured = name === null ? totals : requests.find((request) => request.name === name)
  if (measured === undefined || metric === 'error_rate' || metric === 'stalls') return null
  return metric === 'throughput' ? measured.throughput : measured.latency[metric]
}

function oneSidedRows(reference: Measurement, candidate: Measurement): Row[] {
  const before = new Map(reference.requests.map((request) => [request.name, request]))
  const after = new Map(candidate.requests.map((request) => [request.name, request]))
  const names = [...new Set([...before.keys(), ...after.keys()])]
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    return isEmpty(old) === isEmpty(now) ? [] : [oneSided(name, old, now)]
  })
}

function isEmpty(request: MeasuredRequest | undefined): request is undefined {
  return request === undefined || request.requests === 0
}

/** Fewer may all have come in one of two like runs by chance, at 7 with less than 1 %: steps of a rare condition do. */
const MISSED_MIN = 7

/** A request that only one side sent: gone is a regression (a vanished endpoint must not be green), new is not. */
function oneSided(name: string, old: MeasuredRequest | undefined, now: MeasuredRequest | undefined): Row {
  const verdict = isEmpty(old) ? 'new' : old.requests < MISSED_MIN ? 'inconclusive' : 'missing'
  const comparison: MetricComparison = {
    request: name,
    metric: 'requests',
    baseline: old?.requests ?? null,
    current: now?.requests ?? null,
    change: null,
    interval: null,
    detectable: null,
    tolerance: 0,
    verdict,
    reason: ONE_SIDED[verdict],
  }
  return { comparison, why: null, verdict }
}

const ONE_SIDED = {
  new: 'is not in the baseline yet',
  inconclusive: 'too rare to be missed',
  missing: 'was never finished in this run',
}

/**
 * The row of a comparison that can't be trusted: what the figures would have meant moves into the reason. What was
 * judged against the other requests stands on a machine of another speed, which was as slow for these.
 */
function withoutColor(row: Row, why: Why): Row {
  if (row.verdict === 'new' || row.verdict === 'missing' || row.verdict === 'inconclusive') return row
  if (why === 'other_speed' && row.why === 'against_others') return row
  const reason = `in doubt, see the notes; by the figures alone: ${row.verdict}`
  const would = row.verdict
  return {
    ...row,
    verdict: 'inconclusive',
    comparison: { ...row.comparison, verdict: 'inconclusive', reason, why, would },
  }
}

/** The verdict of all rows: red when any is, passed when each of those that it rests on is. */
function overall(
  rows: readonly Row[],
  decisive: readonly Row[],
  options: Pick<CompareOptions, 'allowMissing'> & {
    /** A request never succeeded, so that nothing is known of how fast it is. */
    readonly isOpen: boolean
    readonly isDoubtful: boolean
  },
): ComparisonVerdict {
  const { allowMissing, isOpen, isDoubtful } = options
  const isGone = ({ verdict }: Row) => verdict === 'missing' && !allowMissing && !isDoubtful
  if (rows.some((row) => row.verdict === 'regressed' || isGone(row))) return 'regressed'
  if (isDoubtful || isOpen || !allSettled(decisive)) return 'inconclusive'
  return rows.some(({ verdict }) => verdict === 'improved') ? 'improved' : 'passed'
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
  // The whole run comes after its requests: these say where.
  const within = comparison.request === null ? -5e5 : Math.max(-4e5, Math.min(4e5, tolerances))
  return SEVERITY[verdict] * 1e6 + within
}
