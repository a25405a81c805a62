/**
 * What stands out in runs against real services: each fault is named, and a healthy service is not accused of any.
 */
import { describe, test } from 'vitest'
import { FAULTY, HEALTHY } from './faulty/cases.js'
import { isDisturbed, isRight, measure } from './faulty/measure.js'

describe.concurrent('a service that', () => {
  test.for(FAULTY.filter(({ isLong }) => !isLong))('$name is found out', async (each, { expect, skip }) => {
    const measured = await measure(each)
    const { findings = [] } = measured.result
    // `test/simulation/findings.test.ts` has the same faults on a machine that is never busy.
    skip(findings.length === 0 && isDisturbed(measured), 'other work kept the machine busy')
    expect(isRight(each, measured), measured.stdout).toBe(true)
    expect(measured.stdout).toContain('What stands out\n  ! ')
  })
})

describe.concurrent('a healthy service is silent under', () => {
  test.for(HEALTHY)('$name', async (each, { expect }) => {
    const measured = await measure(each)
    expect(isRight(each, measured), measured.stdout).toBe(true)
    expect(measured.stdout).not.toContain('What stands out')
  })
})
