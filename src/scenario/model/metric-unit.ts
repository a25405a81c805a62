/**
 * What the figures of an expression count, as far as the names of metrics say so: Prometheus has them end with their unit
 * (https://prometheus.io/docs/practices/naming/).
 */
import type { MetricUnit } from '../../stats/target-metrics.js'
import type { MetricExpression } from './metric-expression.js'

/** The unit of an expression; null for a plain number. `isOpen`: its names don't say, so it may be in any unit. */
export interface KnownUnit {
  readonly unit: MetricUnit | null
  readonly isOpen: boolean
}

/** Returns the unit of an expression's figures. */
export function unitOf(expression: MetricExpression): KnownUnit {
  const { bytes, seconds, ms, isOpen, isScaled } = dimensionsOf(expression)
  const unit = isScaled
    ? undefined
    : UNITS.find(([...powers]) => `${powers.slice(1)}` === `${[bytes, seconds, ms]}`)
  return { unit: unit?.[0] ?? null, isOpen: isOpen && unit === undefined && !isScaled }
}

/** The powers of bytes, seconds and ms that make up each unit. */
const UNITS: readonly (readonly [MetricUnit, number, number, number])[] = [
  ['bytes', 1, 0, 0],
  ['seconds', 0, 1, 0],
  ['ms', 0, 0, 1],
  ['perSecond', 0, -1, 0],
  ['bytesPerSecond', 1, -1, 0],
]

interface Dimensions {
  readonly bytes: number
  readonly seconds: number
  readonly ms: number
  readonly isOpen: boolean
  /** It is multiplied with a number, or a sum of different units: only its author knows its unit. */
  readonly isScaled: boolean
}

const PLAIN: Dimensions = { bytes: 0, seconds: 0, ms: 0, isOpen: false, isScaled: false }

function dimensionsOf(expression: MetricExpression): Dimensions {
  switch (expression.type) {
    case 'number':
      return PLAIN
    case 'sum':
      return dimensionsOfName(expression.of.name)
    case 'rate': {
      const of = dimensionsOfName(expression.of.name)
      return { ...of, seconds: of.seconds - 1 }
    }
    case 'operation': {
      const [left, right] = [dimensionsOf(expression.left), dimensionsOf(expression.right)]
      if (expression.operator === '+' || expression.operator === '-') return addition(left, right)
      const isScaled = isConstant(expression.left) || isConstant(expression.right)
      return product(left, right, { sign: expression.operator === '*' ? 1 : -1, isScaled })
    }
  }
}

function addition(left: Dimensions, right: Dimensions): Dimensions {
  const isSame = left.bytes === right.bytes && left.seconds === right.seconds && left.ms === right.ms
  const isOpen = left.isOpen && right.isOpen
  return { ...left, isOpen, isScaled: !isSame || left.isScaled || right.isScaled }
}

function product(
  left: Dimensions,
  right: Dimensions,
  { sign, isScaled }: { readonly sign: 1 | -1; readonly isScaled: boolean },
): Dimensions {
  return {
    bytes: left.bytes + sign * right.bytes,
    seconds: left.seconds + sign * right.seconds,
    ms: left.ms + sign * right.ms,
    isOpen: left.isOpen || right.isOpen,
    isScaled: isScaled || left.isScaled || right.isScaled,
  }
}

function isConstant(expression: MetricExpression): boolean {
  if (expression.type !== 'operation') return expression.type === 'number'
  return isConstant(expression.left) && isConstant(expression.right)
}

function dimensionsOfName(name: string): Dimensions {
  if (/_(count|bucket)$/.test(name)) return PLAIN
  const unit = /_(bytes|seconds|milliseconds|ms)(_total|_sum)?$/.exec(name)?.[1]
  if (unit === undefined) return { ...PLAIN, isOpen: !name.endsWith('_total') }
  return { ...PLAIN, [unit === 'milliseconds' ? 'ms' : unit]: 1 }
}
