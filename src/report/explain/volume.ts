/**
 * The size of a load, if it is known before it is sent.
 */
import { Profile } from '../../plan/profile.js'
import type { Load } from '../../scenario/model/load-types.js'

/**
 * Returns the iterations of the measured part: in the open model the area under the rate, in the closed model the
 * number in the scenario. Null if it depends on how fast the service responds.
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
