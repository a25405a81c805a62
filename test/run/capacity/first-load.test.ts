import { describe, expect, test } from 'vitest'
import { firstLoadOf } from '../../../src/run/capacity/first-load.js'

const journey = { kind: 'journey', requests: 100, failed: 0 } as const

describe('the first load', () => {
  test('is half of the iterations that succeeded; steps and logins are none', () => {
    const step = { ...journey, kind: 'step' } as const
    const login = { kind: 'request', phase: 'beforeEach', requests: 4, failed: 0 } as const
    expect(firstLoadOf([login, { ...journey, failed: 20 }, step, step], { errors: [] }, 5)).toEqual({
      load: 8,
    })
  })

  test('is the least if all failed, and says why', () => {
    const errors = [{ kind: 'status', message: 'status 429', count: 100 }] as const
    expect(firstLoadOf([{ ...journey, failed: 100 }], { errors }, 5)).toEqual({
      load: 1,
      doubt: expect.stringContaining(
        'no iteration succeeded, because of status 429; the search begins with 1/s',
      ),
    })
  })

  test('is the least if nothing was finished, and says so', () => {
    expect(firstLoadOf([{ ...journey, requests: 0 }], { errors: [] }, 5)).toEqual({
      load: 1,
      doubt: expect.stringContaining('no iteration was finished in time; the search begins with 1/s'),
    })
  })
})
