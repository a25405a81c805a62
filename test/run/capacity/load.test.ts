import { describe, expect, test } from 'vitest'
import { checkRows, settleMsOf, sloOf, steeredLoad, warnOfHaste } from '../../../src/run/capacity/load.js'
import { asSearched, identifySearch } from '../../../src/run/capacity/result.js'
import { capacityOf } from '../../../src/run/capacity/settings.js'
import type { Scenario } from '../../../src/scenario/model/scenario.js'
import { readScenario } from '../../../src/scenario/read.js'

function read(yaml: string): Scenario {
  return readScenario(yaml, { file: 'shop.yaml', env: {} })
}

const plain = (more = '') => read(`${more}\nrequests: [{ name: search, get: /search }]`)

describe('the limits of a trial', () => {
  const limits = (yaml: string) => {
    const scenario = plain(yaml)
    return sloOf(scenario, capacityOf(scenario)).map(({ expression }) => expression)
  }

  test('are the thresholds, as far as they say something of one load', () => {
    expect(limits('thresholds: [p95 < 200ms, error_rate < 2%, throughput > 10/s, requests > 100]')).toEqual([
      'p95 < 200ms',
      'error_rate < 2%',
    ])
  })

  test('are those of the search if it has some', () => {
    expect(
      limits('thresholds: [p95 < 200ms]\ncapacity: { slo: ["search: p99 < 1s", error_rate < 5%] }'),
    ).toEqual(['search: p99 < 1s', 'error_rate < 5%'])
  })

  test('always include the errors: a service that answers 503 at once carries nothing', () => {
    expect(limits('thresholds: [p95 < 200ms]')).toEqual(['p95 < 200ms', 'error_rate < 1%'])
    expect(limits('thresholds: ["search: error_rate < 5%"]')).toContain('error_rate < 1%')
  })
})

describe('the load of a search', () => {
  test('keeps how arrivals come, not how many', () => {
    const scenario = plain('load: { rate: 10/s, arrivals: poisson, maxVus: 77, duration: 3m, warmup: 5s }')
    expect(steeredLoad(scenario, { of: 'rate', most: 500, durationMs: 60_000 })).toMatchObject({
      model: 'open',
      arrivals: 'poisson',
      maxVus: 77,
      warmupMs: 0,
      stages: [{ durationMs: 60_000, target: 500 }],
    })
  })

  test('keeps how users behave', () => {
    const scenario = plain('load: { vus: 10, pacing: 1s }')
    expect(steeredLoad(scenario, { of: 'vus', most: 50, durationMs: 60_000 })).toMatchObject({
      model: 'closed',
      start: 50,
      pacingMs: [1000, 1000],
    })
  })

  test('settles for as long as a journey pauses', () => {
    const scenario = read(`
requests:
  - name: shop
    steps:
      - { get: /a }
      - { pause: 2s..3s }
      - { steps: [{ get: /b }, { pause: 1s }], repeat: 3 }
`)
    expect(settleMsOf(scenario, capacityOf(scenario))).toBe(6500)
    expect(settleMsOf(plain(), capacityOf(plain()))).toBe(3000)
  })
})

describe('rows that are used only once', () => {
  const scenario = (pick: string) => {
    const with_ = read(`
data: { user: { values: [a, b, c], ${pick} } }
requests: [{ get: "/users/{{ user }}" }]
`)
    return { ...with_, load: steeredLoad(with_, { of: 'rate', most: 0, durationMs: 0 }) }
  }

  test('are refused if the search could use them up', () => {
    expect(() => checkRows(scenario('pick: unique'), 100, 60)).toThrow(
      'data.user has 3 rows that are used only once, but a search for the capacity may need up to 6,000',
    )
    expect(() => checkRows(scenario('pick: unique'), null, 60)).toThrow('may need any number')
    expect(() => checkRows(scenario('pick: sequential, onEnd: stop'), 100, 60)).toThrow('data.user')
  })

  test('are no matter if they are recycled, random or enough', () => {
    checkRows(scenario('pick: unique, onEnd: recycle'), 100, 60)
    checkRows(scenario('pick: sequential'), 100, 60)
    checkRows(scenario('pick: unique'), 0.05, 60)
  })
})

describe('searches are comparable', () => {
  const hash = (yaml: string) => {
    const scenario = plain(yaml)
    return identifySearch(scenario, capacityOf(scenario)).hash
  }

  test('wherever they look, and for however long', () => {
    expect(hash('capacity: { from: 10/s, max: 100/s, budget: 20m, width: 2% }')).toBe(hash(''))
    expect(hash('load: { rate: 99/s, duration: 1m }')).toBe(hash('load: { rate: 10/s }'))
  })

  test.each([
    'thresholds: [p95 < 1s]',
    'capacity: { of: vus }',
    'capacity: { trial: 20s }',
    'capacity: { slo: [p99 < 1s] }',
    'load: { rate: 10/s, arrivals: poisson }',
  ])('not with %s', (yaml) => {
    expect(hash(yaml)).not.toBe(hash(''))
  })

  test('only with each other: they have a name of their own', () => {
    expect(asSearched(plain('name: shop'), capacityOf(plain())).name).toBe('shop-capacity')
  })
})

describe('settings by which a single miss decides', () => {
  const warning = (block: string) =>
    warnOfHaste(
      capacityOf(readScenario(`capacity: ${block}\nrequests: [{ get: / }]`, { file: 's.yaml', env: {} })),
    )

  test.each([
    ['{ trial: 1s, sum: 3s }', 'as 1s is more than 20% of 3s: write sum: 5s or more'],
    ['{ exceed: 10% }', 'as 10s is more than 10% of 1m: write sum: 1m40s or more'],
  ])('%s: are told, with the way out', (block, text) => {
    expect(warning(block)).toContain(text)
  })

  test.each(['{}', '{ trial: 1s, sum: 5s }', '{ trial: 30s }', '{ trial: 1s, sum: 3s, exceed: 40% }'])(
    '%s: are none of them',
    (block) => {
      expect(warning(block)).toBeNull()
    },
  )
})
