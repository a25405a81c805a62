/**
 * Taking turns: the slices of time in which one side of an `ab` session may send.
 *
 *     slice  0 1 2 3 4 5 6 7 …     A B B A: each side comes first in every other pair, so that what
 *     side   a b b a a b b a …     drifts with time meets both alike
 */
import type { Ms } from '../base/clock.js'

/** The turns of one side, as a plan carries them. */
export interface SideTurns {
  readonly side: 'a' | 'b'
  readonly sliceMs: Ms
  /** No request starts in this last part of a slice, so that the next one begins on an idle machine. */
  readonly guardMs: Ms
}

/** Whose slice it is, the n-th from the beginning. */
export function sideOf(slice: number): 'a' | 'b' {
  const place = ((slice % 4) + 4) % 4
  return place === 0 || place === 3 ? 'a' : 'b'
}

/**
 * How long to wait at `t` (ms since the measured part began) before this side may send: 0 within its own slices. Who
 * waits goes on at the same place of the next own slice, so that users who were spread over time stay so; who came in
 * the guard goes on at the beginning.
 */
export function waitForTurn({ side, sliceMs, guardMs }: SideTurns, t: Ms): Ms {
  const open = sliceMs - guardMs
  let slice = Math.floor(t / sliceMs)
  const phase = t - slice * sliceMs
  if (sideOf(slice) === side && phase < open) return 0
  do slice++
  while (sideOf(slice) !== side)
  return slice * sliceMs + (phase % open) - t
}
