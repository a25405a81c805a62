/**
 * What stands out in a run beside its verdict: codes with figures. The sentences are made in `report/`.
 */
import type { Shape } from '../base/shape.js'

/** The figures of each finding, by its code. Times are ms unless they are named seconds, shares are ratios. */
interface FindingFigures {
  /** A server timing that grows with the load: its mean, and the mean latency, at few and at many users in use. */
  readonly dependency_under_load: Record<
    'before' | 'after' | 'latencyBefore' | 'latencyAfter' | 'vusBefore' | 'vusAfter',
    number
  >
  /** A server timing that grows during the run: its mean, and the mean latency, in the first and the last third. */
  readonly dependency_over_time: Record<'before' | 'after' | 'latencyBefore' | 'latencyAfter', number>
  /** The service was kept waiting for CPU time by the limit of its control group. */
  readonly throttled: Record<'throttledSeconds' | 'seconds', number>
  /** It uses all of one core, or of the machine. */
  readonly cpu_full: Record<'cores' | 'coresMost', number>
  /** More users in use give no more throughput: so many requests are served at once, and the others wait. */
  readonly concurrency_limit: Record<
    'atOnce' | 'throughput' | 'vusBefore' | 'vusAfter' | 'latencyBefore' | 'latencyAfter',
    number
  >
  /** Stalls with equal spaces between them. */
  readonly periodic_stalls: Record<'everySeconds' | 'stalls' | 'longest' | 'usual', number>
  /** Most failures fell into a few seconds. */
  readonly error_bursts: Record<'failed' | 'inBursts' | 'burstSeconds' | 'seconds' | 'firstSecond', number>
  /** Failures that the error rate doesn't show, as a retry succeeded. */
  readonly hidden_failures: Record<'retried' | 'recovered' | 'errorRate' | 'errorRateWithout', number>
  /** Memory that grows from minimum to minimum, in bytes. */
  readonly memory_growth: Record<'perMinute' | 'first' | 'last', number>
  /** Received bytes per request in the first and the last third. */
  readonly responses_grow: Record<'before' | 'after', number>
  /** A new connection for nearly every request; `setup`: the mean time it takes. */
  readonly new_connections: Record<'connections' | 'requests' | 'setup', number>
  /** The first seconds were slower: their median latency, and the usual one. */
  readonly cold_start: Record<'slowSeconds' | 'before' | 'after', number>
}

/** What a finding is. */
export type FindingCode = keyof FindingFigures

/** Something that stands out in a run. */
export type Finding<C extends FindingCode = FindingCode> = {
  readonly [code in C]: {
    readonly code: code
    /** `high`: it limits the service or hides failures; `low`: worth a look. */
    readonly severity: Severity
    /** Null for the whole run. */
    readonly request: string | null
    /** Of the server timing; absent for other codes. */
    readonly name?: string
    readonly figures: Readonly<FindingFigures[code]>
  }
}[C]

type Severity = 'high' | 'low'

/** Every code, the most telling first, with its severity and its figures. */
const CODES: {
  readonly [C in FindingCode]: readonly [Severity, ...(keyof FindingFigures[C] & string)[]]
} = {
  dependency_under_load: [
    'high',
    ...(['before', 'after', 'latencyBefore', 'latencyAfter', 'vusBefore', 'vusAfter'] as const),
  ],
  dependency_over_time: ['high', 'before', 'after', 'latencyBefore', 'latencyAfter'],
  throttled: ['high', 'throttledSeconds', 'seconds'],
  cpu_full: ['high', 'cores', 'coresMost'],
  concurrency_limit: [
    'high',
    ...(['atOnce', 'throughput', 'vusBefore', 'vusAfter', 'latencyBefore', 'latencyAfter'] as const),
  ],
  error_bursts: ['high', 'failed', 'inBursts', 'burstSeconds', 'seconds', 'firstSecond'],
  hidden_failures: ['high', 'retried', 'recovered', 'errorRate', 'errorRateWithout'],
  memory_growth: ['high', 'perMinute', 'first', 'last'],
  periodic_stalls: ['high', 'everySeconds', 'stalls', 'longest', 'usual'],
  responses_grow: ['low', 'before', 'after'],
  new_connections: ['low', 'connections', 'requests', 'setup'],
  cold_start: ['low', 'slowSeconds', 'before', 'after'],
}

const NAMES = Object.keys(CODES) as FindingCode[]

/** Makes a finding. Its figures are rounded to four digits. */
export function findingOf<C extends FindingCode>(
  code: C,
  figures: FindingFigures[C],
  { request = null, name }: { readonly request?: string | null; readonly name?: string } = {},
): Finding {
  const rounded = Object.entries<number>(figures).map(([key, value]) => [key, Number(value.toPrecision(4))])
  const [severity] = CODES[code]
  const own = { code, severity, request, ...(name !== undefined && { name }) }
  return { ...own, figures: Object.fromEntries(rounded) } as Finding
}

/** More would distract from the first. */
const FINDINGS_MAX = 5

/** Returns the most telling findings as a field of a result, at most five; none if there are none. */
export function topFindings(findings: readonly Finding[]): { readonly findings?: readonly Finding[] } {
  if (findings.length === 0) return {}
  const sorted = [...findings].sort((a, b) => NAMES.indexOf(a.code) - NAMES.indexOf(b.code))
  return { findings: sorted.slice(0, FINDINGS_MAX) }
}

/**
 * Joins the findings of several runs: what stands out in more than half of them, with the figures of the first in which it
 * does.
 */
export function joinFindings(results: readonly { readonly findings?: readonly Finding[] }[]): {
  readonly findings?: readonly Finding[]
} {
  const seen = new Map<string, { readonly finding: Finding; count: number }>()
  for (const finding of results.flatMap(({ findings = [] }) => findings)) {
    const key = JSON.stringify([finding.code, finding.request])
    const known = seen.get(key)
    if (known === undefined) seen.set(key, { finding, count: 1 })
    else known.count++
  }
  const most = [...seen.values()].filter(({ count }) => count > results.length / 2)
  return topFindings(most.map(({ finding }) => finding))
}

/** Reads a finding of a result file. */
export function readFinding(shape: Shape): Finding {
  const code = shape.get('code').oneOf(NAMES)
  const [, ...names] = CODES[code]
  const figures = shape.get('figures')
  return {
    code,
    severity: shape.get('severity').oneOf(['high', 'low']),
    request: shape.get('request').or((request) => request.text(), null),
    ...shape.get('name').or((name) => ({ name: name.text() }), {}),
    figures: Object.fromEntries(names.map((name) => [name, figures.get(name).number()])),
  } as Finding
}
