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

test('a search that lost an agent says what is known', () => {
  const least = { ...found, upper: null, end: 'stopped' } as const
  expect(capacityHeadline('inconclusive', least, null)).toBe(
    'Inconclusive: "shop" carries at least 412/s within its limits; an agent was lost, which ended the search.',
  )
})
