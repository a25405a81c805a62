/**
 * Fits the Universal Scalability Law (Gunther 2007) to what a service carried at several levels of concurrency:
 *
 *     throughput(n) = λ · n / (1 + σ · (n − 1) + κ · n · (n − 1))
 *
 * n/throughput is linear in 1/λ, σ/λ and κ/λ, so plain least squares do; divided by what was measured, so that relative errors
 * count and the large levels don't outweigh the rest. It is a model: what it says beyond the levels is a guess.
 */

/** A level that was measured. */
export interface Level {
  /** Requests in progress, on average, or virtual users. Above 0. */
  readonly concurrency: number
  /** Per second. Above 0. */
  readonly throughput: number
}

/** The parameters of the fit. */
export interface ScalabilityModel {
  /** λ: the throughput per second of one. */
  readonly single: number
  /** σ: the share of the work that can't be done in parallel, 0 or more. */
  readonly contention: number
  /** κ: the cost of keeping each in step with every other, 0 or more. */
  readonly coherency: number
  /** Where the throughput is highest; null if the model has no peak. */
  readonly peak: Level | null
  /** The root of the mean square of the relative residuals, a share. */
  readonly error: number
}

/** Fewer levels fit almost any curve. */
const LEVELS_MIN = 6
/** The largest concurrency has to be this many times the smallest, or the curve has no shape. */
const RANGE_MIN = 4
/** A worse fit is none, as a share. */
const ERROR_MAX = 0.05

/** Returns the fit; null for fewer than six levels, levels too near to each other, or levels that the model doesn't fit. */
export function fitScalability(levels: readonly Level[]): ScalabilityModel | null {
  const known = levels.filter(({ concurrency, throughput }) => concurrency > 0 && throughput > 0)
  const concurrencies = known.map(({ concurrency }) => concurrency)
  if (new Set(concurrencies).size < LEVELS_MIN) return null
  if (Math.max(...concurrencies) < RANGE_MIN * Math.min(...concurrencies)) return null
  const rows = known.map(({ concurrency: n, throughput }) => {
    const each = n / throughput
    return [1 / each, (n - 1) / each, (n * (n - 1)) / each]
  })
  // Least squares with σ and κ at least 0: the best of the fits that leave some of them out.
  const fits = [[0, 1, 2], [0, 1], [0, 2], [0]]
    .map((columns) => solve(rows, columns))
    .filter((fit) => fit !== null && fit[0]! > 0 && fit[1]! >= 0 && fit[2]! >= 0)
    .map((fit) => toModel(fit!, known))
  const best = fits.reduce<ScalabilityModel | null>(
    (least, fit) => (least === null || fit.error < least.error - 1e-12 ? fit : least),
    null,
  )
  return best !== null && best.error <= ERROR_MAX ? best : null
}

/** Returns the throughput per second that the model expects. */
export function throughputAt(
  { single, contention, coherency }: Pick<ScalabilityModel, 'single' | 'contention' | 'coherency'>,
  concurrency: number,
): number {
  const others = concurrency - 1
  return (single * concurrency) / (1 + contention * others + coherency * concurrency * others)
}

function toModel([base, linear, square]: readonly number[], levels: readonly Level[]): ScalabilityModel {
  const parameters = { single: 1 / base!, contention: linear! / base!, coherency: square! / base! }
  const residuals = levels.map(
    ({ concurrency, throughput }) => throughputAt(parameters, concurrency) / throughput - 1,
  )
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  const { contention, coherency } = parameters
  const concurrency = Math.sqrt((1 - contention) / coherency)
  const hasPeak = coherency > 0 && contention < 1
  return {
    ...parameters,
    peak: hasPeak ? { concurrency, throughput: throughputAt(parameters, concurrency) } : null,
    error: Math.sqrt(squares / levels.length),
  }
}

/** Least squares of `row · x = 1` in these columns, the others 0, by the normal equations; null if they are singular. */
function solve(rows: readonly (readonly number[])[], columns: readonly number[]): number[] | null {
  // Columns of very different size would make the equations needlessly bad.
  const scales = columns.map((column) => Math.hypot(...rows.map((row) => row[column]!)) || 1)
  const scaled = rows.map((row) => columns.map((column, index) => row[column]! / scales[index]!))
  const matrix = columns.map((_, i) => [
    ...columns.map((_, j) => scaled.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    scaled.reduce((sum, row) => sum + row[i]!, 0),
  ])
  for (let pivot = 0; pivot < columns.length; pivot++) {
    const own = matrix[pivot]!
    if (own[pivot]! < 1e-12) return null
    for (const [index, row] of matrix.entries()) {
      if (index === pivot) continue
      const factor = row[pivot]! / own[pivot]!
      for (let column = 0; column < row.length; column++) row[column]! -= factor * own[column]!
    }
  }
  const solution = [0, 0, 0]
  for (const [index, column] of columns.entries())
    solution[column] = matrix[index]!.at(-1)! / matrix[index]![index]! / scales[index]!
  return solution
}
