/**
 * The least that a service has to carry to pass.
 */

/**
 * Returns a capacity less the tolerance, a share, to four digits. `isWhole`: loads are virtual users, of which there are no
 * parts; one less would be beyond the tolerance.
 */
export function leastOf(capacity: number, tolerance: number, isWhole: boolean): number {
  const least = Number((capacity * (1 - tolerance)).toPrecision(4))
  return isWhole ? Math.ceil(least) : least
}
