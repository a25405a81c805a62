/**
 * Makes plans from scenarios and files given as text.
 */

import { makePlan } from '../../src/plan/make-plan.js'
import type { Plan } from '../../src/plan/plan.js'
import { readScenario } from '../../src/scenario/read.js'

export function planOf(text: string, options: PlanOptions = {}): Plan {
  const { files = {}, env = {}, seed = 1 } = options
  const read = (path: string) => {
    if (files[path] === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return Buffer.from(files[path])
  }
  const scenario = readScenario(`target: http://localhost:1\n${text}`, {
    file: 'x.yaml',
    env,
    files: { read },
  })
  return makePlan(scenario, { target: scenario.target!, seed, today: Date.UTC(2026, 0, 1) })
}

interface PlanOptions {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly seed?: number
}
