import { describe, expect, test } from 'vitest'
import { Pulse } from '../../src/run/pulse.js'
import type { FailureKind } from '../../src/stats/result.js'

const REFUSED = 'connect ECONNREFUSED 127.0.0.1:1'

/** A second in which this many of the requests failed. */
const second = (requests: number, failed: number, kind: FailureKind = 'connect') => ({
  requests,
  failed,
  errors: new Map(failed === 0 ? [] : [['x', { kind, message: REFUSED, count: failed }]]),
})

const times = (count: number, ...each: ReturnType<typeof second>[]) =>
  Array.from({ length: count }, () => each)

describe('a side', () => {
  test.each([
    ['that answers', times(30, second(9, 0)), null],
    ['that nothing reaches from the first second on', times(10, second(9, 9)), REFUSED],
    ['that dies on the way', [...times(20, second(9, 0)), ...times(10, second(9, 9))], REFUSED],
    ['that is dead under each name', times(10, second(1, 1), second(3, 3)), REFUSED],
    [
      'that sends nothing in between',
      [...times(5, second(1, 1)), ...times(9), ...times(5, second(1, 1))],
      REFUSED,
    ],
    ['that was not dead for long', times(9, second(9, 9)), null],
    ['that comes back', [...times(9, second(9, 9)), [second(9, 8)], ...times(9, second(9, 9))], null],
    ['where one request gets responses', times(30, second(1, 1), second(3, 0)), null],
    ['that responds with errors', times(30, second(9, 9, 'status')), null],
    ['that closes its connections', times(30, second(9, 9, 'reset')), null],
  ])('%s', (_, seconds, why) => {
    const pulse = new Pulse()
    for (const series of seconds) pulse.note(series)
    expect(pulse.death).toBe(why === null ? null : `no request reached it for 10s: ${why}`)
  })
})
