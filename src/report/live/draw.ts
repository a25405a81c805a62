/**
 * Draws a frame as lines for a terminal, or as one line for a log. Pure; never wider than allowed.
 *
 *   stage 1/2  ━━━━━━━━━━━━━━━━━━━━──────────────────────────────  0:12 / 0:27
 *   20 virtual users   1,234 requests/s   3 errors (0.02%)   p95 12.3ms
 */
import { printable } from '../../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { AgentFrame, Frame, ReportedFigure } from '../../stats/frame.js'
import { formatReported } from '../reported.js'
import type { Paint, Style } from '../style.js'
import { truncate } from '../width.js'

/** Drawing options. */
export interface Look {
  readonly style: Style
  /** Use only ASCII characters. */
  readonly ascii: boolean
}

/** A figure of the second line. Those with the lowest rank are left out first. */
interface Field {
  readonly long: string
  readonly short: string
  readonly rank: number
  readonly paint: Paint
}

const BAR_WIDTH = { min: 5, max: 50 }

/** From this share of busy time on, a worker is close to being the bottleneck. */
const BUSY_RATIO = 0.8

/** Draws the frame in two lines of at most `width` characters. */
export function drawFrame(frame: Frame, width: number, look: Look): string[] {
  return [drawTime(frame, width, look), drawFields(listFields(frame, look.style), width)]
}

/** Draws the generator's state in a line of at most `width` characters. `dropped`: dropped arrivals so far. */
export function drawGenerator(frame: Frame, dropped: number, width: number, { style }: Look): string {
  const { busy, latenessMsP99: latenessMs } = frame
  const isBusy = busy >= BUSY_RATIO
  const share = `${Math.round(busy * 100)}% busy`
  const late = `sent ${formatLatency(latenessMs)} late`
  const drops = dropped === 0 ? 'none dropped' : `${formatCount(dropped)} dropped`
  const fields: Field[] = [
    {
      long: `generator ${share}${isBusy ? ', near its limit' : ''}`,
      short: isBusy ? `! ${share}` : share,
      rank: 3,
      paint: isBusy ? style.yellow : style.dim,
    },
    ...(latenessMs === null ? [] : [{ long: `${late} (p99)`, short: late, rank: 1, paint: style.dim }]),
    { long: drops, short: drops, rank: 2, paint: dropped === 0 ? style.dim : style.yellow },
  ]
  return drawFields(fields, width)
}

/** Draws each agent in a line of at most `width` characters. */
export function drawAgents(agents: readonly AgentFrame[], width: number, { style }: Look): string {
  const named = agents.map(({ name, requestsPerSecond, busy, isLost }) => {
    const state = isLost ? 'lost' : formatRate(requestsPerSecond)
    return `${printable(name)} ${state}${busy >= BUSY_RATIO && !isLost ? ` (${Math.round(busy * 100)}% busy)` : ''}`
  })
  const isGood = agents.every(({ busy, isLost }) => !isLost && busy < BUSY_RATIO)
  return (isGood ? style.dim : style.yellow)(truncate(`agents: ${named.join(', ')}`, width))
}

/** Draws what the service reports of itself in a line of at most `width` characters. */
export function drawReported(metrics: readonly ReportedFigure[], width: number, { style }: Look): string {
  const figures = metrics.map(({ name, value, unit }) => `${name} ${formatReported(value, unit)}`)
  return style.dim(truncate(`service: ${figures.join(', ')}`, width))
}

/** Draws the frame in one line of any length, for a log. */
export function drawLine(frame: Frame, style: Style): string {
  const fields = listFields(frame, style).map((field) => field.long)
  return `${timeOf(frame)}  ${[phaseOf(frame), ...fields].join(', ')}`
}

function drawTime(frame: Frame, width: number, { style, ascii }: Look): string {
  const phase = phaseOf(frame)
  const time = timeOf(frame)
  const room = Math.min(BAR_WIDTH.max, width - phase.length - time.length - 4)
  if (!hasEnd(frame) || room < BAR_WIDTH.min) return `${phase}  ${time}`.slice(0, width)
  const done = Math.round(Math.min(1, frame.elapsedMs / frame.totalMs) * room)
  const [full, empty] = ascii ? ['=', '.'] : ['━', '─']
  const bar = style.cyan(full.repeat(done)) + style.dim(empty.repeat(room - done))
  return `${style.bold(phase)}  ${bar}  ${time}`
}

function listFields(frame: Frame, style: Style): Field[] {
  const { vus, requestsPerSecond, requests, failed, p95Ms, busy } = frame
  const rate = formatRate(requestsPerSecond)
  const errors = failed === 1 ? '1 error' : `${formatCount(failed)} errors`
  const share = failed === 0 ? '' : ` (${formatShare(failed / requests)})`
  const fields: Field[] = [
    {
      long: `${formatCount(vus)} virtual user${vus === 1 ? '' : 's'}`,
      short: `${formatCount(vus)} VU${vus === 1 ? '' : 's'}`,
      rank: 1,
      paint: asIs,
    },
    { long: rate.replace('/s', ' requests/s'), short: rate, rank: 4, paint: asIs },
    { long: errors + share, short: errors, rank: 5, paint: failed === 0 ? style.green : style.red },
    { long: `p95 ${formatLatency(p95Ms)}`, short: `p95 ${formatLatency(p95Ms)}`, rank: 3, paint: asIs },
  ]
  if (busy < BUSY_RATIO) return fields
  const busyShare = `${Math.round(busy * 100)}% busy`
  return [...fields, { long: `generator ${busyShare}`, short: busyShare, rank: 2, paint: style.yellow }]
}

/** Draws the long forms of the fields if they fit, otherwise the short ones, otherwise fewer of them. */
function drawFields(fields: readonly Field[], width: number): string {
  const long = fields.map(({ long, paint }) => ({ text: long, paint }))
  if (widthOf(long, 3) <= width) return join(long, 3)
  let left = [...fields]
  while (left.length > 1 && widthOf(left.map(toShort), 2) > width) {
    const lowest = Math.min(...left.map((field) => field.rank))
    left = left.filter((field) => field.rank !== lowest)
  }
  return join(
    left.map(toShort).map(({ text, paint }) => ({ text: text.slice(0, width), paint })),
    2,
  )
}

interface Painted {
  readonly text: string
  readonly paint: Paint
}

function toShort({ short, paint }: Field): Painted {
  return { text: short, paint }
}

function widthOf(parts: readonly Painted[], gap: number): number {
  return parts.reduce((sum, { text }) => sum + text.length, gap * (parts.length - 1))
}

function join(parts: readonly Painted[], gap: number): string {
  return parts.map(({ text, paint }) => paint(text)).join(' '.repeat(gap))
}

function phaseOf({ phase, stage, stages }: Frame): string {
  return phase === 'load' && stages > 1 ? `stage ${stage}/${stages}` : phase
}

/** Formats `0:12 / 0:27`, or `0:12` without a known end. The width stays the same throughout a run. */
function timeOf(frame: Frame): string {
  if (!hasEnd(frame)) return clockTime(frame.elapsedMs)
  const total = clockTime(frame.totalMs)
  return `${clockTime(frame.elapsedMs).padStart(total.length)} / ${total}`
}

function hasEnd({ totalMs }: Frame): boolean {
  return Number.isFinite(totalMs) && totalMs > 0
}

/** Formats `0:12`, and `75:00` beyond an hour. */
function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function asIs(text: string): string {
  return text
}
