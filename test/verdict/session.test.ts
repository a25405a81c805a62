import { describe, expect, test } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, simulate } from './simulate.js'
import { countRedSessions } from './table.js'

const load = (seconds: number) => ({ seconds, perSecond: 1000 })

describe('the same code on both sides is called regressed', () => {
  test.each(['quiet', 'shared', 'hetero'] as const)('on %s machines hardly ever', (level) => {
    expect(countRedSessions({ level, load: load(30) }, 1, 300)).toBeLessThanOrEqual(0.012)
  })

  test.each([2, 8])('nor where each start has luck of its own, with %i starts of both sides', (starts) => {
    expect(countRedSessions({ level: 'noisy', load: load(60), starts }, 1, 250)).toBeLessThanOrEqual(0.012)
  })

  test('but too often there with one start: what restarts are for', () => {
    expect(countRedSessions({ level: 'noisy', load: load(60) }, 1, 150)).toBeGreaterThan(0.03)
  })
})

test.each([
  [1.1, 30, 0.87],
  [1.15, 15, 0.9],
  [1.2, 15, 0.96],
])('one request slower by %f is found in %i s a side', (factor, seconds, share) => {
  expect(countRedSessions({ level: 'shared', load: load(seconds) }, factor, 100)).toBeGreaterThanOrEqual(
    share,
  )
})

test('with four starts a slowdown of 10 % is found on a shared machine in a minute of each side', () => {
  const setting = { level: 'shared', load: load(60), starts: 4 } as const
  expect(countRedSessions(setting, 1.1, 100)).toBeGreaterThanOrEqual(0.9)
})

describe('a session that could not tell', () => {
  const side = (which: 'a' | 'b', result: Result): Result => ({
    ...result,
    session: { id: '7f3k', side: which, looks: 1 },
  })
  const told = (options: { noise?: number; seconds?: number }) =>
    compare(
      side('a', simulate(SHOP, { ...options, seed: 1 })),
      side('b', simulate(SHOP, { ...options, seed: 4 })),
    )

  test('for noise: asks for more seconds and a quieter machine, never for baselines or --runs', () => {
    const { verdict, notes } = told({ noise: 0.5 })
    expect(verdict).toBe('inconclusive')
    expect(notes.join()).toMatch(/more seconds of each side \(--max-duration 120s\), or a quieter machine/)
    expect(notes.join()).not.toMatch(/baseline|--runs/)
  })

  test('for want of seconds: asks for a longer session', () => {
    const { verdict, notes } = told({ seconds: 4 })
    expect(verdict).toBe('inconclusive')
    expect(notes.join()).toContain('a longer session (--max-duration) would settle it')
  })
})
