/**
 * Checks one value of a JSON body.
 */
import { compareDecimals } from '../../base/decimal.js'
import type { JsonTest } from '../../scenario/model/expect.js'

/** Quotes a text, shortened and without secrets. */
export type Show = (text: string) => string

/** A number that a float can't hold, by its digits. */
export class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const COMPARE: Readonly<Record<Comparison['operator'], (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** The test in words that follow the path: `is "ok"`, `>= 1`, `exists`. */
export function describeTest(test: JsonTest, show: Show): string {
  if (test.operator === 'exists') return 'exists'
  if (test.operator === 'missing') return 'is missing'
  return test.operator === '==' ? `is ${wanted(test, show)}` : wanted(test, show)
}

/** Whether a value passes the test; undefined if there is none. */
export function passes(test: JsonTest, actual: unknown): boolean {
  if (test.operator === 'missing') return actual === undefined
  if (actual === undefined) return false
  return test.operator === 'exists' || holds(test, actual)
}

/** Why a value fails the test, in words that follow the path: `is "failed", not "ok"`. */
export function testFault(
  test: JsonTest,
  actual: unknown,
  { show, showResponse }: { readonly show: Show; readonly showResponse: Show },
): string {
  if (test.operator === 'missing') return 'is present'
  if (actual === undefined || test.operator === 'exists') return 'is missing'
  const name = nameOf(actual, showResponse)
  return test.operator === '!=' ? `is ${name}` : `is ${name}, not ${wanted(test, show)}`
}

type Comparison = Exclude<JsonTest, { operator: 'exists' | 'missing' }>

function holds({ operator, value, digits }: Comparison, actual: unknown): boolean {
  if (actual instanceof Digits && typeof value === 'number')
    return COMPARE[operator](compareDecimals(actual.text, digits ?? String(value)))
  if (operator === '==') return actual === value
  if (operator === '!=') return actual !== value
  if (typeof actual !== 'number' || typeof value !== 'number') return false
  if (operator === '<') return actual < value
  if (operator === '<=') return actual <= value
  return operator === '>' ? actual > value : actual >= value
}

function wanted({ operator, value, digits }: Comparison, show: Show): string {
  const name = digits ?? nameOf(value, show)
  return operator === '==' ? name : `${operator} ${name}`
}

function nameOf(value: unknown, show: Show): string {
  if (typeof value === 'string') return show(value)
  if (value instanceof Digits) return value.text
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
