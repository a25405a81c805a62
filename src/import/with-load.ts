/**
 * What a scenario needs besides its requests, for documents that say nothing of it.
 */
import { STARTER_LOAD, STARTER_THRESHOLDS } from '../scenario/starter.js'
import type { Draft } from './draft.js'

/** The draft with the load and the limits of a first scenario, where it has none of its own. */
export function withLoad({ scenario, ...others }: Draft): Draft {
  const {
    name,
    description,
    target,
    load = STARTER_LOAD,
    thresholds = STARTER_THRESHOLDS,
    ...rest
  } = scenario
  return {
    scenario: {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(target !== undefined && { target }),
      load,
      ...rest,
      thresholds,
    },
    ...others,
  }
}
