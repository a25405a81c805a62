import { expect, test } from 'vitest'
import { lessControls, makeControl } from '../../src/verdict/controls.js'
import { type Block, pairLatencies } from '../../src/verdict/pairing.js'
import type { Series } from '../../src/verdict/series.js'
import { histogramOf } from './latencies.js'

/** Slices of `count` answers, each of which took so many microseconds. */
function series(micros: readonly number[], count = 40): Series {
  return micros.map((value) => ({
    seconds: 1,
    requests: count,
    failed: 0,
    latencies: [histogramOf([value], count)],
  }))
}

const STEADY = Array.from({ length: 12 }, () => 10_000)
/** The machine was slower by these factors when b had its turn. */
const MOODS = STEADY.map((_, second) => 1 + (second % 5) / 10)
const after = (factor: number): Block => ({
  a: series(STEADY),
  b: series(MOODS.map((mood) => Math.round(10_000 * mood * factor))),
})

test('what the machine did to all requests alike is gone, what the code did to one is left', () => {
  const paired = pairLatencies([after(1.2)], 'p50')
  const controls = [makeControl('others', [after(1)])]
  for (const difference of lessControls(paired, controls)![0]!)
    expect(difference).toBeCloseTo(Math.log(1.2), 3)
})

test('blocks keep their places', () => {
  const blocks = [after(1.2), after(1.4)]
  const controls = [makeControl('others', [after(1), after(1)])]
  const [first, second] = lessControls(pairLatencies(blocks, 'p50'), controls)!
  expect(first![0]).toBeCloseTo(Math.log(1.2), 3)
  expect(second![0]).toBeCloseTo(Math.log(1.4), 3)
})

test('pairs of several slices are held against all of them', () => {
  const rare: Block = {
    a: series(STEADY, 10),
    b: series(
      MOODS.map((mood) => 12_000 * mood),
      10,
    ),
  }
  const paired = pairLatencies([rare], 'p50')
  expect(paired.blocks[0]).toHaveLength(6)
  expect(lessControls(paired, [makeControl('others', [after(1)])])![0]).toHaveLength(6)
})

test('without a control that was answered all the time there is nothing to hold it against', () => {
  const silent: Block = {
    a: series(STEADY),
    b: series(
      MOODS.map(() => 10_000),
      3,
    ),
  }
  const paired = pairLatencies([after(1.2)], 'p50')
  expect(lessControls(paired, [])).toBeNull()
  expect(lessControls(paired, [makeControl('others', [silent])])).toBeNull()
})
