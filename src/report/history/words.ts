/**
 * What every report of a history says, in the same words.
 */
import { printable } from '../../base/printable.js'
import { plural } from '../../base/units.js'
import type { History } from '../../verdict/history.js'
import type { Trend } from '../../verdict/trend.js'

/** How the run as a whole is called where requests are named. */
export const WHOLE_RUN = '(whole run)'

/** Below this no change could be told from chance, but the largest. */
const POINTS_FEW = 10

/** The lines above the table. */
export interface HistoryWords {
  readonly title: string
  readonly origin: string
  /** How many changes there are. */
  readonly finding: string
  /** The requests of which every try failed at some time: such a job is no good news, however fast the others were. */
  readonly failing: readonly string[]
}

/** What is shown, where it comes from, and what was found. */
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

/** The trends worth a row: one point is none, nor is an error rate that was 0 all the time unless it is asked for alone. */
export function rowsShown(trends: readonly Trend[]): readonly Trend[] {
  if (trends.every(({ values }) => values.length < 2)) return []
  const rows = trends.filter(({ metric, values }) => metric !== 'error_rate' || values.some((value) => value))
  return rows.length === 0 ? trends : rows
}
