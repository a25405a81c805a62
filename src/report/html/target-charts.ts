/**
 * CPU time and memory of the service over time, on the time axis of the other charts.
 */
import { formatDuration, formatSize } from '../../base/units.js'
import { hasReading, type ProcessSecond, type TargetFigures } from '../../stats/target.js'
import { formatCores } from '../target.js'
import { type Chart, renderChart } from './chart.js'
import { html, type Markup, NOTHING } from './markup.js'
import { roundTicks } from './scale.js'
import { momentTicks } from './time-charts.js'

/** Renders a chart of cores in use and one of memory, over `seconds`, of at most `limit` points; nothing without figures. */
export function renderTargetCharts(
  target: TargetFigures | undefined,
  seconds: number,
  limit: number,
): Markup {
  const timeline = target?.timeline.filter(hasReading) ?? []
  if (timeline.length === 0) return NOTHING
  const size = Math.ceil(timeline.length / limit)
  const points = thin(timeline, size)
  const xMax = Math.max(seconds, points.at(-1)!.second + 1)
  const frame = {
    xs: points.map(({ second }) => second + size / 2),
    xMax,
    xTicks: momentTicks(xMax, 4),
    isSmall: true,
  }
  return html`${renderCpu(points, frame)}${renderMemory(points, frame)}`
}

type Frame = Pick<Chart, 'xs' | 'xMax' | 'xTicks' | 'isSmall'>

function renderCpu(points: readonly ProcessSecond[], frame: Frame): Markup {
  const values = points.map(({ cpu }) => cpu)
  const most = Math.max(...values)
  return renderChart({
    ...frame,
    title: 'Cores used by the service',
    description: `at most ${formatCores(most)}`,
    yTicks: roundTicks(Math.max(0.01, most), 3).map((at) => ({ at, label: String(at) })),
    lines: [{ label: 'cores', look: 'plain', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${formatCores(values[index]!)} cores`,
  })
}

function renderMemory(points: readonly ProcessSecond[], frame: Frame): Markup {
  const values = points.map(({ memory }) => memory)
  const most = Math.max(...values)
  return renderChart({
    ...frame,
    title: 'Memory of the service',
    description: `at most ${formatSize(most)}`,
    yTicks: roundTicks(Math.max(1, most), 3).map((at) => ({ at, label: formatBytes(at) })),
    lines: [{ label: 'memory', look: 'plain', values, isArea: true }],
    readout: (index) => `${momentOf(points[index]!)}  ·  ${formatSize(values[index]!)}`,
  })
}

/** Ticks are round, so they need no zeros behind the point. */
function formatBytes(bytes: number): string {
  return formatSize(bytes).replace(/\.0+(?=\D)/, '')
}

function momentOf({ second }: ProcessSecond): string {
  return formatDuration(second * 1000)
}

/** Joins every `size` seconds: cores are means, memory is the most. */
function thin(timeline: readonly ProcessSecond[], size: number): ProcessSecond[] {
  return Array.from({ length: Math.ceil(timeline.length / size) }, (_, index) => {
    const part = timeline.slice(index * size, (index + 1) * size)
    return {
      second: part[0]!.second,
      cpu: part.reduce((sum, { cpu }) => sum + cpu, 0) / part.length,
      memory: Math.max(...part.map(({ memory }) => memory)),
    }
  })
}
