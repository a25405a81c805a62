import { expect, test } from 'vitest'
import { segmentOf } from '../../../src/load/fleet/segments.js'

test.each([
  ['one machine', [3]],
  ['equal machines', [2, 2]],
  ['machines of different sizes', [1, 4, 2]],
])('the segments of %s cover each iteration once', (_, sizes) => {
  const covered = sizes.flatMap((workers, index) =>
    Array.from({ length: workers }, (_, worker) =>
      segmentOf(worker, workers, { index, of: sizes.length }),
    ).flatMap((segment) => iterationsOf(segment, 1000)),
  )
  expect(covered.sort((a, b) => a - b)).toEqual([...Array(1000).keys()])
})

test('what a machine sends does not depend on its number of workers', () => {
  const machine = { index: 1, of: 3 }
  const sent = [0, 1, 2, 3].flatMap((worker) => iterationsOf(segmentOf(worker, 4, machine), 300))
  expect(sent.sort((a, b) => a - b)).toEqual(iterationsOf(machine, 300))
})

function iterationsOf({ index, of }: { index: number; of: number }, end: number): number[] {
  return [...Array(end).keys()].filter((n) => n % of === index)
}
