/**
 * What the service uses and reports of itself over time, as charts.
 */
import { formatLatency, formatSize } from '../../base/units.js'
import type { TargetFigures, TargetSecond } from '../../stats/target.js'
import type { MetricUnit } from '../../stats/target-metrics.js'
import { formatReported } from '../reported.js'
import { formatCores } from '../target.js'
import type { Chart } from './chart.js'
import { roundTicks } from './scale.js'
import { chunk, most } from './series.js'
import { type Frame, placesOf } from './time-charts.js'

/** A figure of the service in each second. */
interface Figure {
  readonly title: string
  readonly read: (second: TargetSecond) => number | undefined | null
  readonly format: (value: number) => string
  /** A scale that ends below this would make much of nothing. */
  readonly least: number
  /** How seconds become a point. */
  readonly join: 'mean' | 'most'
}

const PROCESS_FIGURES: readonly Figure[] = [
  {
    title: 'Cores used by the service',
    read: ({ cpu }) => cpu,
    format: (cores) => `${formatCores(cores)} cores`,
    least: 0.01,
    join: 'mean',
  },
  {
    title: 'Memory of the service',
    read: ({ memory }) => memory,
    format: formatSize,
    least: 1,
    join: 'most',
  },
  {
    title: 'Throttled per second',
    // A share that is never used up has no chart.
    read: ({ throttledSeconds }) => throttledSeconds,
    format: (seconds) => `${formatLatency(1000 * seconds)} throttled`,
    least: 0,
    join: 'mean',
  },
]

/** More would bury the others. */
const REPORTED_MAX = 12

/** Returns the charts, of at most `limit` points each; none without figures. */
export function listTargetCharts(
  { timeline, metrics = {} }: TargetFigures,
  frame: Frame,
  limit: number,
): Chart[] {
  const reported = Object.entries(metrics)
    .slice(0, REPORTED_MAX)
    .map(([name, figures]) => reportedFigure(name, figures?.unit))
  return [...PROCESS_FIGURES, ...reported].flatMap((figure) => chartOf(timeline, figure, frame, limit) ?? [])
}

/** The figure of a metric that the service reports of itself. */
function reportedFigure(name: string, unit: MetricUnit | undefined): Figure {
  return {
    title: `Service metric ${name}`,
    read: ({ metrics = {} }) => (Object.hasOwn(metrics, name) ? metrics[name] : null),
    format: (value) => formatReported(value, unit),
    least: Number.NEGATIVE_INFINITY,
    join: 'mean',
  }
}

function chartOf(
  timeline: readonly TargetSecond[],
  figure: Figure,
  frame: Frame,
  limit: number,
): Chart | null {
  const points = chunk(timeline, limit).map((seconds) => ({
    start: seconds[0]!.second,
    duration: seconds.at(-1)!.second - seconds[0]!.second + 1,
    value: join(
      seconds.flatMap((second) => figure.read(second) ?? []),
      figure.join,
    ),
  }))
  const values = points.map(({ value }) => value)
  const top = most(values)
  if (top === null || (top === 0 && figure.least === 0)) return null
  return {
    ...placesOf(points, frame),
    title: figure.title,
    description: `at most ${figure.format(top)}`,
    yTicks: roundTicks(Math.max(figure.least, top), 2).map((at) => ({
      at,
      label: at === 0 ? '0' : tick(figure.format(at)),
    })),
    lines: [{ label: 'value', look: 'plain', values, isArea: true }],
    readout: (index) => (values[index] === null ? '–' : figure.format(values[index]!)),
  }
}

function join(values: readonly number[], how: Figure['join']): number | null {
  if (values.length === 0) return null
  return how === 'most' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Ticks are round, so they need no zeros behind the point, and no noun. */
function tick(text: string): string {
  const [figure] = text.split(' ')
  return figure!.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '')
}
