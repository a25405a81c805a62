import { expect, test } from 'vitest'
import { FUNCTIONS, parseDateRange } from '../../src/scenario/functions.js'
import { parseTemplate } from '../../src/scenario/template.js'

const DAY = 86_400_000

test.each([
  ['+1d..+30d', [DAY, 30 * DAY]],
  ['+1d', [DAY, DAY]],
  ['-1d..+1d', [-DAY, DAY]],
  ['0..12h', [0, DAY / 2]],
  ['-2d..-1d', [-2 * DAY, -DAY]],
])('%s is that far from now', (text, range) => {
  expect(parseDateRange(text)).toEqual(range)
})

test.each(['', 'tomorrow', '+30d..+1d', '1', '1d..2d..3d', '+-1d', '99999999h'])(
  '%j is no distance',
  (text) => {
    expect(parseDateRange(text)).toBeNull()
  },
)

test('the example of each function is a right call', () => {
  for (const fn of FUNCTIONS) {
    const template = parseTemplate(
      `{{ ${fn.example} }}`,
      { names: [], variables: [], fill: (text) => text },
      () => {},
    )
    expect(template).toMatchObject([{ type: 'call', name: fn.name }])
  }
})
