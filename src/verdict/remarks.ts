/**
 * What the reader has to know beside the lines of a comparison: what wasn't compared and why, and what would help.
 */
import { printable } from '../base/printable.js'
import type { ComparisonVerdict } from '../stats/comparison.js'
import { isArrivalRate, type Measurement } from './measurement.js'
import { isTooNoisy, type Row, unjudged } from './row.js'

/** The remarks on a comparison, in sentences. `isSession`: the two took turns, so that no baseline is involved. */
export function remarks(
  { reference, candidate }: { readonly reference: Measurement; readonly candidate: Measurement },
  rows: readonly Row[],
  { verdict, isSession }: { readonly verdict: ComparisonVerdict; readonly isSession: boolean },
): string[] {
  // First what made the comparison inconclusive: headlines tell the first note.
  const notes: string[] = []
  const [late] = rows.filter(({ lack }) => lack === 'punctuality')
  if (verdict === 'inconclusive' && late !== undefined) {
    const { request, metric, reason } = late.comparison
    notes.push(`${metric} of "${printable(request ?? '')}" ${reason}`)
  }
  if (verdict === 'inconclusive' && rows.some(isTooNoisy)) {
    const wayOut = isSession ? wayOutOfSession(candidate) : wayOutOfBaseline(reference)
    notes.push(`the runs vary too much to tell: ${worstBlindness(rows)}; ${wayOut} would settle it`)
  }
  // What fails all the time has no latency, and has its answer.
  const red = new Set(
    rows.flatMap(({ comparison, verdict }) => (verdict === 'regressed' ? [comparison.request] : [])),
  )
  const names = unjudged(rows).filter((name) => !red.has(name))
  if (names.length > 0) {
    const list = names.map((name) => `"${printable(name)}"`).join(', ')
    const longer = isSession ? 'a longer session (--max-duration)' : 'a longer run'
    notes.push(`no latency of ${list} could be judged; ${longer} would settle it`)
  }
  if (verdict === 'regressed' && rows.some(isWithinTolerance)) {
    notes.push(
      'red is what surely got worse by more than half its limit: so a slowdown as large as the limit is not missed',
    )
  }
  if (isArrivalRate(candidate.scenario.load)) {
    notes.push('throughput is not compared: the load is a rate of arrivals, whatever the service does')
  }
  if (reference.scenario.hash === '' || candidate.scenario.hash === '') {
    notes.push('one side has no scenario hash: whether both were given the same load is not known')
  }
  return notes
}

/** Red, although the change that was seen is smaller than the tolerance. */
function isWithinTolerance({ comparison, verdict }: Row): boolean {
  return verdict === 'regressed' && Math.abs(comparison.change ?? 1) < comparison.tolerance
}

/** The line that sees least, in words. */
function worstBlindness(rows: readonly Row[]): string {
  const blind = rows.filter(isTooNoisy).map(({ comparison }) => comparison)
  const { request, metric, detectable } = blind.reduce((worst, row) =>
    (row.detectable ?? 0) > (worst.detectable ?? 0) ? row : worst,
  )
  const subject = request === null ? '' : ` of "${printable(request)}"`
  return `${metric}${subject} could only see ${Math.ceil((detectable ?? 0) * 100)}%`
}

/** What makes a verdict sharper: more jobs while they are few, then what doesn't depend on jobs at all. */
function wayOutOfBaseline({ jobs }: Measurement): string {
  return (jobs?.length ?? 1) < JOBS_ENOUGH
    ? 'more accepted jobs (perfctl baseline add), --runs 3 or a longer run'
    : '--runs 3, or both versions side by side (perfctl ab)'
}

const JOBS_ENOUGH = 5

/** In a session nothing is stored: it needs more seconds, or fewer neighbours. */
function wayOutOfSession({ requests }: Measurement): string {
  // Each side has every other second of the session.
  const seconds = Math.max(0, ...requests.map(({ windows }) => windows.length))
  return `more seconds of each side (--max-duration ${Math.max(120, Math.ceil(seconds / 30) * 60)}s), or a quieter machine`
}
