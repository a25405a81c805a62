/**
 * Converts figures to positions in a drawing.
 */

/** Returns about `wanted` round values from 0 to at least `max`, in steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(max: number, wanted: number): number[] {
  if (!(max > 0)) return [0]
  const rough = max / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.8)!
  const count = Math.ceil(max / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** Returns at most about `wanted` moments of a run of `seconds`, in steps used for clocks: 1, 5, 15, 60 seconds, … */
export function timeTicks(seconds: number, wanted: number): number[] {
  const step =
    CLOCK_STEPS.find((size) => seconds / size <= wanted) ?? Math.ceil(seconds / wanted / 86_400) * 86_400
  const count = Math.floor(seconds / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

const CLOCK_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
]

/** Rounds a number for an SVG attribute to one decimal: a page may have a hundred thousand of them. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
