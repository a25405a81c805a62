import { stringify } from 'yaml'
import type { Draft } from '../../../src/scenario/import/draft.js'
import { readScenario } from '../../../src/scenario/read.js'
import type { Scenario } from '../../../src/scenario/scenario.js'

/** What perfctl reads when a draft is written as YAML. Variables of the environment are as given, all others `x`. */
export function readBack({ scenario }: Draft, given: Readonly<Record<string, string>> = {}): Scenario {
  const text = stringify(scenario, { lineWidth: 0 })
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, 'x'])
  return readScenario(text, { file: 'draft.yaml', env: { ...Object.fromEntries(names), ...given } })
}
