/**
 * Readers of numbers with and without units: from a YAML value to milliseconds, rates and bytes, each with its JSON
 * Schema for editors.
 */
import { formatDuration, parseDuration, parseDurationRange, parseRate, parseSize } from '../../base/units.js'
import { fillIn, hasReference } from '../template/environment.js'
import { nameOf, quoted, type Report, Scalar, type Tree } from '../yaml/tree.js'
import { type Context, type Reader, VARIABLE, wrong } from './fields.js'

/** Longer durations are most likely a wrong unit. */
const DURATION_MS_MAX = 7 * 86_400_000

const TIME = '(\\d+(\\.\\d+)?(us|µs|ms|s|m|h|d)\\s*)+'

/** The JSON Schema of `30s`. The only number allowed is 0, which needs no unit. */
export const DURATION = {
  type: ['string', 'integer'],
  pattern: `^${TIME}$|${VARIABLE}`,
  minimum: 0,
  maximum: 0,
  examples: ['30s', '500ms', '1m30s'],
}

/** `30s` as ms. */
export const readDuration: Reader<number> = (tree, context, report) => {
  const text = readUnit(tree, 'a duration', 'such as 500ms, 30s or 1m30s', context, report)
  if (text === null) return null
  const ms = parseDuration(text)
  if (ms === null) return durationProblem(text, report)
  if (ms > DURATION_MS_MAX) return wrong(report, `${text} is too long`, 'write at most 7d')
  return ms
}

/** `10s`, above 0. */
export const readTimeout: Reader<number> = (tree, context, report) => {
  const ms = readDuration(tree, context, report)
  return ms === 0 ? wrong(report, 'the duration must be above 0', 'write a duration such as 10s') : ms
}

/** The JSON Schema of `10ms..50ms`, or one duration. */
export const DURATION_RANGE = {
  ...DURATION,
  pattern: `^${TIME}(\\.\\.${TIME})?$|${VARIABLE}`,
  examples: ['1s', '10ms..50ms'],
}

/** `10ms..50ms` or `1s`, in ms. */
export const readDurationRange: Reader<readonly [number, number]> = (tree, context, report) => {
  const text = readUnit(tree, 'a duration or a range', 'such as 1s or 10ms..50ms', context, report)
  if (text === null) return null
  const range = parseDurationRange(text)
  if (range !== null && range[1] <= DURATION_MS_MAX) return range
  if (range !== null) return wrong(report, `${text} is too long`, 'write at most 7d')
  const parts = text.split('..')
  if (parts.length === 2 && parts.every(isBare)) {
    return wrong(report, `the range ${text} has no unit`, `write ${parts.join('ms..')}ms`)
  }
  const ends = parts.map(parseDuration)
  return ends.length === 2 && ends.every((end) => end !== null)
    ? wrong(
        report,
        `the range ${text} is reversed`,
        `write the shorter duration first: ${parts.reverse().join('..')}`,
      )
    : durationProblem(text, report, 'write a duration or a range with units, such as 1s or 10ms..50ms')
}

const RATE_PATTERN = `^\\d+(\\.\\d+)?\\s*/\\s*(ms|s|m|h)$|${VARIABLE}`

/** The JSON Schema of `200/s`. */
export const RATE = { type: 'string', pattern: RATE_PATTERN, examples: ['200/s', '6000/m'] }

/** `200/s` as arrivals per second. */
export const readRate: Reader<number> = (tree, context, report) => {
  const text = readUnit(tree, 'a rate', 'such as 200/s or 6000/m', context, report)
  if (text === null) return null
  const rate = parseRate(text)
  if (rate === null && isBare(text))
    return wrong(report, `the rate ${text} has no unit`, `write ${text}/s or ${text}/m`)
  if (rate === null)
    return wrong(
      report,
      `${quoted(text)} is not a rate`,
      'write a number per unit of time, such as 200/s or 6000/m',
    )
  return rate > 1e6 ? wrong(report, `${text} is too high`, 'write at most 1000000/s') : rate
}

/** The JSON Schema of `2MB`. */
export const SIZE = {
  type: 'string',
  pattern: `^\\d+(\\.\\d+)?\\s*([kKmMgG][iI]?)?[bB]$|${VARIABLE}`,
  examples: ['10kB', '2MB'],
}

/** `2MB` as bytes. */
export const readSize: Reader<number> = (tree, context, report) => {
  const text = readUnit(tree, 'a size', 'such as 500B, 10kB or 2MB', context, report)
  if (text === null) return null
  const bytes = parseSize(text)
  if (bytes !== null) return bytes
  return isBare(text)
    ? wrong(report, `the size ${text} has no unit`, `write ${text}B, or a size such as 2MB`)
    : wrong(report, `${quoted(text)} is not a size`, 'write a number and a unit, such as 500B, 10kB or 2MB')
}

/** The JSON Schema of a whole number. */
export function wholeNumber(minimum: number, maximum: number): Readonly<Record<string, unknown>> {
  return { type: ['integer', 'string'], minimum, maximum, pattern: VARIABLE }
}

/** A whole number within bounds. */
export function countReader(min: number, max: number): Reader<number> {
  const range = `from ${min} to ${max}`
  return (tree, context, report) => {
    const value = readNumber(tree, context, report, range)
    if (value === null) return null
    if (!Number.isInteger(value))
      return wrong(report, `${value} is not a whole number`, `write a whole number ${range}`)
    if (value >= min && value <= max) return value
    return wrong(report, `${value} is ${value < min ? 'too small' : 'too large'}`, `write a number ${range}`)
  }
}

/** The text of a number with a unit. A bare 0 passes as well. */
export function readUnit(
  tree: Tree,
  expected: string,
  samples: string,
  context: Context,
  report: Report,
): string | null {
  if (tree instanceof Scalar && tree.value !== null)
    return fillIn(tree.text, context.env, report)?.trim() ?? null
  return wrong(report, `expected ${expected}, got ${nameOf(tree)}`, `write ${expected}, ${samples}`)
}

/** A number, or text from the environment that is one: `vus: "${VUS:-20}"`. */
export function readNumber(tree: Tree, context: Context, report: Report, range = 'above 0'): number | null {
  if (!(tree instanceof Scalar) || tree.value === null || typeof tree.value === 'boolean') {
    return wrong(report, `expected a number, got ${nameOf(tree)}`, `write a number ${range}`)
  }
  if (typeof tree.value === 'number') return Number.isFinite(tree.value) ? tree.value : 1
  const text = fillIn(tree.value, context.env, report)
  if (text === null) return null
  const number = /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null
  if (number !== null && hasReference(tree.value)) return number
  const hint = number === null ? `write a number ${range}` : `write ${number} without quotes`
  return wrong(report, `expected a number, got the text ${quoted(tree.value)}`, hint)
}

function durationProblem(
  text: string,
  report: Report,
  hint = 'write a number and a unit, such as 500ms, 30s or 1m30s',
): null {
  if (isBare(text)) return wrong(report, `the duration ${text} has no unit`, `write ${text}s or ${text}ms`)
  if (/^-/.test(text))
    return wrong(report, `the duration ${text} is negative`, 'write a positive duration, such as 30s')
  const compact = text
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/(sec|min|hour)[a-z]*/g, (word) => word.charAt(0))
  const ms = parseDuration(compact)
  return wrong(
    report,
    `${quoted(text)} is not a duration`,
    ms === null ? hint : `write ${formatDuration(ms)}`,
  )
}

function isBare(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text)
}
