import { describe, expect, test } from 'vitest'
import { Formula, listSelectors, type SeriesReading, withGone } from '../../../src/run/metrics/formula.js'
import { SeriesReader } from '../../../src/run/metrics/page.js'
import { parseMetric } from '../../../src/scenario/blocks/metric-parser.js'

/** The figure of an expression in each of some pages, read at these moments in ms. */
function figures(text: string, ...pages: [atMs: number, page: string][]): (number | null)[] {
  const expression = parseMetric(text)
  const selectors = listSelectors([expression])
  const reader = new SeriesReader(selectors)
  const formula = new Formula(expression, selectors)
  let before: SeriesReading | null = null
  return pages.map(([atMs, page]) => {
    const reading = { atMs, series: reader.read(page) }
    const value = formula.value(reading, before)
    before = withGone(reading, before)
    return value
  })
}

describe('a figure', () => {
  test('is the sum of all series that match', () => {
    expect(figures('x', [0, 'x{a="1"} 3\nx{a="2"} 4\n'])).toEqual([7])
    expect(figures('x{a="2"} * 2 - 1', [0, 'x{a="1"} 3\nx{a="2"} 4\n'])).toEqual([7])
  })

  test.each([
    ['a series is missing', 'x', 'y 1\n'],
    ['one of the series is missing', 'x + y', 'y 1\n'],
    ['a series is not a number', 'x', 'x NaN\n'],
    ['a series is infinite', 'x', 'x +Inf\n'],
    ['infinities cancel out', 'x - y', 'x +Inf\ny +Inf\n'],
    ['it is divided by 0', 'x / y', 'x 1\ny 0\n'],
    ['0 is divided by 0', 'x / y', 'x 0\ny 0\n'],
    ['it is too large', 'x * x', 'x 1e300\n'],
    ['nothing is before it for a rate', 'rate(x)', 'x 1\n'],
  ])('is not known if %s', (_, text, page) => {
    expect(figures(text, [0, page])).toEqual([null])
  })
})

describe('a rate', () => {
  test('is the increase per second, whatever time has passed', () => {
    expect(figures('rate(x)', [0, 'x 100'], [1000, 'x 110'], [1500, 'x 120'], [5500, 'x 120'])).toEqual([
      null,
      10,
      20,
      0,
    ])
  })

  test('of a counter that was restarted counts from 0', () => {
    expect(figures('rate(x)', [0, 'x 1000'], [1000, 'x 30'], [2000, 'x 80'])).toEqual([null, 30, 50])
  })

  test('of a counter that pages leave out for a moment goes on where it was', () => {
    const gap: [number, string][] = [
      [0, 'x 1000'],
      [1000, ''],
      [2000, ''],
      [3000, 'x 1030'],
      [4000, 'x 1040'],
    ]
    expect(figures('rate(x)', ...gap)).toEqual([null, null, null, 10, 10])
    const one: [number, string][] = [
      [0, 'x{p="1"} 1000\nx{p="2"} 5000'],
      [1000, 'x{p="1"} 1010'],
      [2000, 'x{p="1"} 1020\nx{p="2"} 5200'],
      [3000, 'x{p="1"} 1030\nx{p="2"} 5210'],
    ]
    expect(figures('rate(x)', ...one)).toEqual([null, 10, 110, 20])
    expect(figures('rate(x)', [0, 'x 1000'], [1000, ''], [2000, 'x 50'])).toEqual([null, null, 25])
  })

  test('of a counter that was gone for long counts from 0', () => {
    expect(figures('rate(x)', [0, 'x 1000'], [1000, ''], [20_000, ''], [21_000, 'x 1500'])).toEqual([
      null,
      null,
      null,
      1500,
    ])
  })

  test('of several series is that of each, so that a restart of one is no fall of all', () => {
    const pages: [number, string][] = [
      [0, 'x{p="1"} 1000\nx{p="2"} 5000'],
      [1000, 'x{p="1"} 10\nx{p="2"} 5100'],
    ]
    expect(figures('rate(x)', ...pages)).toEqual([null, 110])
  })

  test('of a counter that does not exist yet is not known, and begins with its first increase', () => {
    const pages: [number, string][] = [
      [0, 'x{code="200"} 50'],
      [1000, 'x{code="200"} 60'],
      [2000, 'x{code="200"} 70\nx{code="500"} 4'],
      [3000, 'x{code="200"} 80\nx{code="500"} 4'],
    ]
    expect(figures('rate(x{code="500"})', ...pages)).toEqual([null, null, 4, 0])
    expect(figures('rate(x)', ...pages)).toEqual([null, 10, 14, 10])
  })

  test('of a series that is gone is that of the others', () => {
    expect(figures('rate(x)', [0, 'x{p="1"} 5\nx{p="2"} 5'], [1000, 'x{p="2"} 9'])).toEqual([null, 4])
  })

  test('divided by another one is a mean, and not known without anything to divide', () => {
    const pages: [number, string][] = [
      [0, 's 10\nn 100'],
      [1000, 's 10.5\nn 150'],
      [2000, 's 10.5\nn 150'],
    ]
    expect(figures('rate(s) / rate(n)', ...pages)).toEqual([null, 0.01, null])
  })
})
