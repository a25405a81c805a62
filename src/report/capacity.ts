/**
 * What a search for a capacity found, in words and as rows of a table: shared by all reports.
 */
import { printable } from '../base/printable.js'
import { formatDuration, formatLatency, formatRate, formatShare, plural } from '../base/units.js'
import { type CapacityFigures, type CapacityTrial, errorRateOf, type Miss } from '../stats/capacity.js'
import type { Comparison } from '../stats/comparison.js'
import type { Result, RunVerdict, Session } from '../stats/result.js'
import { formatCores } from './target.js'

/** A search to show: on its own, or one side of an A/B session. */
export interface ShownSearch {
  /** `Side a`; null on its own. */
  readonly title: string | null
  readonly figures: CapacityFigures
}

/** Returns the searches of a result that tried anything, side a's first. */
export function listSearches({ capacity, session }: Pick<Result, 'capacity' | 'session'>): ShownSearch[] {
  if (capacity === undefined) return []
  const { against } = capacity
  const title = session === null ? null : `Side ${session.side}`
  const all = [...(against ? [{ title: 'Side a', figures: against }] : []), { title, figures: capacity }]
  return all.filter(({ figures }) => figures.trials.length > 0)
}

/** Formats a load: `412/s`, `20 users`. */
export function formatLoad(load: number, of: CapacityFigures['of']): string {
  return of === 'rate' ? formatRate(load) : plural(load, 'user')
}

/** The trials at one load, as a row. */
export interface LoadRow {
  readonly offered: number
  readonly cells: readonly string[]
  /** What the row is: the capacity, a load that is carried, or one that isn't. */
  readonly role: 'capacity' | 'met' | 'missed' | 'unsure'
}

/** The titles of {@link listLoads}. The cores that the service uses have a column if they are known. */
export function loadTitles(figures: CapacityFigures): string[] {
  return ['offered', 'carried', 'p95', 'errors', ...(hasCores(figures) ? ['cores'] : []), 'met', '']
}

function hasCores({ trials }: CapacityFigures): boolean {
  return trials.some(({ cpuCores }) => cpuCores !== undefined)
}

/** One row for each load that was tried, the smallest first; latencies, errors and cores are means over its trials. */
export function listLoads(figures: CapacityFigures): LoadRow[] {
  const loads = [...new Set(figures.trials.map(({ offered }) => offered))].sort((a, b) => a - b)
  return loads.map((offered) => {
    const trials = figures.trials.filter((trial) => trial.offered === offered)
    const role = roleOf(offered, trials, figures)
    const met = trials.filter((trial) => trial.met).length
    const p95 = meanOf(trials.flatMap(({ p95 }) => p95 ?? []))
    const errors = meanOf(trials.flatMap((trial) => errorRateOf(trial) ?? []))
    const cores = meanOf(trials.flatMap(({ cpuCores }) => cpuCores ?? []))
    const remark =
      role === 'capacity'
        ? `✓ ${figures.upper === null ? 'carried' : 'capacity'}`
        : role === 'met'
          ? '✓'
          : role === 'unsure'
            ? '? perfctl was the limit'
            : `✗ ${whyMissed(trials)}`
    return {
      offered,
      role,
      cells: [
        formatLoad(offered, figures.of),
        formatRate(meanOf(trials.map(({ carried }) => carried)) ?? 0),
        p95 === null ? '–' : formatLatency(p95),
        errors === null ? '–' : formatShare(errors),
        ...(hasCores(figures) ? [cores === null ? '–' : formatCores(cores)] : []),
        `${met} of ${trials.length}`,
        remark,
      ],
    }
  })
}

function roleOf(
  offered: number,
  trials: readonly CapacityTrial[],
  { lower }: CapacityFigures,
): LoadRow['role'] {
  if (offered === lower) return 'capacity'
  if (lower !== null && offered < lower) return 'met'
  const clear = trials.filter(({ unsure }) => unsure !== true)
  if (clear.length === 0) return 'unsure'
  return 2 * clear.filter(({ met }) => met).length > clear.length ? 'met' : 'missed'
}

function whyMissed(trials: readonly CapacityTrial[]): string {
  const miss = trials.find(({ missed }) => missed.length > 0)?.missed[0]
  return miss === undefined ? '' : describeMiss(miss)
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

/** What a trial missed, briefly: `p95 < 200ms`, `arrivals dropped`. */
function describeMiss({ why, expression }: Miss): string {
  switch (why) {
    case 'threshold':
      return printable(expression ?? '')
    case 'unfinished':
      return 'none completed'
    case 'carried':
      return 'not all carried'
    case 'backlog':
      return 'backlog grows'
    case 'dropped':
      return 'arrivals dropped'
  }
}

/** What limits the capacity: `p95 of "search"`, `429 of "search"`, `a growing backlog`. */
function describeLimit({ why, metric, request, status, expression }: Miss): string {
  const whose = request === undefined ? '' : ` of "${printable(request)}"`
  switch (why) {
    case 'threshold':
      if (status !== undefined) return `responses with status ${status}${whose}`
      return metric === undefined ? printable(expression ?? '') : `${metric}${whose}`
    case 'unfinished':
      return 'a service that completed nothing in the time of a trial'
    case 'carried':
      return 'its throughput: it completes less than arrives'
    case 'backlog':
      return 'its throughput: unfinished requests pile up'
    case 'dropped':
      return 'maxVus: arrivals found no free virtual user'
  }
}

/** A trial in a line, while the search goes on. */
export function describeTrial(
  { offered, carried, seconds, missed, unsure, unrecovered }: CapacityTrial,
  of: CapacityFigures['of'],
  remainingSeconds: number,
): string {
  const outcome =
    missed.length === 0
      ? 'met'
      : unsure
        ? 'unsure: perfctl was the limit'
        : `missed: ${missed.map(describeMiss).join(', ')}`
  const rest =
    remainingSeconds > 0 ? `; about ${formatDuration(Math.ceil(remainingSeconds) * 1000)} left` : ''
  const slow = unrecovered ? '; the service did not recover' : ''
  return `  ${formatLoad(offered, of)} for ${seconds}s: carried ${formatRate(carried)}, ${outcome}${slow}${rest}`
}

/** Says what the other figures of a report are of. */
export function describeFigures(
  { lower, of }: CapacityFigures,
  session: Pick<Session, 'side'> | null = null,
): string {
  const trials = lower === null ? 'of the first load' : `of the trials at ${formatLoad(lower, of)}`
  return `The figures below are ${trials}${session === null ? '' : ` on side ${session.side}`}`
}

/** The bracket, what limits it and what it took: `capacity 412/s to 433/s; limited by p95; 9 trials in 4m 10s`. */
export function summarizeSearch(figures: CapacityFigures): string {
  const { of, lower, upper, limitedBy, trials, spentSeconds } = figures
  const range =
    lower === null
      ? upper === null
        ? null
        : `capacity below ${formatLoad(upper, of)}`
      : upper === null
        ? `capacity at least ${formatLoad(lower, of)}`
        : `capacity ${formatLoad(lower, of)} to ${formatLoad(upper, of)}`
  return [
    range,
    limitedBy === null ? null : `limited by ${describeLimit(limitedBy)}`,
    `${plural(trials.length, 'trial')} in ${formatDuration(Math.round(spentSeconds) * 1000)}`,
  ]
    .filter((part) => part !== null)
    .join('; ')
}

/** Returns the outcome of a search in one sentence. `session`: the one that it is a side of. */
export function capacityHeadline(
  verdict: Exclude<RunVerdict, 'error'>,
  capacity: CapacityFigures,
  comparison: Comparison | null,
  session: Session | null = null,
): string {
  const whose = session === null ? '' : `side ${session.side} of `
  const name = `${whose}"${printable(capacity.scenario)}"`
  const carried = describeCapacity(capacity, name)
  switch (verdict) {
    case 'interrupted':
      return capacity.trials.length === 0
        ? `Interrupted: what ${name} carries is not known yet.`
        : `Interrupted: ${carried}, as far as it is known.`
    case 'regressed':
      return `Regressed: ${carried}${describeShortfall(capacity) || describeChange(comparison)}.`
    case 'failed':
      return `Failed: ${carried}${describeShortfall(capacity)}.`
    case 'inconclusive':
      return `Inconclusive: ${carried}; ${whyOpen(capacity, comparison)}.`
    case 'passed':
      return `Passed: ${carried}${describeFloor(capacity)}${describeChange(comparison)}.`
  }
}

function describeCapacity(capacity: CapacityFigures, name: string): string {
  const { of, lower, upper, end, trials } = capacity
  if (lower !== null) {
    const least = upper === null && end !== 'decided' ? 'at least ' : ''
    const most = end === 'max_carried' ? ', the most that was tried,' : ''
    return `${name} carries ${least}${formatLoad(lower, of)}${most} within its limits`
  }
  const [likely] = listLoads({ ...capacity, lower: null })
    .filter(({ role }) => role === 'met')
    .slice(-1)
  const first = Math.min(...trials.map(({ offered }) => offered))
  if (end === 'from_missed') return `${name} does not even carry ${formatLoad(first, of)} within its limits`
  const met = likely === undefined ? '' : `; ${formatLoad(likely.offered, of)} was met, but in too few trials`
  return upper === null
    ? `what ${name} carries is not known${met}`
    : `${name} carries less than ${formatLoad(upper, of)} within its limits${met}`
}

function describeShortfall({ check, of }: CapacityFigures): string {
  if (check?.isCarried !== false || check.by === 'ab') return ''
  const load = formatLoad(check.load, of)
  return check.by === 'require'
    ? `, less than the required ${load}`
    : `, less than ${load}, the baseline's less the tolerance`
}

function describeFloor({ check, of }: CapacityFigures): string {
  if (check?.isCarried !== true || check.by === 'ab') return ''
  const load = formatLoad(check.load, of)
  return check.by === 'require' ? `, as required: ${load}` : ", the baseline's less the tolerance"
}

function describeChange(comparison: Comparison | null): string {
  const [row] = comparison?.metrics ?? []
  if (!row || row.baseline === null) return ''
  const whose = comparison!.inTurns ? "side a's" : "the baseline's"
  const baseline = row.metric === 'capacity' ? formatRate(row.baseline) : `${Math.round(row.baseline)}`
  if (row.change === null) return `, less than ${whose} ${baseline}`
  const percent = Math.round(Math.abs(row.change) * 100)
  if (percent === 0) return `, as much as ${whose} ${baseline}`
  return `, ${percent} % ${row.change < 0 ? 'less' : 'more'} than ${whose} ${baseline}`
}

function whyOpen({ end, check, of }: CapacityFigures, comparison: Comparison | null): string {
  if (end === 'stopped') return 'an agent was lost, which ended the search'
  if (end === 'generator') return 'perfctl was the limit: use more --workers, or a larger machine'
  if (check?.by !== 'ab' && check?.isCarried === null)
    return `whether it carries ${formatLoad(check.load, of)} is open: raise the --budget`
  if (comparison?.verdict === 'inconclusive') {
    const [row] = comparison.metrics
    return printable(comparison.notes[0] ?? row?.reason ?? 'the comparison is open')
  }
  return 'the time was used up: raise the --budget, or stop other work on this machine'
}

/** What the reader needs to trust a capacity. */
export function listCapacityNotes(result: Pick<Result, 'capacity' | 'session'>): string[] {
  return listSearches(result).flatMap(({ title, figures }) => {
    const slow = figures.trials.filter(({ unrecovered }) => unrecovered === true).length
    if (slow === 0) return []
    const service = title === null ? 'the service' : title.toLowerCase()
    return [
      `after ${slow === 1 ? 'one overload' : `${slow} overloads`}, ${service} did not recover within 20 s: later trials may have met it slower than it is`,
    ]
  })
}
