/**
 * The other requests of a session as controls: what the machine, or the luck of a start, did to one request it did to
 * the others in the same seconds. So a request that moved against the others was changed by the code, and shows far
 * sooner than by its own figures, whose scatter is mostly common to all.
 *
 * A slowdown of everything doesn't show so: that is found by each request's own figures, which are judged as well.
 */
import { mean } from '../stats/math.js'
import { trim } from './judges/pairs.js'
import type { Block, Paired } from './pairing.js'
import { makeJoined, readQuantile } from './quantile.js'

/** How one request moved, slice by slice. */
export interface Control {
  readonly name: string
  /** By block and slice: ln(b) − ln(a) of the medians; NaN where one side had too few samples. */
  readonly moves: readonly (readonly number[])[]
}

/** A slice's median needs so many samples; noisier controls weigh less. */
const SAMPLES = 10

/** The control that a request can be for the others. */
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
 * The differences of a request's pairs, less what the controls did in the same slices: their mean, weighted by how
 * steady each is. Null when no control has samples beside every pair.
 */
export function lessControls(paired: Paired, controls: readonly Control[]): number[][] | null {
  const beside = controls.flatMap(({ moves }) => {
    const means = paired.blocks.map((pairs, block) =>
      pairs.map(({ from, to }) => mean(moves[block]!.slice(from, to).filter((move) => !Number.isNaN(move)))),
    )
    if (means.flat().some(Number.isNaN)) return []
    return [{ means, weight: 1 / Math.max(LEAST, trim(means.flat()).own) ** 2 }]
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

/** No control is so steady that it alone counts. */
const LEAST = 1e-4
