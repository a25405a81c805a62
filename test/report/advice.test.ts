import { describe, expect, test } from 'vitest'
import { nextStep } from '../../src/report/advice.js'
import { loadFormat } from '../../src/report/formats/index.js'
import { headline } from '../../src/report/wording.js'
import type { Result } from '../../src/stats/result.js'
import { compare } from '../../src/verdict/compare.js'
import { SHOP, simulate } from '../verdict/simulate.js'
import { passed, RESULTS, regressed, unsure } from './results.js'

const session = { id: '7f3k', side: 'b', looks: 4, maxSeconds: 120 } as const
const inSession = (result: Result): Result => ({ ...result, session })

describe('after an A/B session, baselines are not mentioned', () => {
  test.each([
    ['passed', passed],
    ['regressed', regressed],
  ])('%s: there is nothing to do', (_, result) => {
    expect(nextStep(inSession(result))).toBeNull()
  })

  test('too much noise: more time', () => {
    const noisy: Result = {
      ...inSession(unsure),
      generator: { ...unsure.generator, saturated: false },
      durationSeconds: 240,
    }
    expect(nextStep(noisy)).toEqual({
      why: expect.stringContaining('quieter machine'),
      command: 'perfctl ab scenarios/shop.yaml ... --max-duration 240s',
    })
  })

  test('the generator was the bottleneck: more threads', () => {
    expect(nextStep(inSession(unsure))?.command).toBe('perfctl ab scenarios/shop.yaml ... --workers 2')
  })

  test('passed refers to side a, not to a baseline', () => {
    const { detectable: _, ...bare } = passed.comparison!
    expect(headline({ ...inSession(passed), comparison: bare })).toMatch(/^Passed: not slower than side a\b/)
  })
})

test('after a run with a request that never succeeded: look at it', () => {
  const command = 'perfctl try scenarios/shop.yaml'
  expect(nextStep({ ...RESULTS.failed, neverSucceeded: ['search'] })).toMatchObject({ command })
  expect(nextStep({ ...RESULTS.failed, neverSucceeded: [] })).toBeNull()
})

describe('after a search for a capacity', () => {
  const { capacity } = RESULTS
  const found = capacity.capacity!
  const commandOf = (part: Partial<Result>) => nextStep({ ...capacity, comparison: null, ...part })?.command

  test('it becomes the baseline, if there is none', () => {
    expect(commandOf({ verdict: 'passed' })).toBe('perfctl capacity scenarios/shop.yaml --update-baseline')
  })

  test('that is too little, a run at the load that is too much says more', () => {
    expect(commandOf({ verdict: 'failed', capacity: { ...found, upper: 432.5 } })).toBe(
      'perfctl run scenarios/shop.yaml -r 432.5/s',
    )
    const users = { ...found, of: 'vus', upper: 33 } as const
    expect(commandOf({ verdict: 'failed', capacity: users })).toBe('perfctl run scenarios/shop.yaml -u 33')
    const none = { ...found, lower: null, upper: null, end: 'from_missed' } as const
    expect(commandOf({ verdict: 'failed', capacity: none })).toBe('perfctl run scenarios/shop.yaml -r 100/s')
  })

  test('of a service that never succeeded, one request says more', () => {
    const neverSucceeded = [
      { request: 'search', requests: 9, message: 'status 429', kind: 'status' },
    ] as never
    expect(commandOf({ verdict: 'failed', neverSucceeded })).toBe('perfctl try scenarios/shop.yaml')
    const silent = { ...found, limitedBy: { why: 'unfinished' } } as const
    expect(commandOf({ verdict: 'failed', capacity: silent })).toBe('perfctl try scenarios/shop.yaml')
  })

  test('that perfctl limited, more threads send more', () => {
    expect(commandOf({ verdict: 'inconclusive', capacity: { ...found, end: 'generator' } })).toBe(
      'perfctl capacity scenarios/shop.yaml --workers 2',
    )
    expect(commandOf({ verdict: 'inconclusive', capacity: { ...found, end: 'budget' } })).toBeUndefined()
  })
})

describe('in the reports with a next step', () => {
  const fresh: Result = { ...passed, comparison: null }

  test.each(['html', 'github'] as const)('%s shows the given step', async (id) => {
    const { render } = await loadFormat(id)
    expect(render(fresh, nextStep(fresh))).toContain('perfctl baseline update')
    expect(render(fresh, null)).not.toContain('perfctl baseline update')
    expect(render(fresh, { why: 'To continue', command: 'perfctl report x' })).toContain('perfctl report x')
  })
})

describe('after a suspicion was settled by an A/B session', () => {
  const screen = { baseline: 'baselines/shop.json', verdict: 'regressed' } as const
  const settled = (result: Result): Result => ({ ...result, comparison: { ...result.comparison!, screen } })

  test('a baseline that was wrong may be out of date', () => {
    expect(nextStep(settled(passed))?.why).toContain('out of date')
    expect(headline(settled(passed))).toMatch(/^Passed in an A\/B session with the reference: a slowdown of /)
  })

  test('what could not be settled needs a longer session, not a new baseline', () => {
    const open = { ...settled(unsure), generator: { ...unsure.generator, saturated: false } }
    expect(nextStep(open)?.command).toMatch(/^perfctl run scenarios\/shop.yaml --confirm ab --max-duration /)
  })
})

describe('after an inconclusive run', () => {
  const calm = { ...unsure.generator, saturated: false }
  const wild = (seed: number) => simulate(SHOP, { seed, noise: 0.3, memory: 0.8 })
  const open = (before: Result, after: Result): Result => {
    const comparison = compare(before, after)
    expect(comparison.verdict).toBe('inconclusive')
    return { ...after, comparison, generator: calm, verdict: 'inconclusive' }
  }

  test('what looks worse is never accepted', () => {
    const step = nextStep(open(wild(1), wild(4)))
    expect(step?.why).toContain('looks slower')
    expect(step?.command).toBe('perfctl ab scenarios/shop.yaml --a URL_BEFORE --b URL_AFTER')
  })

  test('nor what would be red on the same machine', () => {
    const elsewhere = { ...regressed, environment: { ...regressed.environment, cpu: 'Other CPU' } }
    expect(nextStep(open(passed, elsewhere))?.command).not.toContain('baseline')
  })

  test('a similar result on another machine may become the baseline there', () => {
    const elsewhere = { ...passed, environment: { ...passed.environment, cpu: 'Other CPU' } }
    expect(nextStep(open(passed, elsewhere))?.command).toBe('perfctl baseline update scenarios/shop.yaml')
  })

  test('too few samples: more runs', () => {
    const short = simulate(SHOP, { seed: 1, seconds: 4 })
    expect(nextStep(open(short, short))?.command).toBe('perfctl run scenarios/shop.yaml --runs 3')
  })
})

test('after a run, the same verdicts concern the baseline', () => {
  expect(nextStep(regressed)?.command).toBe('perfctl baseline update scenarios/shop.yaml')
  expect(nextStep(unsure)?.command).toBe('perfctl run scenarios/shop.yaml --workers 2')
})

test('after a run of agents, the command can be pasted, and the sentence says what to add', () => {
  const mark = {
    cores: 2,
    workers: 1,
    requests: 9,
    perfctl: '1',
    startOffsetMs: 0,
    clockErrorMs: 0,
    lost: null,
  }
  const agents = ['one', 'two'].map((name) => ({ ...mark, name }))
  expect(nextStep({ ...regressed, agents })).toEqual({
    why: 'If this change is intended, make it the new baseline (keep the flags of the agents)',
    command: 'perfctl baseline update scenarios/shop.yaml',
  })
  const stuck = { ...RESULTS.capacity.capacity!, end: 'generator' } as const
  const environment = { ...RESULTS.capacity.environment, workers: 4 }
  expect(
    nextStep({ ...RESULTS.capacity, agents, environment, verdict: 'inconclusive', capacity: stuck }),
  ).toEqual({
    why: 'To send more, from more threads (keep the flags of the agents)',
    command: 'perfctl capacity scenarios/shop.yaml --workers 4',
  })
  expect(nextStep({ ...unsure, agents })?.command).not.toMatch(/[[\]]/)
})
