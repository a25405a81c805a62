/**
 * The other requests of a session as controls. What the machine or the start of a process did to one request it did to
 * the others in the same seconds, so a change relative to the others comes from the code. It shows far sooner than in the
 * request's own figures, whose scatter is mostly common to all.
 *
 * A slowdown of everything doesn't show this way; the requests' own figures, which are judged as well, show it.
 */
import { mean } from '../stats/math.js'
import { trim } from './judges/pairs.js'
import type { Block, Paired } from './pairing.js'
import { makeJoined, readQuantile } from './quantile.js'

/** How one request changed from a to b, slice by slice. */
export interface Control {
  readonly name: string
  /** By block and slice: ln(b) − ln(a) of the medians; NaN if a side had too few samples. */
  readonly moves: readonly (readonly number[])[]
}

/** The samples that a slice's median needs; noisier controls weigh less. */
const SAMPLES = 10

/** Makes a control of a request. */
export function makeControl(name: string, blocks: readonly Block[]): Control {
  return {
    name,
    moves: blocks.map(({ a, b }) =>
      Array.from({ length: Math.min(a.length, b.length) }, (_, index) => {
        const [left, right] = [makeJoined([a[index]!]), makeJoined([b[index]!])]
        if (left.samples < SAMPLES || right.samples < SAMPLES) return Number.NaN
        return Math.log(readQuantile(right, 0.5) / readQuantile(left, 0.5))
      }),
    ),
  }
}

/**
 * Returns the differences of a request's pairs, by block, less those of the controls in the same slices: their mean,
 * weighted by how steady each is. Null if no control has samples in the slices of every pair.
 */
export function lessControls(paired: Paired, controls: readonly Control[]): number[][] | null {
  const beside = controls.flatMap(({ moves }) => {
    const means = paired.blocks.map((pairs, block) =>
      pairs.map(({ from, to }) => mean(moves[block]!.slice(from, to).filter((move) => !Number.isNaN(move)))),
    )
    if (means.flat().some(Number.isNaN)) return []
    return [{ means, weight: 1 / Math.max(ERROR_MIN, trim(means.flat()).own) ** 2 }]
  })
  const total = beside.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return null
  return paired.blocks.map((pairs, block) =>
    pairs.map(({ difference }, index) => {
      const common = beside.reduce((sum, { means, weight }) => sum + weight * means[block]![index]!, 0)
      return difference - common / total
    }),
  )
}

/** The smallest standard error of a control, so that none is steady enough to count alone. */
const ERROR_MIN = 1e-4
