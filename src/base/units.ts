/**
 * Parses and formats numbers with units for scenarios and reports. Parsers return null for invalid text; the caller
 * knows the place and writes the message.
 */
import type { Ms } from './clock.js'

const MS_PER_UNIT: Readonly<Record<string, Ms>> = {
  us: 0.001,
  µs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `500ms`, `30s`, `1m30s` or `1.5h` in milliseconds; null if it isn't a duration with a unit. `0` needs none. */
export function parseDuration(text: string): Ms | null {
  const compact = text.trim()
  if (compact === '0') return 0
  if (!/^(\d+(\.\d+)?(us|µs|ms|s|m|h|d)\s*)+$/.test(compact)) return null
  let total = 0
  for (const [, number, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)/g)) {
    total += Number(number) * MS_PER_UNIT[unit!]!
  }
  return Number.isFinite(total) ? total : null
}

/** `10ms..50ms` or a single duration as `[from, to]` in ms; null if it's invalid or `to` is smaller. */
export function parseDurationRange(text: string): readonly [Ms, Ms] | null {
  const parts = text.split('..')
  if (parts.length > 2) return null
  const from = parseDuration(parts[0]!)
  const to = parts.length === 2 ? parseDuration(parts[1]!) : from
  return from === null || to === null || to < from ? null : [from, to]
}

/** `100/s`, `6000/m` or `30/h` as a rate per second; null if it's invalid. */
export function parseRate(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(ms|s|m|h)$/.exec(text.trim())
  return match === null ? null : (Number(match[1]) * 1000) / MS_PER_UNIT[match[2]!]!
}

/** `1%`, `0.5 %` or a ratio such as `0.01` as a ratio; null if it's invalid. */
export function parseRatio(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim())
  if (match === null) return null
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1])
}

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** `512B`, `10kB`, `2MB` or `1MiB` in bytes; null if it's invalid. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]i?b|b)$/i.exec(text.trim())
  return match === null ? null : Math.round(Number(match[1]) * BYTES_PER_UNIT[match[2]!.toLowerCase()]!)
}

/** `5MB/m`, `100kB/s` or `1GB/h` in bytes per minute; null if it's invalid. */
export function parseSizeRate(text: string): number | null {
  const match = /^(.+?)\s*\/\s*(s|m|h)$/.exec(text.trim())
  const bytes = match === null ? null : parseSize(match[1]!)
  return bytes === null ? null : (bytes * MS_PER_UNIT.m!) / MS_PER_UNIT[match![2]!]!
}

/** A duration in the shortest exact form that {@link parseDuration} accepts: `1m30s`, `500ms`, `250us`. */
export function formatDuration(ms: Ms): string {
  if (ms === 0) return '0s'
  let rest = Math.round(ms * 1000) / 1000
  let text = ''
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest = Math.round((rest - count * size) * 1000) / 1000
  }
  if (rest === 0) return text
  if (rest >= 1000 || text !== '') return `${text}${Math.round(rest * 1000) / 1e6}s`
  return rest >= 1 ? `${rest}ms` : `${Math.round(rest * 1000)}us`
}

/** A latency with three significant digits in µs, ms or s: `840µs`, `4.21ms`, `1.20s`. */
export function formatLatency(ms: Ms | null): string {
  if (ms === null) return '–'
  if (ms >= 59_950) return formatDuration(Math.round(ms / 1000) * 1000)
  if (ms >= 999.5) return `${significant(ms / 1000)}s`
  if (ms >= 0.9995 || ms === 0) return `${significant(ms)}ms`
  return `${significant(ms * 1000)}µs`
}

/** A count with thousands separators: `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A rate per second: `1,234/s`, `12.3/s`, `0.25/s`. */
export function formatRate(perSecond: number): string {
  return `${perSecond >= 99.95 ? formatCount(perSecond) : significant(perSecond)}/s`
}

/** A ratio as a percentage: 0.0123 is `1.23%`, 0 is `0%`. Tiny ratios aren't rounded to zero: `<0.01%`. */
export function formatShare(ratio: number): string {
  if (ratio === 0) return '0%'
  const percent = ratio * 100
  if (percent < 0.005) return '<0.01%'
  return `${percent >= 99.95 && ratio < 1 ? '99.9' : trimZeros(percent.toFixed(percent < 10 ? 2 : 1))}%`
}

/** A signed relative change: 0.073 is `+7.3%`, −0.5 is `-50.0%`. */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return ratio > 0 ? '+∞' : '–'
  const percent = ratio * 100
  const text = Math.abs(percent) >= 100 ? Math.abs(percent).toFixed(0) : Math.abs(percent).toFixed(1)
  return `${percent < 0 && Number(text) !== 0 ? '-' : '+'}${text}%`
}

/** Bytes in decimal units: `512B`, `1.20kB`, `3.45MB`. */
export function formatSize(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= size) return `${significant(bytes / size)}${unit}`
  }
  return `${Math.round(bytes)}B`
}

/** A change of a size per minute, with its sign: `+1.20MB/m`, `-340kB/m`, `0B/m`. */
export function formatSizeRate(bytesPerMinute: number): string {
  const sign = bytesPerMinute > 0 ? '+' : bytesPerMinute < 0 ? '-' : ''
  return `${sign}${formatSize(Math.abs(bytesPerMinute))}/m`
}

/** A count with its noun: `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

function significant(value: number): string {
  if (value === 0) return '0'
  return value >= 99.95 ? Math.round(value).toString() : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
