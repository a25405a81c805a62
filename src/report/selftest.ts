/**
 * The report of a selftest.
 */
import { printable } from '../base/printable.js'
import { formatDuration, formatShare, plural } from '../base/units.js'
import type { RunEnvironment } from '../stats/result.js'
import type { NullTrial } from '../verdict/selftest.js'
import { inCharactersOf, type Page } from './page.js'
import { formatResolution } from './resolution.js'
import { type Column, renderTable } from './table.js'
import { wrap } from './width.js'

/** The outcome of a selftest, also as JSON. */
export interface Selftest {
  readonly schema: 'perfctl/selftest@1'
  readonly scenario: string
  readonly environment: RunEnvironment
  /** Duration of each run, and of each side of a session. */
  readonly seconds: number
  /** Runs compared with a baseline of one earlier run. */
  readonly stored: NullTrial
  /** `ab` sessions. */
  readonly ab: NullTrial
  /** Caveats for the reader. */
  readonly notes: readonly string[]
}

/** Renders the report, ending with a newline. */
export function renderSelftest(selftest: Selftest, page: Page): string {
  const { scenario, environment, seconds, stored, ab, notes } = selftest
  const { width, isUnbounded, style } = page
  const { cpu, cores, os, node } = environment
  const machine = `${printable(cpu)}, ${plural(cores, 'core')}, ${printable(os)}, Node.js ${printable(node)}`
  const each = formatDuration(seconds * 1000)
  const title = `Same code on both sides: ${printable(scenario)}, ${plural(ab.pairs, 'pair')}, ${each} per side`
  const rates = [describe('against a stored run', stored), describe('side by side (ab)', ab)]
  const parts = [
    `${style.bold(wrap(title, width, '  '))}\n${style.dim(wrap(`  on ${machine}`, width, '  '))}`,
    renderTable(RATES, rates, { width, isUnbounded, indent: '  ', title: style.dim }),
    `${wrap('The smallest slowdown detected nine times in ten; in parentheses, how much the same code differed from itself:', width)}\n${renderTable(METRICS, metricRows(stored, ab), { width, isUnbounded, indent: '  ', title: style.dim })}`,
    ...notes.map((note) => style.yellow(wrap(`note: ${printable(note)}`, width, '      '))),
  ]
  return inCharactersOf(page, `${parts.join('\n\n')}\n`)
}

const RATES: readonly Column[] = [
  { title: '', isFlexible: true },
  { title: 'false alarms', align: 'right' },
  { title: 'inconclusive', align: 'right', expendable: 1 },
  { title: 'red at most (95% CI)', align: 'right' },
]

function describe(name: string, { pairs, falseAlarms, inconclusive, redAtMost }: NullTrial): string[] {
  return [name, `${falseAlarms} of ${pairs}`, String(inconclusive), formatShare(redAtMost)]
}

const METRICS: readonly Column[] = [
  { title: 'request', isFlexible: true },
  { title: 'metric' },
  { title: 'stored', align: 'right' },
  { title: '', align: 'right', expendable: 1 },
  { title: 'ab', align: 'right' },
  { title: '', align: 'right', expendable: 2 },
]

type Row = Pick<NullTrial['metrics'][number], 'request' | 'metric'>

function metricRows(stored: NullTrial, ab: NullTrial): string[][] {
  const cells = (trial: NullTrial, request: string | null, metric: string) => {
    const found = trial.metrics.find((row) => row.request === request && row.metric === metric)
    const varied = found?.varied ?? null
    return [
      formatResolution(metric, found?.detectable ?? null),
      varied === null ? '' : `(${formatShare(varied)})`,
    ]
  }
  const isSame = (row: Row) => (other: Row) => other.request === row.request && other.metric === row.metric
  // A service that is given by its URL is one process, whose CPU time can't be told apart by side.
  const storedOnly = stored.metrics.filter((row) => !ab.metrics.some(isSame(row)))
  return [...ab.metrics, ...storedOnly].map(({ request, metric }) => [
    request === null ? 'whole run' : printable(request),
    metric,
    ...cells(stored, request, metric),
    ...cells(ab, request, metric),
  ])
}
