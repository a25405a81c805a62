import { expect, test } from 'vitest'
import { expectedIterations } from '../../../src/report/explain/volume.js'
import { closedLoad, openLoad } from '../../load/simulate.js'

test.each([
  [openLoad(), 1000],
  [openLoad({ start: 0, stages: [{ durationMs: 10_000, target: 100 }] }), 500],
  [openLoad({ iterations: 70 }), 70],
  [openLoad({ iterations: 7000 }), 1000],
  [closedLoad({ iterations: 30 }), 30],
  [closedLoad(), null],
])('load %# has %s iterations', (load, wanted) => {
  expect(expectedIterations(load)).toBe(wanted)
})
