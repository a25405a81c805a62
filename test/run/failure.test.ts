import { describe, expect, test } from 'vitest'
import { userError } from '../../src/base/errors.js'
import type { FleetFailure } from '../../src/load/fleet/threads.js'
import { isRunFailure, whyFailed, whyNotBegun, whyStopped } from '../../src/run/failure.js'
import { Breakdown } from '../../src/run/interrupt.js'

const FAILURE: FleetFailure = {
  kind: 'crashed',
  worker: 0,
  workers: 2,
  message: 'boom',
  stack: 'Error: boom\n    at there',
  code: null,
  workedMs: 12_345,
}

const why = (failure: Partial<FleetFailure>, stoppedMs = 13_000) =>
  whyFailed({ failure: { ...FAILURE, ...failure }, stoppedMs }, ['hunter2hunter2'])

describe('a worker that failed', () => {
  test.each<[string, Partial<FleetFailure>, string]>([
    ['a bug', {}, 'worker 1 of 2 failed after 12.3s: boom; the other one kept running until 13s'],
    [
      'of three',
      { workers: 3, worker: 2 },
      'worker 3 of 3 failed after 12.3s: boom; the other 2 kept running until 13s',
    ],
    ['alone', { workers: 1 }, 'the worker failed after 12.3s: boom'],
    ['before', { workers: 1, workedMs: null }, 'the worker failed before the load began: boom'],
    [
      'memory',
      { kind: 'memory', workers: 1 },
      'the worker ran out of memory after 12.3s: use fewer virtual users, or spread them over more --workers',
    ],
    [
      'stuck',
      { kind: 'stuck', workers: 1 },
      'the worker hung and was terminated; its last report came after 12.3s',
    ],
    ['data', { kind: 'spent', message: 'data.user ran out' }, 'data.user ran out'],
  ])('%s', (_, failure, wanted) => {
    expect(why(failure).error).toBe(wanted)
  })

  test('keeps its stack and hides secrets', () => {
    const { error, errorStack } = why({ message: 'at hunter2hunter2', stack: 'Error: at hunter2hunter2' })
    expect(error).toContain('at [redacted]')
    expect(errorStack).toBe('Error: at [redacted]')
    expect(why({ stack: null })).not.toHaveProperty('errorStack')
  })
})

test('a run that was not sent gives the reason and hint, unless it was interrupted; invalid input is no run', () => {
  const error = userError('no answer', 'start it', 'run')
  expect(whyNotBegun(error, undefined)).toEqual({ interrupted: false, error: 'no answer; start it' })
  expect(whyNotBegun(error, AbortSignal.abort())).toEqual({ interrupted: true, error: null })
  expect([userError('x', null, 'run'), userError('x'), new Error('x')].map(isRunFailure)).toEqual([
    true,
    false,
    false,
  ])
})

test('a signal means an interruption, unless perfctl broke down', () => {
  const aborted = (reason?: unknown) => AbortSignal.abort(reason)
  expect(whyStopped(undefined)).toEqual({ interrupted: false, error: null })
  expect(whyStopped(new AbortController().signal)).toEqual({ interrupted: false, error: null })
  expect(whyStopped(aborted())).toEqual({ interrupted: true, error: null })
  expect(whyStopped(aborted(new Error('enough')))).toEqual({ interrupted: true, error: null })
  expect(whyStopped(aborted(new Breakdown(new TypeError('boom'))))).toEqual({
    interrupted: false,
    error: 'perfctl failed: boom',
    errorStack: expect.stringContaining('TypeError: boom'),
  })
})
