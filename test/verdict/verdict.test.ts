import { describe, expect, test } from 'vitest'
import { EXIT } from '../../src/base/exit.js'
import type { Comparison } from '../../src/stats/comparison.js'
import type { ErrorCount, RunVerdict, Totals } from '../../src/stats/result.js'
import { exitCodeOf, type Findings, runVerdict } from '../../src/verdict/verdict.js'
import { SHOP, simulate } from './simulate.js'

const { totals } = simulate(SHOP, { seed: 1, seconds: 2 })
const fine: Findings = {
  interrupted: false,
  totals,
  thresholds: [],
  neverSucceeded: [],
  comparison: null,
  generator: { saturated: false },
}
const broken = [{ expression: 'p95 < 1ms', request: null, actual: 20, passed: false }]

function compared(verdict: Comparison['verdict']): Comparison {
  return { baseline: 'b.json', verdict, metrics: [], notes: [] }
}

function allFailed(kind: ErrorCount['kind']): Totals {
  return { ...totals, failed: totals.requests, errors: [{ kind, message: 'x', count: totals.requests }] }
}

describe('how a run ended', () => {
  test.each<[string, Partial<Findings>, RunVerdict]>([
    ['no baseline, no thresholds', {}, 'passed'],
    ['not slower', { comparison: compared('passed') }, 'passed'],
    ['faster', { comparison: compared('improved') }, 'passed'],
    ['slower', { comparison: compared('regressed') }, 'regressed'],
    ['unsure', { comparison: compared('inconclusive') }, 'inconclusive'],
    ['a threshold not met', { thresholds: broken }, 'failed'],
    [
      'a threshold not met, and unsure',
      { thresholds: broken, comparison: compared('inconclusive') },
      'failed',
    ],
    [
      'a threshold not met, and slower',
      { thresholds: broken, comparison: compared('regressed') },
      'regressed',
    ],
    [
      'saturated',
      { generator: { saturated: true }, thresholds: broken, comparison: compared('regressed') },
      'inconclusive',
    ],
    ['interrupted', { interrupted: true, thresholds: broken }, 'interrupted'],
    ['nothing finished', { totals: { ...totals, requests: 0, failed: 0 } }, 'error'],
    ['target never reached', { totals: allFailed('connect') }, 'error'],
    ['a request that never succeeded', { neverSucceeded: ['search'] }, 'failed'],
    ['one, and slower', { neverSucceeded: ['search'], comparison: compared('regressed') }, 'failed'],
    ['one, and saturated', { neverSucceeded: ['search'], generator: { saturated: true } }, 'failed'],
    ['one, and interrupted', { neverSucceeded: ['search'], interrupted: true }, 'interrupted'],
    ['one, and never reached', { neverSucceeded: ['search'], totals: allFailed('tls') }, 'error'],
    [
      'one on the side that it is held against',
      { comparison: { ...compared('improved'), referenceNeverSucceeded: ['search'] } },
      'failed',
    ],
  ])('%s', (_, findings, verdict) => {
    expect(runVerdict({ ...fine, ...findings })).toBe(verdict)
  })
})

describe('the exit code', () => {
  test.each<[RunVerdict, number]>([
    ['passed', EXIT.passed],
    ['regressed', EXIT.failed],
    ['failed', EXIT.failed],
    ['inconclusive', EXIT.passed],
    ['error', EXIT.error],
    ['interrupted', EXIT.interrupted],
  ])('%s', (verdict, code) => {
    expect(exitCodeOf(verdict, { inconclusive: 'pass' })).toBe(code)
  })

  test('inconclusive fails only when asked to, and SIGTERM has its own code', () => {
    expect(exitCodeOf('inconclusive', { inconclusive: 'fail' })).toBe(4)
    expect(exitCodeOf('interrupted', { inconclusive: 'pass', signal: 'SIGTERM' })).toBe(143)
  })
})
