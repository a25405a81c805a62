/**
 * Whether one of two sides that took turns stalled more often than the other, by the sign test.
 *
 * Rare stalls move no typical value, however long they are, so the pairs of windows are counted in which one side stalled
 * and the other didn't. For the same code either side is as likely to be the one that stalled, whatever the machine does:
 *
 *     probability = P(X ≥ b), X ~ Binomial(b + c, ½)      b, c: pairs in which only b, only a stalled
 *
 * One stop lasts for several windows and is one event, so the longest stretch of each side counts once. Few events can't
 * be told from chance at all: 6 stalls are all on side b in 1 of 64 cases.
 */
import { signTail } from '../../stats/math.js'

/** Whether each side of a pair of windows stalled. */
export interface StallPair {
  readonly a: boolean
  readonly b: boolean
}

/** How the stalls of the two sides compare; all but the counts are shares or probabilities. */
export interface StallFinding {
  /** How many there are. */
  readonly pairs: number
  /** Windows in which a side stalled, whatever the other one did. */
  readonly stalled: { readonly a: number; readonly b: number }
  /** The share of the pairs in which only b stalled, less that in which only a did. */
  readonly difference: number
  /** Where the true difference lies with 95 % confidence. */
  readonly interval: readonly [number, number]
  /** The difference with the longest stretch of each side counted once. */
  readonly lasting: number
  /** The probability that chance alone makes b this much worse, or better. */
  readonly worse: number
  readonly better: number
  /** The probability if all these events had been on one side: the smallest possible. */
  readonly least: number
}

/** Compares the stalls of at least one pair, in the order of time. */
export function findStalls(pairs: readonly StallPair[]): StallFinding {
  const signs = pairs.map(({ a, b }) => Number(b) - Number(a))
  const [onlyA, onlyB] = [countAlone(signs, -1), countAlone(signs, 1)]
  const [eventsA, eventsB] = [onlyA - repeats(signs, -1), onlyB - repeats(signs, 1)]
  const n = pairs.length
  return {
    pairs: n,
    stalled: { a: pairs.filter(({ a }) => a).length, b: pairs.filter(({ b }) => b).length },
    difference: (onlyB - onlyA) / n,
    interval: intervalOf(onlyA, onlyB, n),
    lasting: (eventsB - eventsA) / n,
    // The other side's stretches count in full, which is the cautious choice.
    worse: signTail(eventsB, eventsB + onlyA),
    better: signTail(eventsA, eventsA + onlyB),
    least: 0.5 ** (onlyA + onlyB),
  }
}

function countAlone(signs: readonly number[], own: number): number {
  return signs.filter((sign) => sign === own).length
}

/** How many windows the longest stretch has beyond its first. */
function repeats(signs: readonly number[], own: number): number {
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
