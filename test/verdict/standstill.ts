/**
 * A service that stands still now and then: its code does that, not the machine.
 */
import type { Random } from '../../src/base/rng.js'

/** Stops of the whole service, now and then, or, with more `everySeconds` than there are, once. */
export interface Stalls {
  readonly part: 'stalls'
  readonly everySeconds: number
  readonly ms: number
  /** In the closed model so many requests wait at a time; without it, in the open one, all that come in. */
  readonly users?: number
}

/** One time at which the service stands still, in seconds. */
export interface Stop {
  readonly start: number
  readonly end: number
  /** Who waits for its end. */
  readonly users: number
}

/** When the service stands still: regularly, beginning anywhere, until `last`. */
export function makeStops(
  { everySeconds, ms, users = Number.POSITIVE_INFINITY }: Stalls,
  last: number,
  random: Random,
): readonly Stop[] {
  const stop = (start: number) => ({ start, end: start + ms / 1000, users })
  if (everySeconds > last) return [stop(random.float() * last)]
  const first = random.float() * everySeconds
  return Array.from({ length: Math.ceil((last - first) / everySeconds) }, (_, n) =>
    stop(first + (n + 0.2 * (random.float() - 0.5)) * everySeconds),
  )
}

/** What the stops do to one second. */
export interface Standstill {
  /** The share of the second in which anything is answered: all of it in the open model, where it is made up for. */
  readonly open: number
  /** By how many ms the `n`-th request of the second is late. */
  readonly delayMs: (n: number) => number
}

/** Null for a second without a stop. */
export function standstillOf(stops: readonly Stop[], second: number, random: Random): Standstill | null {
  const still = stops.find(({ start, end }) => start < second + 1 && end > second)
  if (still === undefined) return null
  const { start, end, users } = still
  if (users === Number.POSITIVE_INFINITY) {
    const delayMs = () => {
      const wait = end - second - random.float()
      return wait > 0 && wait < end - start ? 1000 * wait : 0
    }
    return { open: 1, delayMs }
  }
  const blocked = end > second + 1 ? 0 : Math.round(users)
  const open = 1 - (Math.min(end, second + 1) - Math.max(start, second))
  return { open, delayMs: (n) => (n < blocked ? 1000 * (end - start) : 0) }
}
