/**
 * One value of a JSON body against what it has to be.
 */
import type { JsonTest } from '../scenario/scenario.js'

/** Puts a text into quotes, short and without secrets. */
export type Show = (text: string) => string

/** The test in words, to follow the path: `is "ok"`, `>= 1`, `exists`. */
export function describeTest(test: JsonTest, show: Show): string {
  if (test.operator === 'exists') return 'exists'
  if (test.operator === 'missing') return 'is missing'
  return test.operator === '==' ? `is ${nameOf(test.value, show)}` : wanted(test, show)
}

/** What is wrong with a value (undefined: there is none), to follow the path: `is "failed", not "ok"`; or null. */
export function testFault(test: JsonTest, actual: unknown, show: Show): string | null {
  if (test.operator === 'missing') return actual === undefined ? null : 'is there'
  if (actual === undefined) return 'is missing'
  if (test.operator === 'exists' || holds(test, actual)) return null
  const name = nameOf(actual, show)
  return test.operator === '!=' ? `is ${name}` : `is ${name}, not ${wanted(test, show)}`
}

type Comparison = Exclude<JsonTest, { operator: 'exists' | 'missing' }>

function holds({ operator, value }: Comparison, actual: unknown): boolean {
  if (operator === '==') return actual === value
  if (operator === '!=') return actual !== value
  if (typeof actual !== 'number' || typeof value !== 'number') return false
  if (operator === '<') return actual < value
  if (operator === '<=') return actual <= value
  return operator === '>' ? actual > value : actual >= value
}

function wanted({ operator, value }: Comparison, show: Show): string {
  return operator === '==' ? nameOf(value, show) : `${operator} ${nameOf(value, show)}`
}

function nameOf(value: unknown, show: Show): string {
  if (typeof value === 'string') return show(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
