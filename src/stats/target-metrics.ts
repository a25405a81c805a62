/**
 * The metrics that a service reports of itself: one figure a second becomes figures of the measured part.
 */
import { number, type Shape } from '../base/shape.js'

/** A metric in the measured part, from the seconds that have a figure of it. */
export interface MetricFigures {
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly last: number
  /** What it counts, as far as its names say so; absent for a plain number. */
  readonly unit?: MetricUnit
}

/** The units that can follow from the names of metrics. */
export const METRIC_UNITS = ['bytes', 'seconds', 'ms', 'perSecond', 'bytesPerSecond', 'ratio'] as const

/** What the figures of a metric count. */
export type MetricUnit = (typeof METRIC_UNITS)[number]

/** The figures of metrics by name; null if no second has one. */
export type MetricsByName = Readonly<Record<string, MetricFigures | null>>

/** The figures of one second by the name of the metric. Metrics without one are left out. */
export type MetricValues = Readonly<Record<string, number>>

/** A second of the measured part with its figures. */
export interface MetricSecond {
  readonly second: number
  readonly metrics: MetricValues
}

/** A metric to summarize. */
export interface NamedMetric {
  readonly name: string
  readonly unit: MetricUnit | null
}

/** Returns the figures of each metric: the mean is that of the seconds that have a figure. */
export function summarizeMetrics(
  metrics: readonly NamedMetric[],
  seconds: readonly MetricSecond[],
): MetricsByName {
  return Object.fromEntries(
    metrics.map(({ name, unit }) => [
      name,
      summarizeValues(
        seconds.flatMap(({ metrics: values }) => (Object.hasOwn(values, name) ? values[name]! : [])),
        unit,
      ),
    ]),
  )
}

function summarizeValues(values: readonly number[], unit: MetricUnit | null): MetricFigures | null {
  if (values.length === 0) return null
  const [mean, min, max] = values.reduce(
    ([sum, least, most], value) => [
      sum + value / values.length,
      Math.min(least, value),
      Math.max(most, value),
    ],
    [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ) as [number, number, number]
  return { mean: rounded(mean), min, max, last: values.at(-1)!, ...(unit !== null && { unit }) }
}

/** Twelve digits: what is beyond them comes from calculating. */
export function rounded(value: number): number {
  return Number(value.toPrecision(12))
}

/** Joins the figures of several runs, given the seconds of all of them. */
export function joinMetrics(
  parts: readonly MetricsByName[],
  seconds: readonly MetricSecond[],
): MetricsByName {
  const units = new Map<string, MetricUnit | null>()
  for (const [name, figures] of parts.flatMap((part) => Object.entries(part)))
    units.set(name, figures?.unit ?? units.get(name) ?? null)
  return summarizeMetrics(
    [...units].map(([name, unit]) => ({ name, unit })),
    seconds,
  )
}

/** Reads the figures by name from a result file. */
export function readMetrics(shape: Shape): MetricsByName {
  return byName(shape, (figures) => figures.or(readFigures, null))
}

/** Reads the figures of one second from a result file. */
export function readMetricValues(shape: Shape): MetricValues {
  return byName(shape, number)
}

function byName<T>(shape: Shape, read: (shape: Shape) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(shape.object()).map((name) => [name, read(shape.get(name))]))
}

function readFigures(shape: Shape): MetricFigures {
  const unit = shape.get('unit').or((each) => each.oneOf(METRIC_UNITS), null)
  return {
    mean: shape.get('mean').number(),
    min: shape.get('min').number(),
    max: shape.get('max').number(),
    last: shape.get('last').number(),
    ...(unit !== null && { unit }),
  }
}
