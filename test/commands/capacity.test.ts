import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { capacity, findFloor, type RawCapacityFlags } from '../../src/commands/capacity.js'
import { readScenario } from '../../src/scenario/read.js'
import type { Reference } from '../../src/verdict/measurement.js'
import { createMemoryIo } from './memory-io.js'

async function problemsOf(flags: RawCapacityFlags, block = ''): Promise<string[]> {
  const io = createMemoryIo()
  writeFileSync(
    join(io.cwd, 'shop.yaml'),
    `target: http://192.0.2.1\n${block}\nrequests: [{ get: / }]\nthresholds: [p95 < 1s]\n`,
  )
  const error = await capacity('shop.yaml', flags, io).catch((reason) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect(error.kind).toBe('usage')
  return (error as UserError).problems.map(({ message, hint }) => `${message}; ${hint}`)
}

test.each<[RawCapacityFlags, string]>([
  [{ from: '20' }, '--from 20: not a rate above 0; write a rate such as --from 500/s'],
  [{ max: '0/s' }, '--max 0/s: not a rate above 0'],
  [{ budget: '10' }, '--budget 10: not a duration'],
  [{ budget: '1m' }, 'a budget of 1m is too short for the trials that a bound takes; use 1m26s or more'],
  [{ from: '200/s', max: '100/s' }, 'the first load, 200/s, is above the most, 100/s'],
  [
    { require: '200/s', max: '100/s' },
    'the load that is required, 200/s, is above the most that may be sent, 100/s',
  ],
  [{ verify: true, max: '100/s' }, '--verify: there is no baseline of the capacity to verify'],
  [{}, 'http://192.0.2.1 is on another machine, and nothing limits what it may be sent'],
])('%j is refused with the way out', async (flags, message) => {
  expect(await problemsOf(flags)).toEqual([expect.stringContaining(message)])
})

test('all wrong flags are reported at once', async () => {
  expect(await problemsOf({ from: 'x', max: 'y', budget: 'z', require: '?' })).toHaveLength(4)
})

test('virtual users are whole numbers', async () => {
  expect(await problemsOf({ max: '100/s' }, 'capacity: { of: vus }')).toEqual([
    expect.stringContaining('--max 100/s: not a number of virtual users above 0; write a whole number'),
  ])
})

describe('what --verify asks for', () => {
  const scenario = readScenario('requests: [{ get: / }]', { file: 'shop.yaml', env: {} })
  const floorOf = (lower: number, settings: { of: 'rate' | 'vus'; max: number | null }) => {
    const reference = { measurement: { capacity: { ...settings, lower, upper: null, end: 'decided' } } }
    const asked = { required: null, reference: reference as unknown as Reference, isCheck: true }
    return findFloor(asked, scenario, settings)
  }

  test('is the capacity of the baseline less the tolerance, in whole users', () => {
    expect(floorOf(412, { of: 'rate', max: null })).toEqual({ load: 370.8, by: 'baseline' })
    expect(floorOf(23, { of: 'vus', max: null })).toEqual({ load: 21, by: 'baseline' })
  })

  test.each([
    [{ of: 'rate', max: 370 }, '371/s, is more than the most that may be sent, 370/s'],
    [{ of: 'vus', max: 370 }, '371 users, is more than the most that may be sent, 370 users'],
  ] as const)('is never more than may be sent: %j', (settings, message) => {
    expect(() => floorOf(412, settings)).toThrow(message)
  })
})
