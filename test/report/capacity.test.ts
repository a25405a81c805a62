import { describe, expect, test } from 'vitest'
import { nextStep } from '../../src/report/advice.js'
import {
  capacityHeadline,
  listLoads,
  listSearches,
  loadTitles,
  summarizeSearch,
} from '../../src/report/capacity.js'
import csv from '../../src/report/formats/csv.js'
import type { Result } from '../../src/stats/result.js'
import { RESULTS } from './results.js'

const found = RESULTS.capacity.capacity!
const open = { ...found, lower: null, upper: null, end: 'stopped' } as const

test.each([
  [found, 'Interrupted: "shop" carries 412/s within its limits, as far as it is known.'],
  [{ ...open, trials: [] }, 'Interrupted: what "shop" carries is not known yet.'],
])('an interrupted search says what is known', (capacity, headline) => {
  expect(capacityHeadline('interrupted', capacity, null)).toBe(headline)
})

describe('a side of a session', () => {
  const { capacity, session, comparison } = RESULTS.sides
  const { metrics, ...compared } = comparison!
  const like = (lower: number) => {
    const change = lower / 525 - 1
    return [
      { ...capacity!, lower },
      { ...compared, metrics: [{ ...metrics[0]!, current: lower, change }] },
    ] as const
  }

  test.each([
    [
      'regressed',
      412,
      'Regressed: side b of "shop" carries 412/s within its limits, 22 % less than side a\'s 525/s.',
    ],
    ['passed', 525, 'Passed: side b of "shop" carries 525/s within its limits, as much as side a\'s 525/s.'],
    [
      'passed',
      578,
      'Passed: side b of "shop" carries 578/s within its limits, 10 % more than side a\'s 525/s.',
    ],
    [
      'interrupted',
      412,
      'Interrupted: side b of "shop" carries 412/s within its limits, as far as it is known.',
    ],
  ] as const)('%s at %d/s', (verdict, lower, sentence) => {
    expect(capacityHeadline(verdict, ...like(lower), session)).toBe(sentence)
  })

  test('that does not carry the first load says what the other one carries', () => {
    const none = { ...open, end: 'from_missed' as const, against: capacity!.against! }
    const lost = { ...compared, metrics: [{ ...metrics[0]!, current: null, change: null }] }
    expect(capacityHeadline('regressed', none, lost, session)).toBe(
      'Regressed: side b of "shop" does not even carry 100/s within its limits, less than side a\'s 525/s.',
    )
  })

  test('that is open says why', () => {
    const reason = 'side a may carry more'
    const doubt = { ...compared, verdict: 'inconclusive' as const, metrics, notes: [reason] }
    const asked = { ...capacity!, check: { ...capacity!.check!, isCarried: null } }
    expect(capacityHeadline('inconclusive', asked, doubt, session)).toBe(
      `Inconclusive: side b of "shop" carries 412/s within its limits; ${reason}.`,
    )
  })

  test('is shown after the other one, if that tried anything', () => {
    const titles = (result: typeof RESULTS.sides) => listSearches(result).map(({ title }) => title)
    expect(titles(RESULTS.sides)).toEqual(['Side a', 'Side b'])
    const against = { ...capacity!.against!, trials: [] }
    expect(titles({ ...RESULTS.sides, capacity: { ...capacity!, against } })).toEqual(['Side b'])
    expect(titles(RESULTS.capacity as typeof RESULTS.sides)).toEqual([null])
  })

  test.each([
    ['budget', 'perfctl ab scenarios/shop.yaml --capacity ... --budget 40m'],
    [
      'generator',
      `perfctl ab scenarios/shop.yaml --capacity ... --workers ${2 * RESULTS.sides.environment.workers}`,
    ],
  ] as const)('that is open because of the %s gets the next step', (end, command) => {
    const scenario = { ...RESULTS.sides.scenario, file: 'scenarios/shop.yaml' }
    const doubtful = {
      ...RESULTS.sides,
      scenario,
      capacity: { ...capacity!, end },
      verdict: 'inconclusive' as const,
    }
    expect(nextStep(doubtful)).toMatchObject({ command })
    expect(nextStep({ ...doubtful, verdict: 'regressed' })).toBeNull()
  })
})

test('a search that lost an agent says what is known', () => {
  const least = { ...found, upper: null, end: 'stopped' } as const
  expect(capacityHeadline('inconclusive', least, null)).toBe(
    'Inconclusive: "shop" carries at least 412/s within its limits; an agent was lost, which ended the search.',
  )
})

test('a service that answers nothing has no error rate, and that is what limits it', () => {
  const [trial] = found.trials
  const silent = { why: 'unfinished' } as const
  const capacity = {
    ...found,
    lower: null,
    upper: 40,
    end: 'from_missed' as const,
    limitedBy: silent,
    trials: [
      { ...trial!, offered: 40, carried: 0, p95: null, met: false, missed: [silent] },
      { ...trial!, offered: 40, carried: 0, p95: null, met: false, missed: [silent] },
    ],
  }
  expect(listLoads(capacity)[0]!.cells).toEqual(['40.0/s', '0/s', '–', '–', '0 of 2', '✗ none completed'])
  expect(summarizeSearch(capacity)).toContain('limited by a service that completed nothing')
  // Errors that came after all are those of what was completed.
  const late = { ...capacity, trials: [...capacity.trials, { ...trial!, offered: 40, errorRate: 1 }] }
  expect(listLoads(late)[0]!.cells[3]).toBe('100%')
})

test('the cores that the service used have a column, if they are known', () => {
  expect(loadTitles(found)).toEqual(['offered', 'carried', 'p95', 'errors', 'met', ''])
  const trials = found.trials.map((trial) => (trial.offered === 412 ? { ...trial, cpuCores: 0.97 } : trial))
  const observed = { ...found, trials }
  expect(loadTitles(observed)[4]).toBe('cores')
  const cells = Object.fromEntries(listLoads(observed).map(({ offered, cells }) => [offered, cells]))
  expect(cells[412]![4]).toBe('0.97')
  expect(cells[400]![4]).toBe('–')
})

describe('CSV', () => {
  const lines = (result: Result) => csv.render(result).trimEnd().split('\r\n')

  test('has a row for each trial, with what it missed', () => {
    const [header, ...rows] = lines(RESULTS.capacity).map((line) => line.split(','))
    const trials = rows.filter((cells) => cells[2] === 'trial')
    const read = (cells: readonly string[], title: string) => cells[header!.indexOf(title)]
    expect(trials).toHaveLength(found.trials.length)
    expect(trials.map((cells) => read(cells, 'offered'))).toEqual(
      found.trials.map(({ offered }) => `${offered}`),
    )
    expect(read(trials[3]!, 'outcome')).toBe('unsure')
    expect(read(trials.at(-1)!, 'missed')).toBe('p95 < 200ms; backlog')
    expect(read(trials.at(-1)!, 'p95_ms')).toBe('271')
    expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([header!.length]))
  })

  test('of a run has no columns for trials', () => {
    expect(lines(RESULTS.passed)[0]).not.toContain('offered')
  })
})
