import { describe, expect, test } from 'vitest'
import { countRedSessions } from './table.js'

const load = (seconds: number) => ({ seconds, perSecond: 1000 })

describe('the same code on both sides is called regressed', () => {
  test.each(['quiet', 'shared', 'hetero'] as const)('on %s machines hardly ever', (level) => {
    expect(countRedSessions(level, load(30), 1, 300)).toBeLessThanOrEqual(0.012)
  })
})

test.each([
  [1.1, 30, 0.87],
  [1.15, 15, 0.9],
  [1.2, 15, 0.96],
])('one request slower by %f is found in %i s a side', (factor, seconds, share) => {
  expect(countRedSessions('shared', load(seconds), factor, 100)).toBeGreaterThanOrEqual(share)
})
