import { describe, expect, test } from 'vitest'
import { type TargetFigures, unmeasuredTarget } from '../../src/stats/target.js'
import { findingsAtLimit } from '../../src/verdict/findings/at-limit.js'

/** A trial in which these cores were in use, second by second. */
const using = (cpus: readonly number[], throttledSeconds?: number): TargetFigures => ({
  ...unmeasuredTarget([]),
  timeline: cpus.map((cpu, second) => ({
    ...{ second, cpu, memory: 5e7 },
    ...(throttledSeconds !== undefined && { throttledSeconds }),
  })),
})

describe('at loads that a service does not carry', () => {
  test('a core that is full in all short trials together is what limits it', () => {
    expect(findingsAtLimit([using([0.97]), using([0.98, 0.96])], 8).findings).toEqual([
      { code: 'cpu_full', severity: 'high', request: null, figures: { cores: 0.97, coresMost: 1 } },
    ])
  })

  test('so are all cores of the machine', () => {
    expect(findingsAtLimit([using([3.9, 3.95, 3.8])], 4).findings).toMatchObject([
      { code: 'cpu_full', figures: { coresMost: 4 } },
    ])
  })

  test('so is a limit of its control group', () => {
    expect(findingsAtLimit([using([0.5, 0.5, 0.5, 0.5], 0.4)], 8).findings).toMatchObject([
      { code: 'throttled', figures: { throttledSeconds: 1.6, seconds: 4 } },
    ])
    expect(findingsAtLimit([using([0.5, 0.5, 0.5, 0.5], 0.004)], 8)).toEqual({})
  })

  test.each([
    ['a service that waits for something else', [0.3, 0.35, 0.4]],
    ['more than a core, and less than the machine', [1.4, 1.5, 1.6]],
    ['a core that is full in half of the seconds', [0.97, 0.5, 0.97, 0.5]],
    ['too few seconds', [0.97, 0.98]],
    ['no reading', []],
  ])('%s is none of them', (_, cpus) => {
    expect(findingsAtLimit([using(cpus)], 8)).toEqual({})
  })
})
