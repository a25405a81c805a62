import { expect, test } from 'vitest'
import { capacityHeadline } from '../../src/report/capacity.js'
import { RESULTS } from './results.js'

const found = RESULTS.capacity.capacity!
const open = { ...found, lower: null, upper: null, end: 'stopped' } as const

test.each([
  [found, 'Interrupted: "shop" carries 412/s within its limits, as far as it is known.'],
  [{ ...open, trials: [] }, 'Interrupted: what "shop" carries is not known yet.'],
])('an interrupted search says what is known', (capacity, headline) => {
  expect(capacityHeadline('interrupted', capacity, null)).toBe(headline)
})
