/**
 * From figures to places in a drawing.
 */

/** Round values between 0 and at least `max`, about `wanted` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(max: number, wanted: number): number[] {
  if (!(max > 0)) return [0]
  const rough = max / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.8)!
  const count = Math.ceil(max / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** Moments of a run of that many seconds, at most `wanted`, in steps that clocks have: 1, 5, 15, 60 seconds, … */
export function timeTicks(seconds: number, wanted: number): number[] {
  const step =
    CLOCK_STEPS.find((size) => seconds / size <= wanted) ?? Math.ceil(seconds / wanted / 86_400) * 86_400
  const count = Math.floor(seconds / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

const CLOCK_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
]

/** A number for an attribute of a drawing, to a tenth: a page may hold a hundred thousand of them. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
