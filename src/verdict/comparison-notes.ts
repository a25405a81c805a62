/**
 * What the reader has to know beside the lines of a comparison: what wasn't compared and why, and what would help.
 */
import { printable } from '../base/printable.js'
import type { ComparisonVerdict } from '../stats/comparison.js'
import type { Limits } from './baseline-rule.js'
import type { MeasuredRequest, Measurement } from './measurement.js'
import { isTooNoisy, type Row, unjudged } from './row.js'
import { requestSeries } from './series.js'
import { SESSION_SECONDS_MOST } from './session.js'
import { countStalls } from './stalls.js'

interface Sides {
  readonly reference: Measurement
  readonly candidate: Measurement
}

interface RemarkOptions {
  readonly verdict: ComparisonVerdict
  readonly limits: Limits
  /** The two took turns, so that no baseline is involved. */
  readonly isSession: boolean
}

/** The remarks on a comparison, in sentences. Why it is inconclusive comes first: reports take that for a headline. */
export function comparisonNotes(
  { reference, candidate }: Sides,
  rows: readonly Row[],
  { verdict, limits, isSession }: RemarkOptions,
): string[] {
  const notes: string[] = []
  const isOpen = verdict === 'inconclusive'
  const [late] = rows.filter(({ why }) => why === 'late_generator')
  if (isOpen && late !== undefined) {
    const { request, metric, reason } = late.comparison
    notes.push(`${metric} of "${printable(request ?? '')}" ${reason}`)
  }
  // What fails all the time has no latency, and has its answer.
  const red = new Set(
    rows.flatMap(({ comparison, verdict }) => (verdict === 'regressed' ? [comparison.request] : [])),
  )
  const names = unjudged(rows).filter((name) => !red.has(name))
  if (names.length > 0) {
    const longer = isSession ? 'a longer session (--max-duration)' : 'a longer run'
    notes.push(`no latency of ${quote(names)} could be judged; ${longer} would settle it`)
  }
  const hidden = isOpen ? rows.filter(isTooNoisy) : []
  const noisy = hidden.filter(({ comparison }) => comparison.metric !== 'stalls')
  if (noisy.length > 0) {
    const wayOut = isSession ? wayOutOfSession(candidate) : wayOutOfBaseline(reference)
    notes.push(`the runs vary too much to tell: ${worstBlindness(noisy)}; ${wayOut} would settle it`)
  }
  const stalling = hidden.filter(({ comparison }) => comparison.metric === 'stalls')
  if (stalling.length > 0) {
    const { request, reason } = stalling[0]!.comparison
    notes.push(
      `whether "${printable(request!)}" stalls more often is open, ${reason}; ${wayOutOfSession(candidate)} would settle it`,
    )
  }
  if (verdict === 'regressed' && rows.some(isWithinTolerance)) {
    notes.push(
      'red is what surely got worse by more than half its limit: so a slowdown as large as the limit is not missed',
    )
  }
  if (candidate.scenario.model === 'open') {
    notes.push('throughput is not compared: the load is a rate of arrivals, whatever the service does')
  }
  if (reference.scenario.hash === '' || candidate.scenario.hash === '') {
    notes.push('one side has no scenario hash: whether both were given the same load is not known')
  }
  // Beside each other the two are judged by their stalls; see `judges/stalls.ts`.
  if (!isSession) notes.push(...describeBursts({ reference, candidate }, limits))
  return notes
}

/** Red, although the change that was seen is smaller than the tolerance. */
function isWithinTolerance({ comparison, verdict }: Row): boolean {
  return verdict === 'regressed' && Math.abs(comparison.change ?? 1) < comparison.tolerance
}

/** The line that sees least, in words. */
function worstBlindness(rows: readonly Row[]): string {
  const blind = rows.map(({ comparison }) => comparison)
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
  return `more seconds of each side (--max-duration ${Math.min(SESSION_SECONDS_MOST, Math.max(120, Math.ceil(seconds / 30) * 60))}s), or a quieter machine`
}

/** Such an excess of stalled windows is worth a word: so many, and such a share of them. */
const BURSTY = { windows: 2, share: 0.02 } as const

/**
 * Bursts move no typical value, and one run can't tell whose they were, the service's or its neighbours': so they are
 * told, and not judged.
 */
function describeBursts({ reference, candidate }: Sides, limits: Limits): string[] {
  const bursty = candidate.requests.flatMap((request) => {
    const before = reference.requests.find(({ name }) => name === request.name)
    if (request.kind === 'journey' || before === undefined) return []
    const own = stallsOf(candidate, request, limits)
    // Most runs have none, and then the other side's needn't be read.
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
      `against ${usual.stalled} of ${usual.windows} in the baseline; stalls are told and not judged, except side by side (perfctl ab)`,
  ]
}

function stallsOf(measurement: Measurement, { name }: MeasuredRequest, limits: Limits) {
  return countStalls(requestSeries(measurement, name), limits)
}

/** The names in a sentence. */
export function quote(names: readonly string[]): string {
  return names.map((name) => `"${printable(name)}"`).join(', ')
}
