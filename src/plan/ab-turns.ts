/**
 * The time slices in which each side of an A/B session may send.
 *
 *     slice  0 1 2 3 4 5 6 7 …     A B B A: each side comes first in every other pair, so that drift over
 *     side   a b b a a b b a …     time affects both sides alike
 */
import type { Ms } from '../base/clock.js'

/** The turns of one side, as a plan carries them. */
export interface SideTurns {
  readonly side: 'a' | 'b'
  readonly sliceMs: Ms
  /** No request starts in the last part of a slice, so that the next slice begins on an idle machine. */
  readonly guardMs: Ms
}

/** The side that slice number `slice` belongs to. */
export function sideOf(slice: number): 'a' | 'b' {
  const place = ((slice % 4) + 4) % 4
  return place === 0 || place === 3 ? 'a' : 'b'
}

/**
 * How long this side must wait at `t` (ms since the measured part began) before it may send; 0 within its own slices. A
 * user who waits continues at the same offset in the side's next slice, so that users stay spread over time. A user in
 * the guard continues at the start of that slice.
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
