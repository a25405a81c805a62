/**
 * A request's change relative to the others of its run, which share the machine of each job: what the machine did to all
 * of them is gone.
 */
import { mean } from '../stats/math.js'
import type { JobValue } from './job-figures.js'
import type { RatioMetric, Shortage } from './judged-metric.js'
import { MEDIAN_VARIANCE } from './judges/history.js'

/** One metric on both sides. */
export interface MetricPair {
  readonly metric: RatioMetric
  /** The values of the jobs that have one, and the places of these jobs among all. */
  readonly jobs: readonly JobValue[]
  readonly places: readonly number[]
  readonly candidate: JobValue | null
  /** What is missing on one of the sides; null if nothing is. */
  readonly shortage: Shortage | null
  /** Several requests as one: there is a change, but no figure in ms. */
  readonly isPooled?: true
}

/** Returns the value of the job at a place; undefined if it has none. */
export function valueAt({ jobs, places }: MetricPair, place: number): JobValue | undefined {
  return jobs[places.indexOf(place)]
}

/** The values of a request less how the medians of the others moved. */
export interface RelativeValues {
  readonly jobs: readonly JobValue[]
  readonly candidate: JobValue
  /** How many other requests there are. */
  readonly count: number
}

/** A single other request is no measure: if it changed itself, half of what is seen is its change. */
const OTHERS_MIN = 2

/**
 * Returns a function that sets a metric of a request, of which `own` is the median, against all other `medians`. It returns
 * null if fewer than two others have a value in the same jobs. What is the same for thousands of requests is made once.
 */
export function withOthers(
  medians: readonly MetricPair[],
): (pair: MetricPair, own: MetricPair) => RelativeValues | null {
  const made = new Map<string, Moves>()
  return ({ jobs, places, candidate, shortage }, own) => {
    if (shortage !== null) return null
    const key = places.join()
    const moves = made.get(key) ?? makeMoves(medians, places)
    made.set(key, moves)
    const at = moves.indexes.get(own)
    const count = moves.indexes.size - (at === undefined ? 0 : 1)
    if (count < OTHERS_MIN) return null
    const subtract = (value: JobValue, { squares }: Column, common: number): JobValue => {
      // A single rare one among them hardly moves their median.
      const error = () => Math.sqrt((MEDIAN_VARIANCE * medianWithout(squares, at)) / count)
      const { besideError = Math.hypot(value.error, error()) } = value
      return { ...value, value: value.value - common, error: besideError }
    }
    return {
      count,
      jobs: jobs.map((value, index) => {
        const column = moves.jobs[index]!
        return subtract(value, column, meanWithout(column.moves.values, at))
      }),
      // The most typical change: a request that changed itself is no measure for others.
      candidate: subtract(candidate!, moves.candidate, medianWithout(moves.candidate.moves, at)),
    }
  }
}

/** How the requests that have a value in certain jobs moved from their usual one, in each of these and the candidate. */
interface Moves {
  readonly indexes: ReadonlyMap<MetricPair, number>
  readonly jobs: readonly Column[]
  readonly candidate: Column
}

/** One job, by the index of the request: how far it moved, and the square of its error. */
interface Column {
  readonly moves: Numbers
  readonly squares: Numbers
}

interface Numbers {
  readonly values: readonly number[]
  readonly sorted: Float64Array
}

function makeMoves(medians: readonly MetricPair[], places: readonly number[]): Moves {
  const known = medians.filter(
    (other) => other.candidate !== null && places.every((place) => other.places.includes(place)),
  )
  const usual = known.map((other) => mean(places.map((place) => valueAt(other, place)!.value)))
  const makeColumn = (values: readonly JobValue[]): Column => ({
    moves: sort(values.map(({ value }, index) => value - usual[index]!)),
    squares: sort(values.map(({ error }) => error ** 2)),
  })
  return {
    indexes: new Map(known.map((other, index) => [other, index])),
    jobs: places.map((place) => makeColumn(known.map((other) => valueAt(other, place)!))),
    candidate: makeColumn(known.map((other) => other.candidate!)),
  }
}

function sort(values: readonly number[]): Numbers {
  return { values, sorted: Float64Array.from(values).sort() }
}

/** The mean of all values but the one at an index. */
function meanWithout(values: readonly number[], index: number | undefined): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) if (i !== index) sum += values[i]!
  return sum / (values.length - (index === undefined ? 0 : 1))
}

/** The median of all values but the one at an index. */
function medianWithout({ values, sorted }: Numbers, index: number | undefined): number {
  const left = index === undefined ? sorted.length : sorted.indexOf(values[index]!)
  const at = (rank: number) => sorted[rank < left ? rank : rank + 1]!
  const count = sorted.length - (index === undefined ? 0 : 1)
  const half = count >> 1
  return count % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2
}
