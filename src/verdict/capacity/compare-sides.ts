/**
 * Compares the capacities of the two sides of an A/B session, whose trials took turns (`pair.ts`).
 */
import type { Tolerance } from '../../scenario/model/scenario.js'
import { type CapacityFigures, capacityMetric } from '../../stats/capacity.js'
import type { Comparison, MetricComparison, Why } from '../../stats/comparison.js'
import { findDoubts } from '../comparable.js'
import type { Measurement } from '../measurement.js'
import { leastOf } from './least.js'

/** What is known of a side. */
type Side = Pick<CapacityFigures, 'of' | 'lower' | 'upper' | 'end' | 'check'>

/** The verdict on side b, and why it is open. */
interface Judged {
  readonly verdict: Comparison['verdict']
  readonly reason?: string
  readonly why?: Why
}

/**
 * Judges whether side b, the candidate, carries what side a does, less the tolerance. Both bounds of both sides and the check at
 * the end of the session decide. It is inconclusive if they don't.
 */
export function compareSides(
  reference: Measurement,
  candidate: Measurement,
  { baseline, tolerance }: { readonly baseline: string; readonly tolerance: Pick<Tolerance, 'capacity'> },
): Comparison {
  const [a, b] = [reference.capacity ?? UNKNOWN, candidate.capacity!]
  const doubts = findDoubts(reference, candidate, { baseline, allowEnvironment: true })
  const found = judge(a, b, tolerance.capacity)
  const isDoubtful = doubts.length > 0
  const reason = doubts[0]?.text ?? found.reason ?? null
  const why = doubts[0]?.why ?? found.why
  const verdict = isDoubtful ? 'inconclusive' : found.verdict
  const never = reference.neverSucceeded ?? []
  const metric: MetricComparison = {
    request: null,
    metric: capacityMetric(b.of),
    baseline: a.lower,
    current: b.lower,
    change: a.lower === null || b.lower === null ? null : b.lower / a.lower - 1,
    interval: intervalOf(a, b),
    detectable: null,
    tolerance: tolerance.capacity,
    decisive: true,
    verdict,
    reason,
    ...(why !== undefined && { why }),
    ...(isDoubtful && { would: found.verdict }),
  }
  return {
    baseline,
    verdict,
    metrics: [metric],
    notes: isDoubtful ? doubts.map(({ text }) => text) : reason === null ? [] : [reason],
    inTurns: true,
    ...(never.length > 0 && { referenceNeverSucceeded: never }),
  }
}

const UNKNOWN: Side = { of: 'rate', lower: null, upper: null, end: 'stopped' }

/** Where the change lies if all bounds hold; null if one of them isn't known. */
function intervalOf(a: Side, b: Side): MetricComparison['interval'] {
  if (a.lower === null || a.upper === null || b.lower === null || b.upper === null) return null
  return [b.lower / a.upper - 1, b.upper / a.lower - 1]
}

function judge(a: Side, b: Side, tolerance: number): Judged {
  const isWhole = b.of === 'vus'
  const carried = a.check?.load ?? a.lower
  if (carried === null) {
    if (a.upper !== null && b.lower !== null && b.lower >= a.upper) return { verdict: 'improved' }
    return open('what side a carries is not known', 'not_measured')
  }
  switch (carries(b, leastOf(carried, tolerance, isWhole))) {
    case false:
      return a.check?.isCarried === false
        ? open('at the end, side a did not carry any more what it had, either', 'too_noisy')
        : { verdict: 'regressed' }
    case null:
      return b.end === 'generator'
        ? open('perfctl was the limit of side b', 'late_generator')
        : open(
            'side b seems to carry less, but its trials are too few to be sure: raise the --budget',
            'maybe_worse',
          )
    case true:
      return judgeEnough(a, b, (load) => leastOf(load, tolerance, isWhole))
  }
}

/** B carries enough by what is known of a, which may be more. */
function judgeEnough(a: Side, b: Side, less: (load: number) => number): Judged {
  if (a.upper !== null)
    return { verdict: b.lower !== null && less(b.lower) >= a.upper ? 'improved' : 'passed' }
  if (b.end === 'max_carried') return { verdict: 'passed' }
  switch (a.end) {
    case 'generator':
      return open('perfctl was the limit of side a, which may carry more', 'late_generator')
    case 'max_carried':
      return open(
        'side a carries all that was tried and may carry more, side b does not: raise --max',
        'maybe_worse',
      )
    default:
      return open('how much side a carries at most is not known: raise the --budget', 'maybe_worse')
  }
}

/** Whether a side carries a load; null if that is open. The check may have been made for another tolerance. */
function carries({ lower, check }: Side, load: number): boolean | null {
  if (lower !== null && lower >= load) return true
  if (check?.by !== 'ab' || check.isCarried !== false) return null
  return check.load <= load ? false : null
}

function open(reason: string, why: Why): Judged {
  return { verdict: 'inconclusive', reason, why }
}
