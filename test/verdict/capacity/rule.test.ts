import { expect, test } from 'vitest'
import { addSeconds, classify, NO_SECONDS } from '../../../src/verdict/capacity/rule.js'

const RULE = { trialSeconds: 10, sumSeconds: 60, exceed: 0.2 }
const classOf = (trials: string, rule = RULE) =>
  classify(
    trials.split(' ').reduce((seconds, trial) => {
      const match = /^(\d+)?([+-])$/.exec(trial)
      if (match === null) return seconds
      return addSeconds(seconds, Number(match[1] ?? 10), match[2] === '+', rule)
    }, NO_SECONDS),
    rule,
  )

test.each([
  ['', 'undecided'],
  ['+ + + +', 'undecided'],
  // The sixth may miss, so it isn't needed.
  ['+ + + + +', 'lower'],
  ['+ + - + +', 'undecided'],
  ['+ + - + + +', 'lower'],
  ['-', 'undecided'],
  ['- -', 'upper'],
  ['+ + + - -', 'upper'],
  // Good short trials don't make a bound, however many.
  ['5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+ 5+', 'undecided'],
  // Bad short ones count, but for a quarter of the good ones' seconds.
  ['5- 5- 5-', 'upper'],
  ['5+ 5+ 5+ 5+ 5- 5- 5-', 'undecided'],
  ['5- 5- 5+ + + + + +', 'lower'],
  // More trials than the sum asks for are judged by their share.
  ['- - + + + + + + + +', 'lower'],
] as const)('trials "%s": %s', (trials, expected) => {
  expect(classOf(trials)).toBe(expected)
})

test('a sum that excuses no whole trial is decided by one', () => {
  expect(classOf('2-', { trialSeconds: 2, sumSeconds: 8, exceed: 0.2 })).toBe('upper')
})

test('a trial that is short by rounding counts in full', () => {
  expect(addSeconds(NO_SECONDS, 10 - 1e-9, true, RULE).goodShort).toBe(0)
})
