/**
 * Calculates expressions from the series of two readings.
 */
import type { Ms } from '../../base/clock.js'
import {
  describeSelector,
  type MetricExpression,
  type Selector,
  selectorsOf,
} from '../../scenario/model/metric-expression.js'
import type { SeriesValues } from './page.js'

/** The series of each selector at one moment. */
export interface SeriesReading {
  readonly atMs: Ms
  readonly series: readonly SeriesValues[]
  /** What earlier pages had and this one hasn't, by selector; absent: nothing. */
  readonly gone?: readonly ReadonlyMap<string, Earlier>[]
}

/** The last value of a series that is no longer on the page. */
interface Earlier {
  readonly atMs: Ms
  readonly value: number
}

/** A series that has been gone for longer is forgotten: labels may change with every scrape. */
const GONE_MS = 10_000

/**
 * Returns the reading with the series that are gone since the one before. A page may leave out some for a moment, as when
 * an exporter can't ask its database; a counter that comes back has not counted from 0 since.
 */
export function withGone(reading: SeriesReading, before: SeriesReading | null): SeriesReading {
  if (before === null) return reading
  const gone = reading.series.map((series, position) => {
    const last = [...before.series[position]!].map(
      ([labels, value]) => [labels, { atMs: before.atMs, value }] as const,
    )
    const all = [...(before.gone?.[position] ?? []), ...last]
    return new Map(all.filter(([labels, { atMs }]) => !series.has(labels) && reading.atMs - atMs < GONE_MS))
  })
  return { ...reading, gone }
}

/** The different selectors of expressions, in the order of the series in a reading. */
export function listSelectors(expressions: readonly MetricExpression[]): Selector[] {
  const selectors = expressions.flatMap(selectorsOf)
  return [...new Map(selectors.map((selector) => [describeSelector(selector), selector])).values()]
}

/** An expression that can be calculated. */
export class Formula {
  /** The positions of its selectors. */
  readonly uses: readonly number[]
  private readonly expression: MetricExpression
  private readonly positions: ReadonlyMap<string, number>

  /** `selectors`: those of the readings. */
  constructor(expression: MetricExpression, selectors: readonly Selector[]) {
    this.expression = expression
    this.positions = new Map(selectors.map((selector, index) => [describeSelector(selector), index]))
    this.uses = selectorsOf(expression).map((selector) => this.positionOf(selector))
  }

  /**
   * Returns the figure of `reading`, given the one before; null if a series is missing, there is none before for a rate, or
   * the figure isn't a number.
   */
  value(reading: SeriesReading, before: SeriesReading | null): number | null {
    const value = this.calculate(this.expression, reading, before)
    return Number.isFinite(value) ? value : null
  }

  /** NaN stands for a figure that isn't known, and makes all that is calculated from it unknown. */
  private calculate(expression: MetricExpression, now: SeriesReading, before: SeriesReading | null): number {
    switch (expression.type) {
      case 'number':
        return expression.value
      case 'sum':
        return sumOf(now.series[this.positionOf(expression.of)]!)
      case 'rate':
        return before === null ? Number.NaN : rateOf(this.positionOf(expression.of), now, before)
      case 'operation': {
        const left = this.calculate(expression.left, now, before)
        const right = this.calculate(expression.right, now, before)
        return operate(expression.operator, left, right)
      }
    }
  }

  private positionOf(selector: Selector): number {
    return this.positions.get(describeSelector(selector))!
  }
}

function operate(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? Number.NaN : left / right
  }
}

function sumOf(series: SeriesValues): number {
  if (series.size === 0) return Number.NaN
  return [...series.values()].reduce((sum, value) => sum + value, 0)
}

/**
 * The increase per second of all series together. A counter that fell was restarted, and one that no page had has only
 * been created: both count from 0.
 */
function rateOf(position: number, now: SeriesReading, before: SeriesReading): number {
  const [series, earlier, gone] = [now.series[position]!, before.series[position]!, before.gone?.[position]]
  if (series.size === 0 || now.atMs <= before.atMs) return Number.NaN
  let rate = 0
  for (const [labels, value] of series) {
    const { atMs, value: start } = (earlier.has(labels) ? undefined : gone?.get(labels)) ?? {
      atMs: before.atMs,
      value: earlier.get(labels) ?? 0,
    }
    rate += (1000 * (value < start ? value : value - start)) / (now.atMs - atMs)
  }
  return rate
}
