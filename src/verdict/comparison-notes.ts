/**
 * The notes of a comparison: why it is inconclusive and what would settle it, and what wasn't compared.
 */

import { printable } from '../base/printable.js'
import { formatShare, plural } from '../base/units.js'
import type { ComparisonVerdict } from '../stats/comparison.js'
import { median } from '../stats/math.js'
import { findNamed } from '../stats/named.js'
import { isOfSpeed, MEDIAN_SAMPLES } from './decisive.js'
import { JOINED_MIN } from './estimate.js'
import type { Limits } from './line.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import type { Row } from './row.js'
import { requestSeries } from './series.js'
import { SESSION_SECONDS_MAX } from './session.js'
import { countStalls } from './stalls.js'

interface Sides {
  readonly reference: Measurement
  readonly candidate: Measurement
}

interface NoteOptions {
  readonly verdict: ComparisonVerdict
  readonly limits: Limits
  /** The two are the sides of an A/B session, without a baseline. */
  readonly isSession: boolean
}

/**
 * Returns the notes in sentences. Why the comparison is inconclusive comes first, as reports use that as a headline.
 * `decisive`: the rows that the verdict rests on.
 */
export function comparisonNotes(
  { reference, candidate }: Sides,
  { rows, decisive }: { readonly rows: readonly Row[]; readonly decisive: readonly Row[] },
  { verdict, limits, isSession }: NoteOptions,
): string[] {
  const notes: string[] = []
  const isOpen = verdict === 'inconclusive'
  const [late] = decisive.filter(({ why }) => why === 'late_generator')
  if (isOpen && late !== undefined) notes.push(`${subjectOf(late)}: ${late.comparison.reason}`)
  if (isOpen) notes.push(...describeOpen(decisive, { reference, candidate }, isSession))
  if (verdict === 'regressed' && rows.some(isWithinTolerance)) {
    notes.push(
      'red is what clearly got worse by more than half its limit, so that a slowdown as large as the limit is not missed',
    )
  }
  if (candidate.scenario.model === 'open') {
    notes.push('throughput is not compared: the load is a rate of arrivals, whatever the service does')
  }
  if (reference.scenario.hash === '' || candidate.scenario.hash === '') {
    notes.push('one side has no scenario hash, so it is unknown whether both had the same load')
  }
  notes.push(...describeCaches(reference, candidate, rows))
  // Side by side the stalls are judged instead; see `judges/stalls.ts`.
  if (!isSession) notes.push(...describeBursts({ reference, candidate }, limits))
  return notes
}

/** Red, although the observed change is smaller than the tolerance. */
function isWithinTolerance({ comparison, verdict }: Row): boolean {
  return verdict === 'regressed' && Math.abs(comparison.change ?? 1) < comparison.tolerance
}

/** Names the inconclusive line that is hardest to settle, and what would settle it and the others. */
function describeOpen(rows: readonly Row[], { reference, candidate }: Sides, isSession: boolean): string[] {
  const open = rows.filter(
    ({ verdict, why }) => verdict === 'inconclusive' && why !== 'late_generator' && why !== 'never_succeeded',
  )
  if (!rows.some(({ comparison }) => isOfSpeed(comparison))) {
    const longer = isSession ? '--max-duration' : 'a longer load'
    return [
      `too little was measured to judge: the median of a request needs ${JOINED_MIN} seconds and ${MEDIAN_SAMPLES} successful requests${isSession ? ' of each side' : ''}; use ${longer}`,
    ]
  }
  if (open.length === 0) return []
  const [first, ...others] = [...open].sort((a, b) => rank(b) - rank(a))
  const more = others.length === 0 ? '' : `, and ${plural(others.length, 'more line')} like it`
  const { reason, why, metric } = first!.comparison
  const verb = why !== 'too_noisy' ? '' : metric === 'stalls' ? 'are ' : 'is '
  const wayOut = isSession ? wayOutOfSession(first!, candidate) : wayOutOfBaseline(first!, reference)
  return [`${subjectOf(first!)} ${verb}${reason}${more}; ${wayOut}`]
}

/** How hard a line is to settle: most of all one that nothing settles. */
function rank({ remedy }: Row): number {
  if (remedy === undefined) return 0
  return remedy === null
    ? Number.POSITIVE_INFINITY
    : { seconds: 0, runs: 0, jobs: 100 }[remedy.more] + remedy.count
}

function subjectOf({ comparison: { request, pooled, metric } }: Row): string {
  if (pooled !== undefined) return `the median of the rest (${plural(pooled.length, 'request')})`
  return request === null ? `the ${metric} of the whole run` : `the ${metric} of "${printable(request)}"`
}

/** What would settle a comparison with this baseline. */
function wayOutOfBaseline({ remedy, comparison }: Row, { jobs }: Measurement): string {
  if (comparison.why === 'too_few_samples') return 'a longer load would settle it'
  switch (remedy?.more) {
    case 'runs':
      return `--runs ${remedy.count} would settle it`
    case 'jobs': {
      const had = jobs?.length ?? 1
      return `${remedy.count} accepted jobs instead of ${had} would settle it (perfctl baseline add)`
    }
    default:
      return 'compare both versions side by side (perfctl ab)'
  }
}

/** What would settle a session: more seconds, or a quieter machine. */
function wayOutOfSession({ remedy, comparison }: Row, { requests }: Measurement): string {
  const seconds = Math.max(0, ...requests.map(({ windows }) => windows.length))
  const times = remedy?.more === 'seconds' ? remedy.count : comparison.why === 'too_few_samples' ? 2 : null
  if (times === null) return 'a quieter machine, or --restarts 4, would help'
  const most = Math.min(SESSION_SECONDS_MAX, Math.max(60, Math.ceil((times * seconds) / 30) * 30))
  return `about ${times} times the seconds would settle it: --max-duration ${most}s`
}

/** A change of the share of responses from a cache is said from this difference on. */
const CACHE_CHANGE = 0.05

/**
 * Says how the shares of responses from a cache have changed: they aren't judged. Where they explain a regression, that
 * says so.
 */
function describeCaches(reference: Measurement, candidate: Measurement, rows: readonly Row[]): string[] {
  const explained = new Set(
    rows.flatMap(({ comparison: { request, madeOf } }) =>
      madeOf?.causes.some(({ code }) => code === 'cache') ? request : [],
    ),
  )
  return candidate.requests.flatMap(({ name, cache }) => {
    if (explained.has(name)) return []
    const before = cacheHitRateOf(reference, name)
    const after = cache?.ratio ?? null
    if (before === null || after === null || Math.abs(after - before) < CACHE_CHANGE) return []
    const moved = after < before ? 'fell' : 'rose'
    return [`cache hits of ${quote([name])} ${moved} from ${formatShare(before)} to ${formatShare(after)}`]
  })
}

/** The usual one of the accepted jobs, or that of the measurement itself; null if it is unknown. */
function cacheHitRateOf({ jobs = [], requests }: Measurement, request: string): number | null {
  const runs = jobs.flatMap((job) => job.runs)
  const rates = runs.flatMap((run) => findNamed(run.requests, request)?.cacheHitRate ?? [])
  if (rates.length > 0) return median(rates)
  return findNamed(requests, request)?.cache?.ratio ?? null
}

/** The excess of stalled windows from which on it is reported: this many, and this share of all. */
const BURSTY = { windows: 2, share: 0.02 } as const

/**
 * Bursts move no typical value, and one run can't tell whether the service or its neighbors caused them, so they are
 * reported but not judged.
 */
function describeBursts({ reference, candidate }: Sides, limits: Limits): string[] {
  const bursty = candidate.requests.flatMap((request) => {
    const before = findNamed(reference.requests, request.name)
    if (request.kind === 'journey' || before === undefined) return []
    const own = stallsOf(candidate, request, limits)
    // Most runs have none; then the other side needn't be read.
    if (own === null || own.stalled < BURSTY.windows) return []
    const usual = stallsOf(reference, before, limits)
    if (usual === null) return []
    const excess = own.stalled - (usual.stalled / usual.windows) * own.windows
    const isBursty = excess >= BURSTY.windows && excess >= BURSTY.share * own.windows
    return isBursty ? [{ name: request.name, own, usual }] : []
  })
  if (bursty.length === 0) return []
  const { own, usual } = bursty.reduce((most, each) => (each.own.stalled > most.own.stalled ? each : most))
  const names = bursty.map(({ name }) => name)
  return [
    `bursty: ${own.stalled} of ${own.windows} windows of ${quote(names)} stood still or had a p99 far above the usual one, ` +
      `against ${usual.stalled} of ${usual.windows} in the baseline; stalls are judged only side by side (perfctl ab)`,
  ]
}

function stallsOf(measurement: Measurement, { name }: MeasuredRequest, limits: Limits) {
  return countStalls(requestSeries(measurement, name), limits)
}

/** Quotes names for a sentence. */
export function quote(names: readonly string[]): string {
  return names.map((name) => `"${printable(name)}"`).join(', ')
}
