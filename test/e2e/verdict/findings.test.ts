/**
 * What stands out in runs against real services: each fault is named, and a healthy service is not accused of any.
 */
import { describe, test } from 'vitest'
import { FAULTY, FULL_CORE, HEALTHY } from './faulty/cases.js'
import { isRight, measure } from './faulty/measure.js'

describe.concurrent('a service that', () => {
  test.for(FAULTY.filter(({ isLong }) => !isLong))('$name is found out', async (each, { expect }) => {
    const measured = await measure(each)
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

test.runIf(process.platform === 'linux')(
  'a service that computes on one core is found out',
  async ({ expect }) => {
    const measured = await measure(FULL_CORE)
    expect(isRight(FULL_CORE, measured), measured.stdout).toBe(true)
  },
)
