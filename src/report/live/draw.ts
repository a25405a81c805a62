/**
 * A frame as text: lines for a terminal, one for a log. Pure; never wider than it may be.
 *
 *   stage 1/2  ━━━━━━━━━━━━━━━━━━━━──────────────────────────────  0:12 / 0:27
 *   20 virtual users   1,234 requests/s   3 errors (0.02%)   p95 12.3ms
 */
import { formatCount, formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { Frame } from '../../stats/frame.js'
import type { Paint, Style } from '../style.js'

/** How a frame may be drawn. */
export interface Look {
  readonly style: Style
  /** Only characters that every terminal has. */
  readonly ascii: boolean
}

/** A figure of the second line. Those of low rank are the first to go when there's no room. */
interface Field {
  readonly long: string
  readonly short: string
  readonly rank: number
  readonly paint: Paint
}

const BAR_WIDTH = { min: 5, max: 50 }

/** From this share of its time on, a generator's thread comes close to being the bottleneck. */
const BUSY_RATIO = 0.8

/** The frame in two lines of at most `width` characters. */
export function drawFrame(frame: Frame, width: number, look: Look): string[] {
  return [drawTime(frame, width, look), drawFields(listFields(frame, look.style), width)]
}

/** How the generator itself is, in one line of at most `width` characters; `dropped` arrivals in all so far. */
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

/** The frame in one line for a log, as long as it takes. */
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

/** The fields in their long form, or else in their short one, or else without the least important of them. */
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

/** `0:12 / 0:27`; only `0:12` when the run ends by a number of iterations. As wide at the end as at the start. */
function timeOf(frame: Frame): string {
  if (!hasEnd(frame)) return clockTime(frame.elapsedMs)
  const total = clockTime(frame.totalMs)
  return `${clockTime(frame.elapsedMs).padStart(total.length)} / ${total}`
}

function hasEnd({ totalMs }: Frame): boolean {
  return Number.isFinite(totalMs) && totalMs > 0
}

/** `0:12`, `75:00` beyond the hour too: runs are thought of in minutes. */
function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function asIs(text: string): string {
  return text
}
