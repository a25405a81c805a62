/**
 * The seconds of a session in which a side stood still: a regression when they come back often, else told as what
 * they are.
 */
import { printable } from '../base/printable.js'
import type { Judgement } from './judge.js'
import { compareStalls, findStalls, type Stalls, type StallsOfSides } from './judges/stalls.js'
import type { MeasuredRequest } from './measurement.js'
import type { Block } from './pairing.js'
import type { Judged, Limits } from './stored.js'

/** This share of the p99's false alarms is granted to the question whether a side stands still more often. */
export const STALL_ALPHA = 0.5

/** One request of a session. */
interface BurstyRequest {
  readonly name: string
  readonly kind: MeasuredRequest['kind']
  readonly blocks: readonly Block[]
}

/** A p99 that isn't clear by its pairs may be so by how often a side stood still. Other metrics as they are. */
export function judgeTail(
  judgement: Judgement,
  blocks: readonly Block[],
  { alpha, limits }: { readonly alpha: number; readonly limits: Limits },
): Judgement {
  const { metric, verdict, lack } = judgement
  const isOpen = verdict === 'passed' || (verdict === 'inconclusive' && lack === 'precision')
  const stalls = metric === 'p99' && isOpen ? findStalls(blocks, limits.minDeltaMs) : null
  if (stalls === null) return judgement
  const { minDeltaMs } = limits
  const worse = compareStalls(stalls, {
    alpha: STALL_ALPHA * alpha,
    tolerance: limits.tolerance.p99,
    minDeltaMs,
  })
  if (worse === 0) return judgement
  return {
    ...judgement,
    baseline: stalls.a.p99Ms,
    current: stalls.b.p99Ms,
    interval: null,
    verdict: worse > 0 ? 'regressed' : 'improved',
    reason: `more than three times the usual p99 in ${describeStalls(stalls, 'b')}, and in ${describeStalls(stalls, 'a')}`,
    lack: null,
  }
}

function describeStalls(stalls: StallsOfSides, side: 'a' | 'b'): string {
  const { stalled, slices } = stalls[side]
  return `${stalled} of ${slices} seconds of ${side}`
}

/** What stood still for a while without being a regression, in sentences: one burst is an event. */
export function noteBursts(
  requests: readonly BurstyRequest[],
  judged: readonly Judged[],
  { minDeltaMs, tolerance }: Limits,
): string[] {
  const found = requests.flatMap(({ name, kind, blocks }) => {
    const p99 = judged
      .find(({ request }) => request === name)
      ?.judgements.find(({ metric }) => metric === 'p99')
    if (kind === 'journey' || p99?.verdict === 'regressed' || p99?.verdict === 'improved') return []
    const stalls = findStalls(blocks, minDeltaMs)
    return stalls === null ? [] : [{ name, stalls }]
  })
  const hit = found.filter(({ stalls }) => isBursty(stalls.a) || isBursty(stalls.b))
  if (hit.length === 0) return []
  const named = hit.slice(0, NAMED_MOST).map(({ name, stalls }) => {
    const told = (['a', 'b'] as const).filter((side) => stalls[side].stalled > 0)
    return `"${printable(name)}" in ${told.map((side) => describeStalls(stalls, side)).join(' and ')}`
  })
  const more = hit.length > NAMED_MOST ? ` and ${hit.length - NAMED_MOST} more` : ''
  return [
    `bursts, which stood still or took more than three times the usual p99: ${named.join(', ')}${more}; so few may be chance, and are no slower service`,
  ]

  function isBursty({ silent, p99Ms, p99MsCalm }: Stalls): boolean {
    return silent > 0 || p99Ms > (1 + tolerance.p99) * p99MsCalm
  }
}

const NAMED_MOST = 3
