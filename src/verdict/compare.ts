/**
 * Compares two measurements: decides which requests are judged and by which rule, and makes one verdict of all lines.
 * The rules are in `baseline-rule.ts` (a stored baseline) and `session.ts` (an A/B session).
 */

import { BASELINE_DEFAULTS, type Tolerance } from '../scenario/model/scenario.js'
import type { Comparison, ComparisonVerdict, MetricComparison, Why } from '../stats/comparison.js'
import { timingMetric } from '../stats/metrics.js'
import { findNamed } from '../stats/named.js'
import { timingOf } from '../stats/observed.js'
import { judgeStored } from './baseline-rule.js'
import { compareCapacity } from './capacity/compare-capacity.js'
import { compareSides } from './capacity/compare-sides.js'
import { describeSpeed, findDoubts, refuseOtherScenario } from './comparable.js'
import { comparisonNotes, quote } from './comparison-notes.js'
import { allSettled } from './decisive.js'
import { differences } from './environment.js'
import { makeJob } from './job.js'
import type { Job } from './job-figures.js'
import { changeOf, type JudgedMetric, PASS_TOLERANCES } from './judge.js'
import type { Judged, Limits } from './line.js'
import { basisOf, type SpeedBasis } from './machine-speed.js'
import { explainer } from './made-of.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import { isDead } from './never-succeeded.js'
import type { Row } from './row.js'
import { judgeSides, makeSides } from './session.js'
import { distrustDeadReference, distrustMoreFailures } from './survivors.js'
import { targetRows } from './target-rows.js'

/** The limits of a comparison, and what it ignores. */
export interface CompareOptions {
  /** The name of the reference in the comparison and in messages: its file. */
  readonly baseline: string
  readonly tolerance: Tolerance
  /** Smaller absolute changes of a latency, in ms, are neither a regression nor an improvement. */
  readonly minDeltaMs: number
  /** Judges as usual even if the machines differ. */
  readonly allowEnvironment: boolean
  /** A request that is gone is shown but is no regression. */
  readonly allowMissing: boolean
}

/** The limits of a scenario that doesn't set its own. */
export const COMPARE_DEFAULTS: CompareOptions = {
  baseline: 'the reference',
  ...BASELINE_DEFAULTS,
  allowEnvironment: false,
  allowMissing: false,
}

/**
 * Judges whether `candidate` is worse than `reference`: each request by its latencies and errors, in an A/B session also by
 * its stalls; the rare requests together; the whole run by its p95, p99, throughput and CPU time per request. Lines are sorted worst first. Pure
 * and deterministic: the same two measurements give the same comparison, byte for byte. Throws a UserError if the two were
 * measured with different scenarios or loads. Searches for a capacity are compared by that.
 */
export function compare(
  reference: Measurement,
  candidate: Measurement,
  options: Partial<CompareOptions> = {},
): Comparison {
  const settings = { ...COMPARE_DEFAULTS, ...options }
  refuseOtherScenario(reference, candidate, settings.baseline)
  const isInTurns = isSession(reference, candidate)
  if (candidate.capacity !== undefined)
    return (isInTurns ? compareSides : compareCapacity)(reference, candidate, settings)
  const stored = isInTurns ? null : findBasis(reference, candidate)
  const speed = stored?.speed ?? null
  const doubts = [
    ...findDoubts(reference, candidate, settings),
    ...(speed === null ? [] : [describeSpeed(speed, settings.baseline)]),
  ]
  const dead = listDead(candidate)
  const referenceNeverSucceeded = isInTurns ? listDead(reference).bad : []
  const judged = judgeBoth(reference, candidate, { limits: settings, stored })
  const rows = [
    ...oneSidedRows(reference, candidate),
    ...judged.flatMap((each) => rowsOf(each, reference, candidate)),
    ...targetRows(reference, candidate, {
      names: isInTurns ? ['a', 'b'] : [settings.baseline, 'this run'],
      tolerance: settings.tolerance.cpuPerRequest,
      isCpuJudged: judged.some(({ judgements }) => judgements.some(isOfCpu)),
    }),
  ]
    .map((row) => distrustMoreFailures(row, { reference, candidate }))
    .map((row) => distrustDeadReference(row, referenceNeverSucceeded))
  const neverSucceeded = [...new Set([...dead.bad, ...referenceNeverSucceeded])]
  // A request that always fails has no latency to judge, however long the run.
  const hasNoLatency = ({ request }: MetricComparison) =>
    request !== null && (neverSucceeded.includes(request) || dead.allowed.includes(request))
  const decisive = rows.filter(({ comparison }) => comparison.decisive === true && !hasNoLatency(comparison))
  const trusted = doubts[0] === undefined ? rows : rows.map((row) => distrust(row, doubts[0]!.why))
  const explain = explainer(reference, candidate)
  const shown = trusted.map((row) => {
    const madeOf = explain(row.comparison)
    return madeOf === null ? row : { ...row, comparison: { ...row.comparison, madeOf } }
  })
  const verdict = overall(shown, decisive, {
    allowMissing: settings.allowMissing,
    isOpen: neverSucceeded.length > 0,
    isDoubtful: doubts.length > 0,
  })
  return {
    baseline: settings.baseline,
    verdict,
    metrics: shown.sort((a, b) => badness(b) - badness(a)).map(({ comparison }) => comparison),
    notes: [
      ...doubts.map(({ text }) => text),
      ...describeDeath(dead.bad, ', so nothing is known of how fast that is'),
      ...describeDeath(referenceNeverSucceeded, " on side a, so side b can't be judged"),
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

function isOfCpu({ metric }: { readonly metric: string }): boolean {
  return metric === 'cpu_per_request'
}

function describeDeath(names: readonly string[], consequence: string): string[] {
  return names.length === 0 ? [] : [`no try of ${quote(names)} succeeded${consequence}`]
}

/** The requests that never succeeded: `bad`, and those that a threshold allows to fail. */
function listDead({ requests, neverSucceeded }: Measurement) {
  const names = requests.filter(isDead).map(({ name }) => name)
  const bad = neverSucceeded ?? names
  return { bad, allowed: names.filter((name) => !bad.includes(name)) }
}

/** The smallest worsening that would have shown in any of the decisive lines, by metric. */
function worstDetectable(rows: readonly Row[]): NonNullable<Comparison['detectable']> {
  const worst = (metric: JudgedMetric): number | null => {
    const own = rows.filter(({ comparison }) => comparison.metric === metric)
    const known = own.flatMap(({ comparison: { detectable, tolerance, verdict } }) => {
      // A passed line has ruled out twice its tolerance, whatever it takes to be red.
      const most = verdict === 'passed' ? PASS_TOLERANCES * tolerance : Number.POSITIVE_INFINITY
      return detectable === null ? [] : [Math.min(detectable, most)]
    })
    return known.length === 0 ? null : Math.max(...known)
  }
  return { p50: worst('p50'), p95: worst('p95'), p99: worst('p99'), throughput: worst('throughput') }
}

function judgeBoth(
  reference: Measurement,
  candidate: Measurement,
  { limits, stored }: { readonly limits: Limits; readonly stored: StoredBasis | null },
): Judged[] {
  const sent = new Map(candidate.requests.map((request) => [request.name, request]))
  const both = reference.requests.filter((old) => !isEmpty(old) && !isEmpty(sent.get(old.name)))
  const withThroughput = candidate.scenario.model === 'closed'
  if (stored === null) {
    const names = both.map(({ name }) => name)
    const sides = makeSides(reference, candidate, { names, withThroughput })
    const { looks, maxSeconds } = candidate.session!
    return judgeSides(sides, { limits, looks, maxSeconds })
  }
  const count = ({ requests }: Measurement) => requests.filter((request) => !isEmpty(request)).length
  return judgeStored(
    stored.jobs,
    stored.candidate,
    both.map(({ name }) => sent.get(name)!),
    {
      limits,
      withThroughput,
      withMix: both.length === count(reference) && both.length === count(candidate),
      isOtherSpeed: stored.speed !== null,
    },
  )
}

/** Whether the two are the sides of one A/B session. */
function isSession({ session: a }: Measurement, { session: b }: Measurement): boolean {
  return Boolean(a && b && a.id === b.id && a.side !== b.side)
}

/** The candidate's job, and the accepted jobs that it is judged by. */
interface StoredBasis extends SpeedBasis {
  readonly candidate: Job
}

function findBasis(reference: Measurement, { jobs, ...measurement }: Measurement): StoredBasis {
  const candidate = jobs?.at(-1) ?? makeJob(measurement)
  const accepted = reference.jobs ?? [makeJob(reference)]
  const like = accepted.filter(
    ({ environment }) => differences(environment, candidate.environment).length === 0,
  )
  return { candidate, ...basisOf(like.length > 0 ? like : accepted, candidate) }
}

function rowsOf(
  { request, pooled, timing, judgements }: Judged,
  reference: Measurement,
  candidate: Measurement,
): Row[] {
  return judgements.map(({ why, metric, needs, had, remedy, ...judged }) => {
    // What can't be judged is shown nevertheless, with the figures of the whole measurement.
    const isKnown = judged.baseline !== null && judged.current !== null
    const before = isKnown ? judged.baseline : figureOf(reference, request, metric, timing)
    const after = isKnown ? judged.current : figureOf(candidate, request, metric, timing)
    const { interval, detectable, tolerance, decisive, verdict, reason } = judged
    // Several requests as one have a change but no figures.
    const [baseline, current] = pooled === undefined ? [before, after] : [null, null]
    const comparison = {
      request,
      ...(pooled !== undefined && { pooled }),
      metric: timing === undefined ? metric : timingMetric(timing, metric),
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
  { totals, requests, target }: Measurement,
  name: string | null,
  metric: JudgedMetric,
  timing: string | undefined,
): number | null {
  const measured = name === null ? totals : findNamed(requests, name)
  if (measured === undefined || metric === 'error_rate' || metric === 'stalls') return null
  if (metric === 'throughput') return measured.throughput
  if (metric === 'cpu_per_request') return target?.cpuPerRequest ?? null
  if (timing === undefined) return measured.latency[metric]
  return timingOf(measured as Pick<MeasuredRequest, 'serverTiming'>, timing)?.[metric] ?? null
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

/** Fewer requests may be in only one of two equal runs by chance, as with a rare condition; 7 with less than 1 %. */
const MISSED_MIN = 7

/** A request of only one side. If it is gone, that is a regression, as a vanished endpoint must not pass; if new, not. */
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
 * Makes a row inconclusive as the comparison is in doubt; its verdict moves into the reason. A change relative to the other
 * requests keeps its verdict on a machine of another speed, which was as slow for those.
 */
function distrust(row: Row, why: Why): Row {
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

/** The verdict of all rows: red if any is, inconclusive if a decisive one is. */
function overall(
  rows: readonly Row[],
  decisive: readonly Row[],
  options: Pick<CompareOptions, 'allowMissing'> & {
    /** A request never succeeded, so its latency is unknown. */
    readonly isOpen: boolean
    readonly isDoubtful: boolean
  },
): ComparisonVerdict {
  const { allowMissing, isOpen, isDoubtful } = options
  const isGone = ({ verdict }: Row) => verdict === 'missing' && !allowMissing && !isDoubtful
  if (rows.some((row) => row.verdict === 'regressed' || isGone(row))) return 'regressed'
  if (
    isDoubtful ||
    isOpen ||
    !allSettled(decisive.map(({ comparison, verdict }) => ({ metric: comparison.metric, verdict })))
  )
    return 'inconclusive'
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
  // The whole run comes after its requests, which say where to look.
  const within = comparison.request === null ? -5e5 : Math.max(-4e5, Math.min(4e5, tolerances))
  return SEVERITY[verdict] * 1e6 + within
}
