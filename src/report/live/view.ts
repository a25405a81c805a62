/**
 * The live view of a run on a terminal, in the lines and columns it has. Pure.
 *
 *   stage 1/2  ━━━━━━━━━━━━━━━━━━━━──────────────────────────────  0:12 / 0:27
 *   20 virtual users   1,234 requests/s   3 errors (0.02%)   p95 12.3ms
 *
 *   rate    up to 1,310/s  ▁▂▄▆▇█▇▇▇█▇▇
 *   p95     up to 19.1ms   ▃▃▃▄▄▅▅█▆▅▅▅
 *   errors  up to 3/s      ▁▁▁▁▁▁▁█▁▁▁▁
 *
 *   last 10s          rate  errors     p50     p95
 *   search           812/s       0  7.62ms  13.7ms
 *
 *   generator 31% busy   sent 0.40ms late (p99)   none dropped
 *   status ×3  search: status 503, expected below 400
 */
import { printable } from '../../base/printable.js'
import { formatCount, formatLatency, formatRate, formatShare } from '../../base/units.js'
import type { Frame } from '../../stats/frame.js'
import { inCharactersOf } from '../page.js'
import { type Column, renderTable } from '../table.js'
import { truncate } from '../width.js'
import { drawAgents, drawFrame, drawGenerator, drawReported, type Look } from './draw.js'
import { type FailureGroup, FIGURES_OVER_SECONDS, type History, type LiveRequest } from './history.js'
import { drawSparkline, largestOf } from './sparkline.js'

/** The available space, in characters. */
export interface Room {
  readonly columns: number
  readonly rows: number
}

/** More lines of failures would push out the requests. */
const FAILURES_SHOWN = 3

/** Draws the latest frame and the history in at most `room.rows` lines of at most `room.columns` characters. */
export function drawView(frame: Frame, history: History, room: Room, look: Look): string[] {
  const blocks = fitBlocks(frame, history, room, look)
  const lines = blocks.reduce((sum, block) => sum + block.length, 0)
  const isAiry = lines + blocks.length - 1 <= room.rows
  return blocks
    .flatMap((block, index) => (isAiry && index > 0 ? ['', ...block] : block))
    .slice(0, room.rows)
    .map((line) => inCharactersOf(look, line))
}

/** Returns the blocks that fit, from top to bottom. The most important take their lines first, requests the rest. */
function fitBlocks(frame: Frame, history: History, room: Room, look: Look): string[][] {
  let left = room.rows
  const take = (block: string[]): string[] => {
    if (block.length > left) return []
    left -= block.length
    return block
  }
  const width = room.columns
  const hasGenerator = left >= 3
  // If the generator has its own line, the line of figures needn't say that it is busy.
  const head = take(drawFrame(hasGenerator ? { ...frame, busy: 0 } : frame, width, look).slice(0, left))
  const generator = take(hasGenerator ? [drawGenerator(frame, history.dropped, width, look)] : [])
  const { agents } = frame
  const machines = take(agents === undefined || left < 1 ? [] : [drawAgents(agents, width, look)])
  const { metrics = [] } = frame
  const reported = take(metrics.length === 0 || left < 1 ? [] : [drawReported(metrics, width, look)])
  const failures = take(
    drawFailures(history.failures().slice(0, Math.min(left, FAILURES_SHOWN)), width, look),
  )
  const sparklines = take(drawSparklines(history, width, look))
  const requests = take(drawRequests(history.requests(), { columns: width, rows: left }, look))
  return [head, sparklines, requests, [...generator, ...machines, ...reported, ...failures]].filter(
    (block) => block.length > 0,
  )
}

/** Width of a sparkline's label and of its maximum. */
const LABEL_WIDTH = 8
const TOP_WIDTH = 15

function drawSparklines({ moments }: History, width: number, { style, ascii }: Look): string[] {
  const room = width - LABEL_WIDTH - TOP_WIDTH
  if (room < 5) return []
  const hasFailed = moments.some(({ failed }) => failed > 0)
  const perSecond = (count: number) => `${formatCount(count)}/s`
  const lines = [
    { label: 'rate', values: moments.map(({ rate }) => rate), format: perSecond, paint: style.cyan },
    { label: 'p95', values: moments.map(({ p95Ms }) => p95Ms), format: formatLatency, paint: style.cyan },
    {
      label: 'errors',
      values: moments.map(({ failed }) => failed),
      format: perSecond,
      paint: hasFailed ? style.red : style.dim,
    },
  ]
  return lines.map(({ label, values, format, paint }) => {
    const top = largestOf(values.slice(-room))
    // The maximum is before the bars: after them it would move every second.
    const upTo = (top === null ? '' : top === 0 ? 'none' : `up to ${format(top)}`).padEnd(TOP_WIDTH)
    return label.padEnd(LABEL_WIDTH) + style.dim(upTo) + paint(drawSparkline(values, room, ascii))
  })
}

const COLUMNS: readonly Column[] = [
  { title: `last ${FIGURES_OVER_SECONDS}s`, isFlexible: true },
  { title: 'rate', align: 'right', expendable: 2 },
  { title: 'errors', align: 'right' },
  { title: 'p50', align: 'right', expendable: 1 },
  { title: 'p95', align: 'right' },
  { title: 'cached', align: 'right', expendable: 0 },
]

/** Draws a line per request and counts those left out; empty without room for the title and one request. */
function drawRequests(requests: readonly LiveRequest[], { columns, rows }: Room, { style }: Look): string[] {
  if (rows < 2 || requests.length === 0) return []
  const isAll = requests.length <= rows - 1
  const hasCache = requests.some(({ cacheRatio }) => cacheRatio !== null)
  const shown = isAll ? requests : requests.slice(0, rows - 2)
  if (shown.length === 0) return []
  // Requests come first: their server timings are shown only if there is room for those of all.
  const timings = shown.reduce((sum, request) => sum + request.timings.length, 0)
  const hasTimings = isAll && shown.length + timings <= rows - 1
  const cells = shown.flatMap(({ name, rate, failedRatio, p50Ms, p95Ms, cacheRatio, timings }) => [
    [
      printable(name),
      formatRate(rate),
      failedRatio === null ? '–' : failedRatio === 0 ? '0' : style.red(formatShare(failedRatio)),
      formatLatency(p50Ms),
      formatLatency(p95Ms),
      cacheRatio === null ? '–' : formatShare(cacheRatio),
    ],
    ...(hasTimings ? timings : []).map((timing) => [
      `  ${printable(timing.name)}`,
      '',
      '',
      formatLatency(timing.p50Ms),
      formatLatency(timing.p95Ms),
      '',
    ]),
  ])
  const kept = hasCache ? COLUMNS : COLUMNS.slice(0, -1)
  const table = renderTable(kept, cells, { width: columns, isLive: true, title: style.dim }).split('\n')
  // On a screen narrower than the narrowest table, the table would be useless.
  if (columns < NARROWEST) return []
  return isAll ? table : [...table, style.dim(`and ${formatCount(requests.length - shown.length)} more`)]
}

const NARROWEST = 30

function drawFailures(groups: readonly FailureGroup[], width: number, { style }: Look): string[] {
  return groups.map(({ kind, count, request, message }) => {
    const label = `${kind} ×${formatCount(count)}`
    const rest = width - label.length - 2
    if (rest < 10) return style.red(truncate(label, width))
    return `${style.red(label)}  ${truncate(`${printable(request)}: ${printable(message)}`, rest)}`
  })
}
