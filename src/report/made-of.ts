/**
 * What regressions are made of, in a sentence for each request.
 */
import { printable } from '../base/printable.js'
import { formatCount, formatLatency, formatShare, formatSize } from '../base/units.js'
import type { Cause, CauseCode, Comparison, MadeOf, Pair } from '../stats/comparison.js'
import { subjectOf } from './wording.js'

/** The worst come first, and few read more. */
const SENTENCES_MAX = 10

/** Returns a sentence for each request, and one for the whole run, whose regression could be explained; 10 at most. */
export function listMadeOf({ metrics }: Comparison): string[] {
  const explained = metrics.flatMap(({ madeOf, ...row }) =>
    madeOf === undefined ? [] : [{ subject: subjectOf(row), why: describeMadeOf(madeOf), row }],
  )
  const own = new Set(explained.flatMap(({ row, why }) => (row.request === null ? [] : why)))
  // All latencies of a request have the same explanation, and so has a run of one request.
  const news = explained.filter(({ row, why }) => row.request !== null || !own.has(why))
  const sentences = [...new Set(news.map(({ subject, why }) => `${subject}: ${why}`))]
  const more = sentences.length - SENTENCES_MAX
  return more <= 0
    ? sentences
    : [...sentences.slice(0, SENTENCES_MAX), `${formatCount(more)} more are explained in the result`]
}

/** Describes it: `+38.0ms on average, of which +35.0ms in db; cache hits fell from 91 % to 40 %`. */
export function describeMadeOf({ mean, causes }: MadeOf): string {
  const parts = causes.filter(({ code }) => PARTS[code] !== undefined)
  const others = causes.flatMap((cause) => WORDS[cause.code]?.(cause) ?? [])
  if (mean === null) return others.join('; ')
  const whole = `${growthOf(...mean)} on average`
  const named = parts.map((cause) => describePart(cause, mean))
  return [`${whole}${named.join('')}`, ...others].join('; ')
}

/** Where another part shrank, one may have grown by more than the whole. */
function describePart(cause: Cause, mean: Pair): string {
  const { code, before, after } = cause
  const part = PARTS[code]!(cause)
  const share = (after - before) / (mean[1] - mean[0])
  if (share > 1 + ROUNDED) return `; ${part} alone ${growthOf(before, after)}`
  return share > 1 - ROUNDED ? `, all of it ${part}` : `, of which ${growthOf(before, after)} ${part}`
}

/** A part that differs from the whole by no more is all of it. */
const ROUNDED = 0.03

function growthOf(before: number, after: number): string {
  return `+${formatLatency(after - before)}`
}

/** The causes that are a part of the mean latency. */
const PARTS: Partial<Record<CauseCode, (cause: Cause) => string>> = {
  request: ({ name = '' }) => `in "${printable(name)}"`,
  server_timing: ({ name = '' }) => `in ${printable(name)}`,
  waiting: () => 'waiting to be sent',
  connecting: () => 'for new connections',
  first_byte: () => 'before the first byte of the response',
  body: () => 'from the first byte of the response to the last',
}

/** The others. */
const WORDS: Partial<Record<CauseCode, (cause: Cause) => string>> = {
  connections: ({ before, after }) =>
    `${perRequest(before)} → ${perRequest(after)} new connections per request`,
  size: ({ before, after }) => `responses grew from ${formatSize(before)} to ${formatSize(after)}`,
  cache: (cause) => `cache hits ${fromTo(cause)}`,
  retries: (cause) => `retried requests ${fromTo(cause)}`,
  status: ({ name = '', ...cause }) => `status ${printable(name)} ${fromTo(cause)}`,
  computes: ({ before, after }) =>
    `CPU time per request +${Math.round(100 * (after / before - 1))} %: it computes more`,
  waits: ({ after }) => `CPU time per request is the same (${formatLatency(after)}): it waits for something`,
}

function fromTo({ before, after }: Pick<Cause, 'before' | 'after'>): string {
  return `${after < before ? 'fell' : 'rose'} from ${formatShare(before)} to ${formatShare(after)}`
}

function perRequest(count: number): string {
  return count >= 10 ? formatCount(count) : count.toFixed(2)
}
