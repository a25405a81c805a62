/**
 * `Retry-After` (RFC 9110, section 10.2.3): how long an overloaded service asks clients to wait.
 */
import type { Ms } from '../../../base/clock.js'
import type { ReceivedResponse } from '../../response/response.js'

/** The statuses with which it is respected: too many requests, and unavailable. */
export const ASKING: readonly number[] = [429, 503]

/**
 * How long the response asks to wait; 0 if it doesn't, or if that time has passed. `wallMs`: since 1970. A date
 * is compared with the response's own date if it has one, because the clocks of two machines differ.
 */
export function retryAfterMs(answer: Pick<ReceivedResponse, 'header'>, wallMs: Ms): Ms {
  const value = answer.header('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const until = parseHttpDate(value)
  if (until === null) return 0
  return Math.max(0, until - (parseHttpDate(answer.header('date') ?? '') ?? wallMs))
}

/** Parses the three formats of RFC 9110, section 5.6.7. The oldest has no time zone and means UTC, too. */
function parseHttpDate(text: string): Ms | null {
  if (!/^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /.test(text)) return null
  const time = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? null : time
}
