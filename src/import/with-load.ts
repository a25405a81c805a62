/**
 * Adds a load and thresholds to drafts of documents that describe only requests.
 */
import { STARTER_LOAD, STARTER_THRESHOLDS } from '../scenario/starter.js'
import type { Draft } from './draft.js'

/** The draft with the starter load and thresholds, where it has none of its own. */
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
