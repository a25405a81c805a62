import { expect, test } from 'vitest'
import { renderSparkline } from '../../../src/report/history/sparkline.js'

test.each<[string, (number | null)[], number[], number, string]>([
  ['a ramp', [0, 1, 2, 3, 4, 5, 6, 7], [], 20, '▁▂▃▄▅▆▇█'],
  ['equal values', [3, 3, 3], [], 20, '▁▁▁'],
  ['a gap', [1, null, 2], [], 20, '▁ █'],
  ['nothing', [null, null], [], 20, '  '],
  ['a change', [1, 1, 1, 2, 2], [3], 20, '▁▁▁│██'],
  ['two changes', [1, 1, 2, 2, 1], [2, 4], 20, '▁▁│██│▁'],
  ['too many values: medians', [1, 1, 9, 1, 1, 1, 2, 2], [], 4, '▁█▁▃'],
  ['too many values with a change', [1, 1, 1, 1, 2, 2, 2, 2], [4], 5, '▁▁│██'],
])('%s', (_, values, marks, width, wanted) => {
  const line = renderSparkline(values, marks, { width, ascii: false })
  expect(line).toBe(wanted)
  expect(line.length).toBeLessThanOrEqual(width)
})

test('ASCII has as many levels', () => {
  const line = renderSparkline([0, 1, 2, 3, 4, 5, 6, 7], [4], { width: 20, ascii: true })
  expect(line).toBe('_.-=|+*%#')
})
