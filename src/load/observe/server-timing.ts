/**
 * Reads the Server-Timing header (W3C): what a service says about the time that a response took it. Runs for every
 * response, so it looks at each character once and makes no text.
 */

/** Longer names are not taken: a header of 16 kB must not become a table row. */
const NAME_MAX = 64

/** Receives a metric that has a duration, in ms. Its name is what `header` has from `start` up to `end`. */
export type OnTiming = (ms: number, header: string, start: number, end: number) => void

/**
 * Calls `visit` for each metric that has a duration. Entries without one, with a negative or impossible one, or with an
 * invalid or overlong name are left out; what is broken ends with its entry. Never throws.
 */
export function readServerTiming(header: string, visit: OnTiming): void {
  let at = 0
  while (at < header.length) {
    const start = skipSpace(header, at)
    const end = skipToken(header, start)
    parameters.read(header, skipSpace(header, end))
    const { ms } = parameters
    at = parameters.end
    const isWhole = at >= header.length || header.charCodeAt(at) === COMMA
    if (isWhole && end > start && end - start <= NAME_MAX && !Number.isNaN(ms)) visit(ms, header, start, end)
    at = skipEntry(header, at) + 1
  }
}

/** The parameters of one entry: `;dur=12.3;desc="all of it"`. */
class Parameters {
  /** Where they end. */
  end = 0
  /** The duration; NaN if there is no valid one. */
  ms = Number.NaN

  read(text: string, from: number): void {
    this.ms = Number.NaN
    let at = from
    let hasDuration = false
    while (text.charCodeAt(at) === SEMICOLON) {
      const start = skipSpace(text, at + 1)
      const end = skipToken(text, start)
      at = skipSpace(text, end)
      // The first one counts, as in browsers.
      const isFirst = !hasDuration && isDur(text, start, end)
      if (isFirst) hasDuration = true
      if (text.charCodeAt(at) !== EQUALS) continue
      at = skipSpace(text, at + 1)
      const isQuoted = text.charCodeAt(at) === QUOTE
      const close = isQuoted ? skipQuoted(text, at) : skipToken(text, at)
      if (isFirst) this.ms = isQuoted ? durationIn(text, at + 1, close - 1) : durationIn(text, at, close)
      at = skipSpace(text, close)
    }
    this.end = at
  }
}

/** Reused for every entry. */
const parameters = new Parameters()

const [TAB, SPACE, QUOTE, COMMA, POINT, SEMICOLON, EQUALS, BACKSLASH] = [
  9, 32, 34, 44, 46, 59, 61, 92,
] as const

/** By character code: whether it may be part of a token (RFC 9110, section 5.6.2). */
const IS_TOKEN = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w!#$%&'*+\-.^`|~]/.test(String.fromCharCode(code)) ? 1 : 0,
)

function skipToken(text: string, from: number): number {
  let at = from
  while (IS_TOKEN[text.charCodeAt(at)] === 1) at++
  return at
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === SPACE || code === TAB; code = text.charCodeAt(at)) at++
  return at
}

/** The index after the closing quote; beyond the end if there is none. */
function skipQuoted(text: string, from: number): number {
  let at = from + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
  }
  return text.length + 1
}

/** The index of the comma that ends an entry; the end of the text if none does. */
function skipEntry(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) !== COMMA)
    at = text.charCodeAt(at) === QUOTE ? skipQuoted(text, at) : at + 1
  return at
}

function isDur(text: string, from: number, to: number): boolean {
  // With this bit, letters are in lower case.
  return (
    to - from === 3 &&
    (text.charCodeAt(from) | 32) === 100 &&
    (text.charCodeAt(from + 1) | 32) === 117 &&
    (text.charCodeAt(from + 2) | 32) === 114
  )
}

/** A decimal number; NaN for anything else, such as a sign, `0x10`, `Infinity` or nothing. */
function durationIn(text: string, from: number, to: number): number {
  let digits = 0
  let scale = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      digits = digits * 10 + (code - 48)
      scale *= 10
    } else if (code === POINT && scale === 0) {
      scale = 1
    } else {
      return parseDuration(text.slice(from, to))
    }
  }
  // Beyond this, a sum of digits is not exact.
  if (to - from > EXACT_DIGITS || to - from <= Math.min(scale, 1)) return parseDuration(text.slice(from, to))
  return scale === 0 ? digits : digits / scale
}

const EXACT_DIGITS = 15
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** The same for what is rare: exponents and many digits. */
function parseDuration(text: string): number {
  const ms = NUMBER.test(text) ? Number(text) : Number.NaN
  return ms === Number.POSITIVE_INFINITY ? Number.NaN : ms
}
