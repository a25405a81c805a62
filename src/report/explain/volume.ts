/**
 * How much a load comes to, where that is known before it is sent.
 */
import { Profile } from '../../plan/profile.js'
import type { Load } from '../../scenario/model/load-types.js'

/**
 * Iterations of the measured part: in the open model the area under the rate, in the closed one the number that the
 * scenario gives; null when it depends on how fast the service answers.
 */
export function expectedIterations(load: Load): number | null {
  if (load.model === 'closed') {
    const { iterations, iterationsPerVu, start } = load
    return iterationsPerVu === undefined ? iterations : iterationsPerVu * start
  }
  const profile = new Profile(load.start, load.stages)
  const arrivals = Math.floor(profile.count(profile.durationMs) + 1e-6)
  return load.iterations === null ? arrivals : Math.min(arrivals, load.iterations)
}
