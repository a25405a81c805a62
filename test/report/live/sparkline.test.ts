import { expect, test } from 'vitest'
import { drawSparkline } from '../../../src/report/live/sparkline.js'

test.each([
  ['the largest is the tallest, 0 the lowest', [0, 1, 4, 7, 8], 10, '▁▂▅██'],
  ['any value above 0 is taller than 0', [0, 0.001, 1000], 10, '▁▂█'],
  ['all 0 is flat', [0, 0, 0], 10, '▁▁▁'],
  ['nothing measured leaves a gap', [1, null, 1], 10, '█ █'],
  ['the newest are shown, at their own scale', [1000, 1, 2], 2, '▅█'],
  ['no room', [1, 2], 0, ''],
  ['no values', [], 5, ''],
])('%s', (_, values, width, drawn) => {
  expect(drawSparkline(values, width, false)).toBe(drawn)
})

test('without Unicode there are as many ASCII bars', () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7]
  expect(drawSparkline(values, 8, true)).toBe('_.-=+*#@')
})
