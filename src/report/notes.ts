/**
 * Notes: caveats that the reader needs to trust the figures.
 */
import { printable } from '../base/printable.js'
import { formatCount, formatDuration, formatLatency, formatShare, plural } from '../base/units.js'
import type { GeneratorHealth, ReadyMark, Result, RetryCounts } from '../stats/result.js'
import { listLoadDoubts } from '../stats/shard.js'
import { TIMINGS_MAX } from '../stats/sheet.js'
import { listCapacityNotes } from './capacity.js'
import { hasFinding } from './findings.js'
import { listTargetNotes } from './target.js'

/** Reconnects are reported above this share of the requests. */
const RECONNECTS_REPORTED_RATIO = 0.01

/** Returns the notes of a run, most important first. */
export function listNotes(result: Result): string[] {
  const { comparison, generator, totals, connections, stoppedBy, durationSeconds } = result
  const notes = (comparison?.notes ?? []).map((note) => printable(note))
  if (comparison === null && result.error === null) notes.push(...listLoadDoubts(result))
  notes.push(...listCapacityNotes(result))
  if (stoppedBy !== null) {
    const after = formatDuration(Math.round(durationSeconds * 10) * 100)
    notes.unshift(`stopped early, after ${after}: ${printable(stoppedBy)} was not met`)
  }
  // A comparison has a note of its own about this.
  if (generator.saturated && comparison === null) {
    const reasons = generator.reasons.map((reason) => printable(reason)).join('; ')
    notes.unshift(`the load generator was the bottleneck: ${reasons || 'send less, or use more --workers'}`)
  }
  if (!generator.saturated && generator.lateFrom !== undefined) notes.push(describeLateness(generator))
  for (const name of result.neverSent ?? []) {
    notes.push(
      `"${printable(name)}" was never sent, although its weight called for it: check the conditions of its steps`,
    )
  }
  if (result.ready?.degraded) notes.push(describeDegraded(result.ready))
  if (totals.dropped > 0) {
    const share = formatShare(totals.dropped / (totals.dropped + totals.requests))
    notes.push(
      `${plural(totals.dropped, 'arrival')} (${share}) dropped: no virtual user was free; raise maxVus`,
    )
  }
  if (totals.unfinished > 0) {
    notes.push(
      `${plural(totals.unfinished, 'request')} still in flight at the end, counted as neither successful nor failed`,
    )
  }
  if (connections.unsolicited > 0) {
    notes.push(
      `${plural(connections.unsolicited, 'connection')} closed by perfctl: the service sent data that no request had asked for`,
    )
  }
  if (totals.reconnects > RECONNECTS_REPORTED_RATIO * totals.requests) {
    const share = formatShare(totals.reconnects / totals.requests)
    notes.push(
      `${plural(totals.reconnects, 'request')} (${share}) sent again on a new connection: the service had closed the idle one without notice; check its keep-alive timeout`,
    )
  }
  const overfull = result.requests.filter(({ serverTimingLeft }) => serverTimingLeft).map(({ name }) => name)
  if (overfull.length > 0) notes.push(describeOverfull(overfull))
  notes.push(...describeRetries(totals.retries, hasFinding(result, 'hidden_failures')))
  if (result.target !== undefined)
    notes.push(
      ...listTargetNotes(result.target, hasFinding(result, 'throttled')).map((note) => printable(note)),
    )
  return notes
}

function describeOverfull([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : ` and ${plural(others.length, 'other request')}`
  return `the service sends more than ${TIMINGS_MAX} names of server timings for "${printable(first!)}"${more}; the others are left out: list those that matter under observe.serverTiming`
}

/** Says that a service was slow to answer before the load. */
export function describeDegraded({ url, latencyMs, limitMs }: ReadyMark): string {
  return `the service was degraded before the load: ${printable(url)} took ${formatLatency(latencyMs)} to answer, longer than ${formatLatency(limitMs)}`
}

/** Latencies count from when a request was due, so late sending is part of them. */
function describeLateness({ lateFrom, reasons }: GeneratorHealth): string {
  const which = lateFrom === 99 ? 'p99 includes' : `p${lateFrom} and above include`
  return `${which} late sending by the load generator: ${reasons.map((reason) => printable(reason)).join('; ')}`
}

/** The error rate doesn't show what retries recovered, so a note does. `isFound`: a finding has the figures. */
function describeRetries({ requests, recovered, errors }: RetryCounts, isFound: boolean): string[] {
  if (requests === 0) return []
  const reasons = errors
    .slice(0, 3)
    .map(({ message, count }) => `${printable(message)} (${formatCount(count)})`)
  const all = `${reasons.join(', ')}${errors.length > 3 ? ', and others' : ''}`
  if (isFound) return all === '' ? [] : [`the attempts that were retried failed with ${all}`]
  return [
    `${plural(requests, 'request')} retried, ${formatCount(recovered)} of them successfully; the error rate leaves out the attempts before the last: ${all}`,
  ]
}
