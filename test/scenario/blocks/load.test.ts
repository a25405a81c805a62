import { describe, expect, test } from 'vitest'
import type { Load } from '../../../src/scenario/model/load-types.js'
import { readScenario } from '../../../src/scenario/read.js'

function load(text: string): Load {
  return readScenario(`load: { ${text} }\nrequests: [{ get: / }]\n`, { file: 'a.yaml', env: {} }).load
}

const targets = ({ start, stages }: Load) => [start, ...stages.map(({ target }) => target)]

describe('steps', () => {
  test('hold each level, with a jump between them', () => {
    expect(load('steps: { from: 10, to: 30, by: 10, every: 5s }')).toMatchObject({
      model: 'closed',
      start: 10,
      stages: [
        { durationMs: 5000, target: 10 },
        { durationMs: 0, target: 20 },
        { durationMs: 5000, target: 20 },
        { durationMs: 0, target: 30 },
        { durationMs: 5000, target: 30 },
      ],
    })
  })

  test.each([
    ['that do not divide the distance end at its end', 'from: 50/s, to: 120/s, by: 30/s', [50, 80, 110, 120]],
    ['may go down', 'from: 30, to: 10, by: 10', [30, 20, 10]],
    ['of fractions lose no level', 'from: 0.1/s, to: 0.3/s, by: 0.1/s', [0.1, 0.2, 0.3]],
    ['may stay at the same level', 'from: 10, to: 10, by: 0', [10]],
  ])('%s', (_, text, levels) => {
    const { stages } = load(`steps: { ${text}, every: 1s }`)
    const held = stages.filter(({ durationMs }) => durationMs > 0).map(({ target }) => target)
    expect(held.map((level) => Math.round(level * 1e9) / 1e9)).toEqual(levels)
  })
})

describe('a burst', () => {
  test('alone is an open model with nothing after it', () => {
    expect(load('burst: 2000')).toMatchObject({
      model: 'open',
      start: 0,
      stages: [{ durationMs: 10_000, target: 0, burst: 2000 }],
      maxVus: 2000,
    })
  })

  test('repeats for the whole duration', () => {
    const { stages } = load('burst: 5, every: 4s, duration: 10s')
    expect(stages.map(({ durationMs, burst }) => [durationMs, burst])).toEqual([
      [4000, 5],
      [4000, 5],
      [2000, 5],
    ])
  })

  test('adds to a rate', () => {
    expect(targets(load('burst: 5, rate: 10/s'))).toEqual([10, 10])
  })

  test('between stages keeps the rate', () => {
    const { stages } = load(
      'stages: [{ duration: 5s, rate: 10/s }, { burst: 50 }, { duration: 5s, rate: 20/s }]',
    )
    expect(stages).toEqual([
      { durationMs: 5000, target: 10 },
      { durationMs: 0, target: 10, burst: 50 },
      { durationMs: 5000, target: 20 },
    ])
  })
})
