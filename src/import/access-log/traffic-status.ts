/**
 * Logged statuses → a request's `expect`. Left out if most responses were successes.
 */

/** Statuses with a smaller share count as failures. */
const USUAL = 0.1

/** The key `expect`, if statuses of 400 and above are usual; none otherwise. */
export function expectedStatus(statuses: ReadonlyMap<number, number>): {
  readonly expect?: { readonly status: number | readonly (number | string)[] }
} {
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  const usual = [...statuses]
    .filter(([status, count]) => status >= 100 && count >= total * USUAL)
    .map(([status]) => status)
  const redirects = usual.filter((status) => status >= 300 && status < 400 && status !== 304)
  const failures = usual.filter((status) => status >= 400 && status < 500)
  if (usual.length > 0 && usual.length === redirects.length) return { expect: { status: one(redirects) } }
  if (failures.length === 0) return {}
  const isSuccess = usual.length > failures.length
  return { expect: { status: isSuccess ? ['2xx', '3xx', ...failures.sort()] : one(failures) } }
}

function one(statuses: readonly number[]): number | readonly number[] {
  return statuses.length === 1 ? statuses[0]! : [...statuses].sort()
}
