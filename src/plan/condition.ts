/**
 * Compiles `if` and `until`.
 */
import { compareDecimals, isNumber, losesDigits } from '../base/decimal.js'
import { Pattern, SlowPatternError } from '../base/pattern.js'
import type { Condition } from '../scenario/model/journey.js'
import type { IterationContext } from './iteration-values.js'
import { compileText, type FeederIndex, type Value } from './template.js'

/** Whether a condition is true for an iteration. */
export type Holds = (draws: IterationContext) => boolean

/** Compiles a condition. Two numbers are compared as numbers, everything else as text. */
export function compileCondition(condition: Condition, feeders: FeederIndex): Holds {
  const left = textOf(condition.left, feeders)
  if (!('right' in condition)) {
    const isWanted = condition.operator === 'is'
    return (draws) => isYes(left(draws)) === isWanted
  }
  const right = textOf(condition.right, feeders)
  if (condition.operator === 'matches' && condition.right.every((part) => typeof part === 'string')) {
    const pattern = new Pattern(condition.right.join(''))
    return (draws) => searched(pattern, left(draws))
  }
  const compare = COMPARE[condition.operator]
  return (draws) => compare(left(draws), right(draws))
}

function textOf(template: Condition['left'], feeders: FeederIndex): (draws: IterationContext) => string {
  const text = compileText(template, feeders, write)
  return typeof text === 'string' ? () => text : text
}

/** A value that was never captured is empty text, so that a condition can test for it. */
function write(value: Value | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

/** Whether the text is truthy. False for what means no or nothing in files and responses. */
function isYes(text: string): boolean {
  return !['', 'false', '0', 'null'].includes(text.trim())
}

type Operator = Extract<Condition, { readonly right: unknown }>['operator']

const COMPARE: Readonly<Record<Operator, (left: string, right: string) => boolean>> = {
  '==': (left, right) => order(left, right) === 0,
  '!=': (left, right) => order(left, right) !== 0,
  '<': (left, right) => order(left, right) < 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>': (left, right) => order(left, right) > 0,
  '>=': (left, right) => order(left, right) >= 0,
  contains: (left, right) => left.includes(right),
  matches: (left, right) => searched(new Pattern(right), left),
}

function order(left: string, right: string): number {
  const texts = [left.trim(), right.trim()] as const
  if (texts.every(isNumber) && texts.some(losesDigits)) return compareDecimals(...texts)
  const [a, b] = [Number(left), Number(right)]
  if (left.trim() !== '' && right.trim() !== '' && !Number.isNaN(a) && !Number.isNaN(b)) return a - b
  return left === right ? 0 : left < right ? -1 : 1
}

/** A search that times out finds nothing, because a condition can't fail. */
function searched(pattern: Pattern, text: string): boolean {
  try {
    return pattern.test(text, Number.POSITIVE_INFINITY)
  } catch (error) {
    if (error instanceof SlowPatternError) return false
    throw error
  }
}
