/**
 * The wording of histories, shared by all formats.
 */
import { printable } from '../../base/printable.js'
import { plural } from '../../base/units.js'
import type { History } from '../../verdict/history.js'
import type { Trend } from '../../verdict/trend.js'

/** The name of the whole run in a column of requests. */
export const WHOLE_RUN = 'whole run'

/** With fewer points, only very large changes stand out from chance. */
const POINTS_FEW = 10

/** The lines above the table. */
export interface HistoryWords {
  readonly title: string
  readonly origin: string
  /** The number of change points. */
  readonly finding: string
  /** Requests that never succeeded in some job. Such a job is no good news, however fast it was. */
  readonly failing: readonly string[]
}

/** Describes what is shown, its source, and what was found. */
export function describeHistory(
  { scenario, load, baseline, points }: History,
  trends: readonly Trend[],
): HistoryWords {
  const days = [points[0]!, points.at(-1)!].map(({ startedAt }) => printable(startedAt.slice(0, 10)))
  const span = days[0] === days[1] ? days[0]! : `${days[0]} to ${days[1]}`
  const source = baseline === null ? plural(points.length, 'result') : plural(points.length, 'job')
  const moments = new Set(trends.flatMap(({ changes }) => changes.map(({ index }) => index))).size
  return {
    title: `${printable(scenario)}  ${source}, ${span}`,
    origin: [printable(load), baseline === null ? '' : printable(baseline)]
      .filter((text) => text !== '')
      .join(', '),
    finding: findingOf(moments, points.length, baseline === null ? 'result' : 'job'),
    failing: listFailing(points, baseline === null ? 'result' : 'job'),
  }
}

function listFailing(points: History['points'], noun: string): string[] {
  const byName = new Map<string, string[]>()
  for (const { startedAt, figures } of points)
    for (const { request, values } of figures)
      if (request !== null && values.error_rate === 1)
        byName.set(request, [...(byName.get(request) ?? []), startedAt])
  return [...byName].map(([name, times]) => {
    const last = printable(times.at(-1)!.slice(0, 16).replace('T', ' '))
    return `every request of "${printable(name)}" failed in ${times.length} of ${plural(points.length, noun)}, most recently ${last}`
  })
}

function findingOf(moments: number, points: number, noun: string): string {
  if (moments > 0) return `${plural(moments, 'change point')}:`
  if (points === 1) return `A trend needs more than one ${noun}.`
  if (points < POINTS_FEW) {
    return `${plural(points, noun)} are too few to tell a change from chance; it takes about ${POINTS_FEW}.`
  }
  return 'Nothing changed beyond chance.'
}

/** Returns the trends to show: none with a single point, and no error rates that were always 0 beside others. */
export function rowsShown(trends: readonly Trend[]): readonly Trend[] {
  if (trends.every(({ values }) => values.length < 2)) return []
  const rows = trends.filter(({ metric, values }) => metric !== 'error_rate' || values.some((value) => value))
  return rows.length === 0 ? trends : rows
}
