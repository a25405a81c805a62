import { describe, expect, test } from 'vitest'
import { Profile, warmupProfile } from '../../src/plan/profile.js'
import { closedLoad, openLoad } from '../load/simulate.js'

const SHAPES: Record<string, Profile> = {
  'a constant rate': new Profile(200, [{ durationMs: 30_000, target: 200 }]),
  'a ramp from nothing': new Profile(0, [{ durationMs: 60_000, target: 500 }]),
  'a ramp to nothing': new Profile(100, [{ durationMs: 20_000, target: 0 }]),
  'less than one a second': new Profile(0.25, [{ durationMs: 600_000, target: 0.25 }]),
  'a jump': new Profile(10, [
    { durationMs: 5000, target: 10 },
    { durationMs: 0, target: 90 },
    { durationMs: 5000, target: 90 },
  ]),
  'a pause in the middle': new Profile(50, [
    { durationMs: 2000, target: 50 },
    { durationMs: 0, target: 0 },
    { durationMs: 3000, target: 0 },
    { durationMs: 2000, target: 80 },
  ]),
  'an hour of hills': new Profile(
    1,
    Array.from({ length: 60 }, (_, i) => ({ durationMs: 60_000, target: i % 2 === 0 ? 20.5 : 3 })),
  ),
}

describe.each(Object.entries(SHAPES))('%s', (_, profile) => {
  const total = profile.count(profile.durationMs)

  test('has each arrival due where the area under the rate reaches its number', () => {
    for (let n = 0; n < total - 1e-6; n += Math.max(1, Math.floor(total / 1000))) {
      expect(profile.count(profile.due(n))).toBeCloseTo(n, 6)
    }
  })

  test('has its arrivals in order, within its time, and as many as the area', () => {
    let last = 0
    let n = 0
    for (; profile.due(n) < Number.POSITIVE_INFINITY; n++) {
      expect(profile.due(n)).toBeGreaterThanOrEqual(last)
      last = profile.due(n)
    }
    expect(last).toBeLessThanOrEqual(profile.durationMs)
    expect(n).toBe(Math.ceil(total - 1e-6))
  })

  test('changes its number of users only at the reported times', () => {
    let t = 0
    for (let steps = 0; t < profile.durationMs; steps++) {
      const next = profile.nextChange(t)
      expect(next).toBeGreaterThan(t)
      const users = profile.users(t)
      expect(profile.users(t + (next - t) * 0.5)).toBe(users)
      expect(profile.users(t + (next - t) * 0.999)).toBe(users)
      expect(steps).toBeLessThan(10_000)
      t = next
    }
    expect(profile.users(profile.durationMs)).toBe(0)
  })
})

test('an hour is as exact as a second', () => {
  const profile = new Profile(1000 / 3, [{ durationMs: 3_600_000, target: 1000 / 3 }])
  expect(profile.due(1_199_999)).toBeCloseTo(3_599_997, 6)
})

test('a ramp from 0 has its first user at once and its last just before the top', () => {
  const profile = new Profile(0, [{ durationMs: 5000, target: 20 }])
  expect(profile.users(0)).toBe(1)
  expect(profile.users(249.9)).toBe(1)
  expect(profile.users(250.1)).toBe(2)
  expect(profile.users(4750.1)).toBe(20)
})

test('the warm-up ramps up to the initial level', () => {
  expect(
    warmupProfile(closedLoad({ warmupMs: 2000, start: 0, stages: [{ durationMs: 1, target: 20 }] })).at(1500),
  ).toBe(20)
  expect(
    warmupProfile(openLoad({ warmupMs: 2000, start: 7, stages: [{ durationMs: 1, target: 20 }] })).at(1500),
  ).toBe(7)
  expect(warmupProfile(closedLoad({ warmupMs: 0 })).durationMs).toBe(0)
})

describe('a burst', () => {
  const profile = new Profile(10, [
    { durationMs: 1000, target: 10 },
    { durationMs: 1000, target: 10, burst: 5 },
  ])

  test('is due at one moment, between the arrivals before and after it', () => {
    const due = Array.from({ length: 25 }, (_, n) => Math.round(profile.due(n)))
    expect(due.slice(8, 18)).toEqual([800, 900, 1000, 1000, 1000, 1000, 1000, 1000, 1100, 1200])
    expect(profile.due(25)).toBe(Number.POSITIVE_INFINITY)
  })

  test('counts once it is over', () => {
    expect([999, 1000, 1001, 2000].map((t) => Math.round(profile.count(t)))).toEqual([10, 10, 15, 25])
  })

  test('is not a stage of its own and does not change the level', () => {
    expect([profile.stages, profile.stageAt(1000), profile.peak, profile.durationMs]).toEqual([
      2, 2, 10, 2000,
    ])
  })
})
