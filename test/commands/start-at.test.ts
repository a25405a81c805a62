import { describe, expect, test } from 'vitest'
import { readResultTo, readStartAt } from '../../src/commands/option-values.js'

const WALL = Date.parse('2026-03-01T12:00:00Z')

const read = (text: string) => {
  const problems: string[] = []
  const startMs = readStartAt(text, WALL, (message, hint) => problems.push(`${message}; ${hint}`))
  return { startMs, problems }
}

describe('a start', () => {
  test.each([
    '2026-03-01T12:01:30Z',
    '2026-03-01T12:01:30.000Z',
    '2026-03-01T14:01:30+02:00',
    '1772366490',
    '1772366490000',
  ])('%s', (text) => {
    expect(read(text)).toEqual({ startMs: WALL + 90_000, problems: [] })
  })

  test.each([
    ['12:01', 'not a time with its time zone; write a time such as 2026-03-01T12:00:00Z'],
    // On machines in several zones, it would mean several moments.
    ['2026-03-01T12:01:30', 'not a time with its time zone'],
    ['2026-13-01T12:01:30Z', 'not a time with its time zone'],
    ['soon', 'not a time with its time zone'],
    ['', 'not a time with its time zone'],
    ['2026-03-01T11:58:00Z', 'was 2m ago; choose a time within the next day'],
    ['2026-03-01T12:00:00Z', 'was 1s ago'],
    ['2026-03-02T12:00:01Z', 'more than a day from now'],
  ])('not %s', (text, message) => {
    const { startMs, problems } = read(text)
    expect(startMs).toBeUndefined()
    expect(problems).toEqual([expect.stringContaining(message)])
  })
})

test.each(['ftp://h/x', 'h/x', 'https://', 'https://h/#part', ''])('a result is not sent to %j', (text) => {
  const problems: string[] = []
  expect(readResultTo(text, (message) => problems.push(message))).toBeUndefined()
  expect(problems).toEqual(['--result-to: not an http or https URL'])
})
