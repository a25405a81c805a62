import { expect, test } from 'vitest'
import { retryAfterMs } from '../../../../src/load/http/layers/retry-after.js'
import { ReceivedResponse, ResponseHead } from '../../../../src/load/response/response.js'

const NOON = Date.UTC(2026, 10, 6, 12)

test.each<[string, Record<string, string>, number]>([
  ['seconds', { 'retry-after': '120' }, 120_000],
  ['none', {}, 0],
  ['no time', { 'retry-after': '0' }, 0],
  ['a date', { 'retry-after': 'Fri, 06 Nov 2026 12:00:30 GMT' }, 30_000],
  ['a date in the old format', { 'retry-after': 'Friday, 06-Nov-26 12:00:30 GMT' }, 30_000],
  ['a date in the oldest format', { 'retry-after': 'Fri Nov  6 12:00:30 2026' }, 30_000],
  ['a past date', { 'retry-after': 'Fri, 06 Nov 2026 11:59:00 GMT' }, 0],
  [
    'a date by the clock of the service',
    { 'retry-after': 'Fri, 06 Nov 2026 15:00:05 GMT', date: 'Fri, 06 Nov 2026 15:00:00 GMT' },
    5000,
  ],
  ['an invalid value', { 'retry-after': 'soon' }, 0],
  ['a fraction, which is not allowed', { 'retry-after': '1.5' }, 0],
  ['a negative number', { 'retry-after': '-3' }, 0],
])('Retry-After with %s', (_, headers, wait) => {
  expect(retryAfterMs(new ReceivedResponse(new ResponseHead(Object.entries(headers)), 'head'), NOON)).toBe(
    wait,
  )
})
