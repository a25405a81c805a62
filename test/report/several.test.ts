import { expect, test } from 'vitest'
import { renderSeveral } from '../../src/report/several.js'
import { createStyle } from '../../src/report/style.js'
import { failed, passed, unsure } from './results.js'

const page = (width: number) => ({ width, style: createStyle(false), ascii: false })
const named = [passed, failed, unsure].map((result, i) => ({
  ...result,
  scenario: { ...result.scenario, name: ['shop', 'a scenario with a long name', 'search'][i]! },
}))

test('several scenarios share a table, with how many passed', () => {
  const lines = renderSeveral(named, page(100)).split('\n')
  expect(lines[0]!.split(/ {2,}/)).toEqual([
    'scenario',
    'verdict',
    'requests',
    'rate',
    'errors',
    'p50',
    'p95',
    'p99',
  ])
  expect(lines[1]).toMatch(/^shop +passed +[\d,]+ +[\d.,]+\/s +0 /)
  expect(lines[2]).toMatch(/^a scenario with a long name +failed .*\(\d/)
  expect(lines.at(-2)).toBe('1 of 3 scenarios passed')
})

test('a narrow terminal loses columns, never verdicts', () => {
  const text = renderSeveral(named, page(48))
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(48)
  expect(text).toMatch(/passed[\s\S]*failed[\s\S]*inconclusive/)
})
