/**
 * The least that a service has to carry to pass.
 */
import { mean } from '../../stats/math.js'
import type { Measurement } from '../measurement.js'
import { acceptedCapacities } from './compare-capacity.js'

/**
 * Returns a capacity less the tolerance, a share, to four digits. `isWhole`: loads are virtual users, of which there are no
 * parts; one less would be beyond the tolerance.
 */
export function leastOf(capacity: number, tolerance: number, isWhole: boolean): number {
  const least = Number((capacity * (1 - tolerance)).toPrecision(4))
  return isWhole ? Math.ceil(least) : least
}

/** Returns the mean of a reference's capacities, less the tolerance; null if none is known. */
export function leastOfReference(
  reference: Pick<Measurement, 'jobs' | 'capacity'>,
  tolerance: number,
  isWhole: boolean,
): number | null {
  const accepted = acceptedCapacities(reference)
  if (accepted.length === 0) return null
  const usual = Math.exp(mean(accepted.map(({ lower }) => Math.log(lower))))
  return leastOf(usual, tolerance, isWhole)
}
