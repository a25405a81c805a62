/**
 * Whether one of two sides that took turns stood still more often than the other: by the sign test.
 *
 * Rare stalls move no typical value, however long they are, so the pairs of windows are counted in which one side
 * stalled and the other didn't. For the same code each of these is as likely to be the one as the other, whatever
 * the machine does:
 *
 *     probability = P(X ≥ b), X ~ Binomial(b + c, ½)      b, c: pairs in which only b, only a stalled
 *
 * One stop lasts for several windows and is one event, so the longest stretch of each side counts once. What can't be
 * told apart this way can't be told apart at all: of 6 stalls, all on one side, 1 in 64 is chance.
 */
import { signTail } from '../../stats/math.js'

/** What is known of a pair of windows. */
export interface StallPair {
  readonly a: boolean
  readonly b: boolean
}

/** How the stalls of the two sides compare. */
export interface StallFinding {
  readonly pairs: number
  /** Windows in which the side stalled, whatever the other one did. */
  readonly stalled: { readonly a: number; readonly b: number }
  /** Share of the pairs in which b stalled alone, less those in which a did; and where the true one lies, 95 % sure. */
  readonly difference: number
  readonly interval: readonly [number, number]
  /** The same with the longest stretch of each side counted once. */
  readonly lasting: number
  /** That chance alone makes b worse by so much, or better. */
  readonly worse: number
  readonly better: number
  /** The least probability that these events can come to, had all been on one side. */
  readonly least: number
}

/** Compares the stalls of pairs in the order of time; at least one. */
export function findStalls(pairs: readonly StallPair[]): StallFinding {
  const signs = pairs.map(({ a, b }) => Number(b) - Number(a))
  const [onlyA, onlyB] = [countAlone(signs, -1), countAlone(signs, 1)]
  const [eventsA, eventsB] = [onlyA - again(signs, -1), onlyB - again(signs, 1)]
  const n = pairs.length
  return {
    pairs: n,
    stalled: { a: pairs.filter(({ a }) => a).length, b: pairs.filter(({ b }) => b).length },
    difference: (onlyB - onlyA) / n,
    interval: intervalOf(onlyA, onlyB, n),
    lasting: (eventsB - eventsA) / n,
    // The other side's stretches count in full: to be sure, a stop of its own explains more.
    worse: signTail(eventsB, eventsB + onlyA),
    better: signTail(eventsA, eventsA + onlyB),
    least: 0.5 ** (onlyA + onlyB),
  }
}

function countAlone(signs: readonly number[], own: number): number {
  return signs.filter((sign) => sign === own).length
}

/** How many windows the longest stretch has beyond its first. */
function again(signs: readonly number[], own: number): number {
  let longest = 1
  let length = 0
  for (const sign of signs) {
    length = sign === own ? length + 1 : 0
    longest = Math.max(longest, length)
  }
  return longest - 1
}

/** The difference of two paired shares, with half a pair added to each outcome (Agresti and Min 2005). */
function intervalOf(onlyA: number, onlyB: number, n: number): readonly [number, number] {
  const [a, b, all] = [onlyA + 0.5, onlyB + 0.5, n + 2]
  const middle = (b - a) / all
  const reach = (1.96 * Math.sqrt(a + b - (b - a) ** 2 / all)) / all
  return [Math.max(-1, middle - reach), Math.min(1, middle + reach)]
}
