/**
 * Explains a load in words and as a chart.
 */
import { formatCount, formatDuration, formatRate, plural } from '../../base/units.js'
import { Profile } from '../../plan/profile.js'
import { describeLoad } from '../../scenario/model/describe.js'
import { ITERATIONS_MS_MAX, type Load } from '../../scenario/model/load-types.js'
import type { Page } from '../page.js'
import { renderPlot } from './plot.js'

const CHART_HEIGHT = 5
/** A wider chart would show no more. */
const CHART_WIDTH_MAX = 76

/** Returns the lines. Those of the chart are already indented. */
export function explainLoad(load: Load, page: Page): string[] {
  const { warmupMs } = load
  const warmup =
    warmupMs > 0 ? [`${formatDuration(warmupMs)} of warm-up first, left out of every figure`] : []
  return [explainModel(load), ...drawLevels(load, page), ...warmup, ...listStages(load), ...explainRest(load)]
}

function explainModel(load: Load): string {
  return load.model === 'closed'
    ? 'virtual users: each waits for its response before it sends the next request (closed model)'
    : 'arrivals: iterations start at the given rate, however slow the service is (open model)'
}

function drawLevels(load: Load, { width, ascii }: Page): string[] {
  const profile = new Profile(load.start, load.stages)
  if (profile.durationMs === ITERATIONS_MS_MAX && isCounted(load)) return []
  if (profile.peak === 0) return []
  const isClosed = load.model === 'closed'
  const lines = renderPlot(
    {
      at: (t) => (isClosed ? profile.users(t) : profile.at(t)),
      durationMs: profile.durationMs,
      peak: profile.peak,
    },
    {
      width: Math.min(width - 4, CHART_WIDTH_MAX),
      height: CHART_HEIGHT,
      ascii,
      format: (level) => (isClosed ? plural(level, 'user') : formatRate(level)),
    },
  )
  return lines.map((line) => `    ${line}`)
}

/** Returns a line per stage with its times. A load given as a number of iterations is a single line. */
function listStages(load: Load): string[] {
  const total = load.stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
  if (total === ITERATIONS_MS_MAX && isCounted(load)) return [describeLoad({ ...load, warmupMs: 0 })]
  let from = load.start
  let time = 0
  return load.stages.flatMap(({ durationMs, target, burst }) => {
    const [before, start] = [from, time]
    from = target
    time += durationMs
    const bursts =
      burst === undefined ? [] : [`at ${formatDuration(start)}: ${plural(burst, 'arrival')} at once`]
    if (durationMs === 0 || (burst !== undefined && before === 0 && target === 0)) return bursts
    const span = `${formatDuration(start)} to ${formatDuration(time)}`
    const level = load.model === 'closed' ? plural(target, 'user') : formatRate(target)
    const plain = load.model === 'closed' ? formatCount(before) : formatRate(before)
    return [...bursts, `${span}: ${before === target ? level : `from ${plain} to ${level}`}`]
  })
}

/** Returns whether the load is a number of iterations, so that its duration is only an upper limit. */
function isCounted(load: Load): boolean {
  return load.iterations !== null || (load.model === 'closed' && load.iterationsPerVu !== undefined)
}

function explainRest(load: Load): string[] {
  const lines: string[] = []
  const { gracefulStopMs, iterations } = load
  const total = load.stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
  if (iterations !== null && total !== ITERATIONS_MS_MAX)
    lines.push(`ends after ${plural(iterations, 'iteration')} at the latest`)
  if (load.model === 'closed') {
    const [least, most] = load.thinkTimeMs
    const time =
      least === most ? formatDuration(least) : `${formatDuration(least)} to ${formatDuration(most)}`
    const { pacingMs, iterationsPerVu } = load
    if (iterationsPerVu !== undefined)
      lines.push(`each user stops after ${plural(iterationsPerVu, 'iteration')}`)
    if (pacingMs !== undefined)
      lines.push(
        `each user starts an iteration every ${pacingMs
          .map(formatDuration)
          .filter((text, i, all) => all.indexOf(text) === i)
          .join(' to ')}`,
      )
    if (most > 0) lines.push(`think time of ${time} after each iteration`)
  } else {
    const spacing = load.arrivals === 'even' ? 'evenly spaced' : 'at random times (Poisson)'
    lines.push(
      `${spacing}; when all ${formatCount(load.maxVus)} virtual users are busy, arrivals are dropped and counted`,
    )
  }
  lines.push(`requests in flight at the end get ${formatDuration(gracefulStopMs)} to finish`)
  return lines
}
