/**
 * The parts of a log line: request, path and time.
 */
import type { Ms } from '../../base/clock.js'
import type { Hit } from './traffic.js'

/** A log entry. */
export interface LogEntry extends Hit {
  /** Since 1970; null if the line has no time. */
  readonly timeMs: Ms | null
  /** The requested host; null if the line has none. */
  readonly host: string | null
}

/** What a line contains: an entry, `broken` for an entry without a valid HTTP request, or null for anything else. */
export type LineContent = LogEntry | 'broken' | null

/** Parses `GET /path HTTP/1.1`. Returns null for anything else, such as `-`, TLS bytes or `OPTIONS *`. */
export function parseRequest(text: string): { readonly method: string; readonly path: string } | null {
  const match = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]+)?$/.exec(text)
  const path = match === null ? null : parsePath(match[2]!)
  return path === null ? null : { method: match![1]!, path }
}

/** The path and query, without an origin; null if it's not a path. */
export function parsePath(text: string): string | null {
  const path = /^https?:\/\//i.test(text) ? text.replace(/^https?:\/\/[^/?]*/i, '') : text
  return path.startsWith('/') ? path : path === '' || path.startsWith('?') ? `/${path}` : null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// Consecutive lines often share a timestamp, so the last one is cached.
let lastText = ''
let lastMs: Ms | null = null

/** Parses `10/Oct/2026:13:55:36 +0200` or ISO 8601 to ms since 1970; null for anything else. */
export function parseTime(text: string): Ms | null {
  if (text === lastText) return lastMs
  lastText = text
  lastMs = workOutTime(text)
  return lastMs
}

function workOutTime(text: string): Ms | null {
  const match = /^(\d{1,2})\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: ([+-])(\d\d)(\d\d))?$/.exec(
    text,
  )
  if (match === null) return parseDate(text)
  const [, day, month, year, hour, minute, second, sign, zoneHours = '0', zoneMinutes = '0'] = match
  const index = MONTHS.indexOf(month!.toLowerCase())
  const utc = Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second))
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  return index === -1 ? null : finite(utc - (sign === '-' ? -zoneMs : zoneMs))
}

/** Parses ISO 8601, US dates or seconds since 1970. UTC unless a zone is given. */
function parseDate(text: string): Ms | null {
  if (/^\d{9,10}\.\d+$/.test(text)) return Number(text) * 1000
  const isIso = /^\d{4}-\d\d-\d\d[T ]/.test(text)
  if (!isIso && !/^\d{1,2}\/\d{1,2}\/\d{4},? \d/.test(text)) return null
  const plain = isIso ? text.replace(',', '.') : text
  const hasZone = /(?:z|utc|gmt|[+-]\d\d:?\d\d)$/i.test(plain)
  return finite(Date.parse(hasZone ? plain : `${plain}${isIso && !plain.includes(' ') ? 'Z' : ' UTC'}`))
}

function finite(ms: number): Ms | null {
  return Number.isFinite(ms) ? ms : null
}
