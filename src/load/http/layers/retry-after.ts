/**
 * `Retry-After` (RFC 9110, section 10.2.3): how long a service that has too much to do asks to be left alone.
 */
import type { Ms } from '../../../base/clock.js'
import type { ReceivedResponse } from '../../response/response.js'

/** The statuses that it says something about here: too many requests, and unavailable. */
export const ASKING: readonly number[] = [429, 503]

/**
 * How long the answer asks to wait; 0 when it doesn't, or when that moment is over. `wallMs`: since 1970. A date is
 * taken from the answer's own date, where it has one: the clocks of two machines differ.
 */
export function retryAfterMs(answer: Pick<ReceivedResponse, 'header'>, wallMs: Ms): Ms {
  const value = answer.header('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const until = parseHttpDate(value)
  if (until === null) return 0
  return Math.max(0, until - (parseHttpDate(answer.header('date') ?? '') ?? wallMs))
}

/** One of the three forms of RFC 9110, section 5.6.7; the oldest says no time zone, and means UTC as well. */
function parseHttpDate(text: string): Ms | null {
  if (!/^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /.test(text)) return null
  const time = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? null : time
}
