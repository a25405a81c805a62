/**
 * What an A/B session says each time it is judged.
 */
import { printable } from '../base/printable.js'
import { plural } from '../base/units.js'
import type { Comparison } from '../stats/comparison.js'

/** The verdict so far in a line and, while it is open, the worst of what keeps it open. */
export function describeLook(seconds: number, { verdict, metrics }: Comparison): string {
  const look = `after ${seconds}s of each side: ${verdict}`
  const open = metrics.find((row) => row.decisive === true && row.verdict === 'inconclusive')
  if (verdict !== 'inconclusive' || open === undefined) return look
  const { request, pooled, metric, reason } = open
  const subject =
    pooled === undefined
      ? request === null
        ? 'whole run'
        : printable(request)
      : `the rest (${plural(pooled.length, 'request')})`
  return `${look}; ${subject} ${metric}: ${reason}`
}
