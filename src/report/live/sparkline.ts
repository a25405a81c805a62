/**
 * Figures of the last seconds as one line of bars.
 */

const BLOCKS = '▁▂▃▄▅▆▇█'
const PLAIN = '_.-=+*#@'

/**
 * One character for each of the last `width` values, newest to the right, between 0 and the largest of them. A space
 * where a value is null; the lowest bar for 0, and only for that.
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

/** The largest value; null when there is none. */
export function largestOf(values: readonly (number | null)[]): number | null {
  return values.reduce((max, value) => (value === null ? max : Math.max(max ?? value, value)), null)
}
