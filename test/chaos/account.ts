/**
 * Compares the figures of a load with what its service did: every request is counted once, under the right kind, and
 * in time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FailureKind } from '../../src/stats/result.js'
import { answerTo, type Ending, type Fault } from './ask.js'
import type { Service } from './service.js'
import type { Ended, Unleashed } from './unleash.js'

/** Endings that a request may have because of other requests. */
export interface Excuses {
  /** Endings of requests whose connection ended because of another request's fault. */
  readonly innocent?: readonly Ending[]
  /** The same for requests that can't be sent twice: they see the end of a kept-alive connection. */
  readonly notIdempotent?: readonly Ending[]
  /** Endings of requests that never reached the service. */
  readonly unseen?: readonly Ending[]
}

/** What is wrong with the figures of a run, one line per sort of problem; empty if nothing is. */
export async function complaintsOf(
  run: Unleashed,
  service: Service,
  script: (id: number) => Pick<Fault<never>, 'name' | 'ends' | 'hasBody'>,
  excuses: Excuses = {},
): Promise<string[]> {
  const complaints = bookComplaints(run)
  const strays = new Map<string, number>()
  let late = 0
  for (const each of run.ended ?? []) {
    const stray = strayOf(each, service, script, excuses)
    // An overloaded thread may cause this itself.
    const isLate = stray !== null && (each.ending === 'given up' || each.ending === 'timeout')
    if (isLate && run.isOverworked && ++late <= LATE_MAX * run.sent) continue
    if (stray !== null) strays.set(stray, (strays.get(stray) ?? 0) + 1)
  }
  for (const [stray, count] of strays) complaints.push(`${stray} (${count} times)`)
  // Connections not yet accepted are accepted one per turn, and found closed.
  const open = await openAfter(service, 5000)
  if (open > 0) complaints.push(`${open} connections are still open`)
  return complaints
}

/** The share of requests that may be late on a machine with other work. */
const LATE_MAX = 0.2

/** What is inconsistent within the figures. */
export function bookComplaints(run: Unleashed): string[] {
  const { totals, timeline, tookMs, plannedMs, gracefulStopMs, sent, ended, died } = run
  const { requests, failed, unfinished, latency, errors, dropped } = totals
  const complaints: string[] = []
  const equal = (what: string, actual: number, wanted: number) => {
    if (actual !== wanted) complaints.push(`${what}: ${actual} instead of ${wanted}`)
  }
  if (died !== null) complaints.push(`a worker died: ${died}`)
  if (tookMs === null) complaints.push(`not over in ${plannedMs} + ${gracefulStopMs} + 1000 ms`)
  if (requests + unfinished + dropped === 0) complaints.push('nothing was sent')
  equal('finished and unfinished requests', requests + unfinished, sent)
  equal('failures by kind', sum(errors.map(({ count }) => count)), failed)
  equal('latencies of successful requests', latency.count, requests - failed)
  equal('requests of all seconds', sum(timeline.map((second) => second.requests)), requests)
  if (ended === null) return complaints
  const tally = countEndings(ended)
  for (const kind of KINDS) {
    const counted = sum(errors.filter((error) => error.kind === kind).map(({ count }) => count))
    // Timeouts are enforced by the virtual user, which aborts the exchange.
    const seen = (tally.get(kind) ?? 0) + (kind === 'timeout' ? (tally.get('given up') ?? 0) - unfinished : 0)
    equal(`failures of kind ${kind}`, counted, seen)
  }
  return complaints
}

/** The number of requests by ending. */
export function countEndings(ended: readonly Ended[]): Map<Ending, number> {
  const counts = new Map<Ending, number>()
  for (const { ending } of ended) counts.set(ending, (counts.get(ending) ?? 0) + 1)
  return counts
}

const KINDS: readonly FailureKind[] = ['timeout', 'connect', 'reset', 'dns', 'tls', 'protocol', 'redirects']

/** What is wrong with one request; null if nothing is. */
function strayOf(
  { id, method, ending, message, text }: Ended,
  { arrivals }: Service,
  script: (id: number) => Pick<Fault<never>, 'name' | 'ends' | 'hasBody'>,
  { innocent = [], notIdempotent = [], unseen = [] }: Excuses,
): string | null {
  const { name, ends, hasBody = true } = script(id)
  const why = message === null ? '' : `: ${message}`
  const wasSeen = arrivals.has(id)
  const mayEnd = wasSeen ? ends : [...unseen]
  const excused =
    ending !== 'ok' && (innocent.includes(ending) || (method === 'POST' && notIdempotent.includes(ending)))
  if (!mayEnd.includes(ending) && !excused)
    return `${wasSeen ? name : 'never seen'}: ${method} ended as ${ending}${why}`
  if (ending !== 'ok') return null
  if (hasBody && method !== 'HEAD' && text !== answerTo(id))
    return `${name}: the response belongs to another request`
  return null
}

/** Connections that are still open after waiting for them to close. */
async function openAfter(service: Service, mostMs: number): Promise<number> {
  for (let waited = 0; service.open() > 0 && waited < mostMs; waited += 20) await sleep(20)
  return service.open()
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
