import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/base/errors.js'
import { type CapacitySearchOptions, capacity } from '../../../src/run/capacity/capacity.js'
import { readScenario } from '../../../src/scenario/read.js'
import type { Reference } from '../../../src/verdict/measurement.js'

async function problemsOf(options: CapacitySearchOptions, block = ''): Promise<string[]> {
  const scenario = readScenario(`target: http://192.0.2.1\n${block}\nrequests: [{ get: / }]`, {
    file: 'shop.yaml',
    env: {},
  })
  const error = await capacity(scenario, options).catch((reason) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect(error.kind).toBe('usage')
  return (error as UserError).problems.map(({ message, hint }) => `${message}; ${hint}`)
}

/** A reference whose capacity is known. */
function carried(lower: number): Reference {
  const found = { of: 'rate', lower, upper: lower * 1.05, end: 'decided' }
  return { measurement: { capacity: found } as unknown as Reference['measurement'], name: 'before.json' }
}

describe('a search by the library refuses', () => {
  test.each<[CapacitySearchOptions, string]>([
    [{ from: 0 }, 'from: 0 is not a number of arrivals per second above 0; write one, such as 500'],
    [{ max: Number.NaN }, 'max: NaN is not a number of arrivals per second above 0'],
    [{ max: Number.POSITIVE_INFINITY }, 'max: Infinity is not a number of arrivals per second above 0'],
    [{ require: -1 }, 'require: -1 is not a number of arrivals per second above 0'],
    [{ from: 200, max: 100 }, 'the first load, 200/s, is above the most, 100/s; lower from or raise max'],
    [
      { require: 200, max: 100 },
      'the load that is required, 200/s, is above the most that may be sent, 100/s',
    ],
    [
      { budgetMs: 60_000 },
      'a budget of 1m is too short for the trials that a bound takes; use 1m26s or more',
    ],
    [{ verify: true, max: 100 }, 'verify: there is no capacity to verify; give a reference that has one'],
    [
      { verify: true, max: 100, reference: carried(200) },
      "verify: the reference's capacity less the tolerance, 180, is more than the most that may be sent, 100",
    ],
    [{}, 'http://192.0.2.1 is on another machine, and nothing limits what it may be sent'],
  ])('%j', async (options, message) => {
    expect(await problemsOf(options)).toEqual([expect.stringContaining(message)])
  })

  test('parts of users', async () => {
    expect(await problemsOf({ max: 10.5 }, 'capacity: { of: vus }')).toEqual([
      expect.stringContaining('max: 10.5 is not a whole number of virtual users above 0'),
    ])
  })

  test('all that is wrong at once', async () => {
    expect(await problemsOf({ from: 0, require: 0, budgetMs: 1000, verify: true })).toHaveLength(3)
  })
})

test('a search without a target is refused like a run', async () => {
  const scenario = readScenario('requests: [{ get: / }]', { file: 'shop.yaml', env: {} })
  await expect(capacity(scenario)).rejects.toThrow('the scenario has no target')
})
