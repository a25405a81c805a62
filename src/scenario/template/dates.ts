/**
 * Dates in templates: offsets from now, and formats.
 */
import { didYouMean } from '../../base/suggest.js'
import { parseDuration } from '../../base/units.js'

/** Parses `+1d`, `-12h`, `0` or a rising range such as `+1d..+30d` into ms from now; null if malformed. */
export function parseDateRange(text: string): readonly [number, number] | null {
  const parts = text.split('..')
  if (parts.length > 2) return null
  const from = parseDistance(parts[0]!)
  const to = parts.length === 2 ? parseDistance(parts[1]!) : from
  return from === null || to === null || to < from ? null : [from, to]
}

function parseDistance(text: string): number | null {
  const [, sign, duration] = /^\s*([-+]?)(.*)$/.exec(text)!
  const ms = parseDuration(duration!)
  if (ms === null || ms > 100 * 365 * 86_400_000) return null
  return sign === '-' ? -ms : ms
}

/** The parts of a date that a format may contain, all in UTC. */
const TOKENS = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss', 'SSS'] as const

const TOKEN = /YYYY|MM|DD|HH|mm|ss|SSS/g

/** A format as literal texts and, between them, positions in an ISO date. */
export interface DateFormat {
  readonly texts: readonly string[]
  readonly parts: readonly (readonly [start: number, end: number])[]
  /** Contains a time of day. */
  readonly hasTime: boolean
}

/** The position of each part in `2026-11-21T10:47:19.881Z`. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  YYYY: [0, 4],
  MM: [5, 7],
  DD: [8, 10],
  HH: [11, 13],
  mm: [14, 16],
  ss: [17, 19],
  SSS: [20, 23],
}

/** Parses `YYYY-MM-DD HH:mm`, or `iso` for the whole date. The text must have passed {@link dateFormatProblem}. */
export function parseDateFormat(text: string): DateFormat {
  const format = text === 'iso' ? 'YYYY-MM-DDTHH:mm:ss.SSSZ' : text
  const tokens = [...format.matchAll(TOKEN)].map(([token]) => token)
  return {
    texts: format.split(TOKEN),
    parts: tokens.map((token) => PLACES[token]!),
    hasTime: tokens.some((token) => ['HH', 'mm', 'ss', 'SSS'].includes(token)),
  }
}

/** The problem of a format; null if there is none. Unknown letters most likely come from another tool's format. */
export function dateFormatProblem(text: string): string | null {
  if (text === 'iso') return null
  const rest = text.replace(TOKEN, ' ').replace(/\bT\b|\bZ\b|(?<=\s)[TZ](?=\s|$)/g, ' ')
  const stray = /[A-Za-z]+/.exec(rest)?.[0]
  const known = `use ${TOKENS.join(', ')} (in UTC), or iso for the whole date`
  if (stray !== undefined) {
    const suggestion = didYouMean(stray, TOKENS)
    return `"${stray}" is not part of a date: ${suggestion ?? known}`
  }
  return text.search(TOKEN) === -1 ? `the format contains no part of a date: ${known}` : null
}

/** Formats a time (ms since 1970) in UTC. */
export function formatDate(ms: number, { texts, parts }: DateFormat): string {
  const iso = new Date(ms).toISOString()
  let text = texts[0]!
  for (let i = 0; i < parts.length; i++) text += iso.slice(parts[i]![0], parts[i]![1]) + texts[i + 1]!
  return text
}
