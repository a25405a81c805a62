import { expect, test } from 'vitest'
import {
  dateFormatProblem,
  formatDate,
  parseDateFormat,
  parseDateRange,
} from '../../../src/scenario/template/dates.js'
import { FUNCTION_SYNONYMS, FUNCTIONS } from '../../../src/scenario/template/functions.js'
import { parseTemplate } from '../../../src/scenario/template/template.js'

const DAY = 86_400_000

test.each([
  ['+1d..+30d', [DAY, 30 * DAY]],
  ['+1d', [DAY, DAY]],
  ['-1d..+1d', [-DAY, DAY]],
  ['0..12h', [0, DAY / 2]],
  ['-2d..-1d', [-2 * DAY, -DAY]],
])('%s is an offset from now', (text, range) => {
  expect(parseDateRange(text)).toEqual(range)
})

test.each(['', 'tomorrow', '+30d..+1d', '1', '1d..2d..3d', '+-1d', '99999999h'])(
  '%j is no distance',
  (text) => {
    expect(parseDateRange(text)).toBeNull()
  },
)

test('the example of each function is a valid call', () => {
  for (const fn of FUNCTIONS) {
    const template = parseTemplate(
      `{{ ${fn.example} }}`,
      { shapes: new Map(), variables: ['a', 'b', 'x'], env: { NAME: 'n', KEY: 'k' } },
      (problem) => expect(problem).toBeNull(),
    )
    const wanted = fn.name === 'env' ? { type: 'literal', value: 'n' } : { type: 'call', name: fn.name }
    expect(template).toMatchObject([wanted])
  }
})

test('names of other tools map to existing functions', () => {
  for (const name of Object.values(FUNCTION_SYNONYMS)) expect(FUNCTIONS.map((fn) => fn.name)).toContain(name)
})

const MOMENT = Date.UTC(2026, 0, 2, 3, 4, 5, 67)

test.each([
  ['iso', '2026-01-02T03:04:05.067Z'],
  ['YYYY-MM-DD', '2026-01-02'],
  ['DD.MM.YYYY, HH:mm', '02.01.2026, 03:04'],
  ['YYYY-MM-DDTHH:mm:ssZ', '2026-01-02T03:04:05Z'],
  ['SSS', '067'],
])('a time formatted as %s is %s', (format, text) => {
  expect(dateFormatProblem(format)).toBeNull()
  expect(formatDate(MOMENT, parseDateFormat(format))).toBe(text)
})

test.each([
  ['yyyy-MM-dd', 'did you mean "YYYY"?'],
  ['%Y-%m-%d', 'is not part of a date'],
  ['day', 'is not part of a date'],
  ['--', 'contains no part of a date'],
])('%s is not a format', (format, problem) => {
  expect(dateFormatProblem(format)).toContain(problem)
})
