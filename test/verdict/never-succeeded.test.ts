import { describe, expect, test } from 'vitest'
import { parseThreshold } from '../../src/scenario/blocks/limit.js'
import type { Threshold } from '../../src/scenario/model/scenario.js'
import { listNeverSucceeded } from '../../src/verdict/never-succeeded.js'

interface Counts {
  readonly name: string
  readonly kind?: 'request' | 'step' | 'journey'
  readonly requests: number
  readonly failed: number
}

function list(counts: readonly Counts[], ...expressions: string[]): readonly string[] {
  const requests = counts.map((each) => ({ kind: 'request' as const, ...each }))
  const names = requests.map(({ name }) => name)
  const thresholds = expressions.map((text): Threshold => {
    const limit = parseThreshold(text, names, ({ message }) => {
      throw new Error(message)
    })
    return { ...limit!, abort: null, line: 1 }
  })
  const sent = requests.filter(({ kind }) => kind !== 'journey')
  const sum = (key: 'requests' | 'failed') => sent.reduce((all, each) => all + each[key], 0)
  return listNeverSucceeded(
    { totals: { requests: sum('requests'), errorRate: sum('failed') / sum('requests') }, requests },
    thresholds,
  )
}

const dead = { name: 'search', requests: 40, failed: 40 }
const fine = { name: 'details', requests: 40, failed: 0 }

test('every try failed, be it a single one; one success is enough, and what was never tried is not meant', () => {
  const single = { name: 'rare', requests: 1, failed: 1 }
  const once = { name: 'once', requests: 40, failed: 39 }
  const untried = { name: 'untried', requests: 0, failed: 0 }
  expect(list([dead, fine, single, once, untried])).toEqual(['search', 'rare'])
})

describe('a threshold allows it that is met, and would be at 100 % too', () => {
  test.each<[string, boolean]>([
    ['search: error_rate <= 100%', true],
    ['search: error_rate > 50%', true],
    ['search: error_rate >= 100%', true],
    ['error_rate <= 100%', true],
    ['error_rate > 10%', true],
    ['search: error_rate < 100%', false],
    ['search: error_rate < 50%', false],
    // Met, and yet it says nothing of a request that fails every time.
    ['error_rate < 60%', false],
    ['error_rate <= 60%', false],
    // Would be met at 100 %, and isn't.
    ['error_rate > 60%', false],
    ['details: error_rate <= 100%', false],
    ['search: p95 < 10s', false],
    ['search: throughput >= 0/s', false],
  ])('%s', (expression, isAllowed) => {
    expect(list([dead, fine], expression)).toEqual(isAllowed ? [] : ['search'])
  })
})

describe('journeys', () => {
  const journey = { name: 'shop', kind: 'journey', requests: 9, failed: 9 } as const
  const login = { name: 'shop / log in', kind: 'step', requests: 9, failed: 9 } as const
  const cart = { name: 'shop / cart', kind: 'step', requests: 0, failed: 0 } as const

  test('one that never came to its end is named, and its step that failed', () => {
    expect(list([journey, login, cart])).toEqual(['shop', 'shop / log in'])
  })

  test('one whose steps fail by turns is named alone', () => {
    const steps = [
      { ...login, failed: 4 },
      { ...cart, requests: 5, failed: 5 },
    ]
    expect(list([journey, { ...login, failed: 4 }, { ...cart, requests: 5, failed: 3 }])).toEqual(['shop'])
    expect(list([journey, ...steps])).toEqual(['shop', 'shop / cart'])
  })

  test('a step that may fail takes its journey along, and no other', () => {
    const other = { ...journey, name: 'shopping' }
    expect(list([journey, login, other], 'shop / log in: error_rate <= 100%')).toEqual(['shopping'])
    expect(list([journey, login], 'shop: error_rate <= 100%')).toEqual(['shop / log in'])
  })
})
