/**
 * The values of the last seconds as one line of bars.
 */

const BLOCKS = '▁▂▃▄▅▆▇█'
const PLAIN = '_.-=+*#@'

/**
 * Draws one character for each of the last `width` values, newest on the right, scaled from 0 to their maximum. A null
 * is a space; only 0 gets the lowest bar.
 */
export function drawSparkline(values: readonly (number | null)[], width: number, isAscii: boolean): string {
  const bars = isAscii ? PLAIN : BLOCKS
  const shown = width > 0 ? values.slice(-width) : []
  const top = largestOf(shown) ?? 0
  return shown
    .map((value) => {
      if (value === null) return ' '
      const height = value <= 0 || top === 0 ? 0 : Math.ceil((value / top) * (bars.length - 1))
      return bars[height]!
    })
    .join('')
}

/** Returns the largest value; null if there is none. */
export function largestOf(values: readonly (number | null)[]): number | null {
  return values.reduce((max, value) => (value === null ? max : Math.max(max ?? value, value)), null)
}
