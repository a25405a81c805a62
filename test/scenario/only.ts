import type { RequestSpec } from '../../src/scenario/model/request.js'
import type { Scenario } from '../../src/scenario/model/scenario.js'

/** The entry `index` of a scenario, which is a single request. */
export function requestOf({ requests }: Pick<Scenario, 'requests'>, index = 0): RequestSpec {
  const entry = requests[index]!
  if ('steps' in entry) throw new Error(`${entry.name} is a journey`)
  return entry
}
