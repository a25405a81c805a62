/**
 * Explains a scenario in words: what it sends and when, and how the run will be judged.
 */
import { printable } from '../../base/printable.js'
import { redact } from '../../base/secrets.js'
import { formatCount, formatDuration, formatLatency, formatShare, plural } from '../../base/units.js'
import type { Feeder, Scenario, Threshold } from '../../scenario/model/scenario.js'
import { findMetric, metricIn } from '../../stats/metrics.js'
import { inCharactersOf, type Page } from '../page.js'
import { formatReported } from '../reported.js'
import { renderTable } from '../table.js'
import { truncateMiddle, wrap } from '../width.js'
import { formatMetric } from '../wording.js'
import { explainLoad } from './load.js'
import { explainSending } from './sending.js'
import { explainExpect, explainJourney, explainPhases, lineOf } from './steps.js'
import { expectedIterations } from './volume.js'

/** What is known about the baseline. */
export interface BaselineFile {
  /** The path as shown to the user. */
  readonly file: string
  readonly exists: boolean
}

/** Renders the explanation, ending with a newline. */
export function renderExplanation(scenario: Scenario, baseline: BaselineFile, page: Page): string {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Load', explainLoad(scenario.load, page)],
    ['Requests', explainRequests(scenario, page)],
    ['Sending', explainSending(scenario)],
    ['Data', explainData(scenario)],
    ['Thresholds', explainThresholds(scenario.thresholds)],
    ['Baseline', explainBaseline(scenario, baseline)],
  ]
  const text = sections
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([title, lines]) => `${page.style.bold(title)}\n${lines.map((line) => indent(line, page)).join('\n')}`,
    )
  return inCharactersOf(page, `${[explainHead(scenario, page), ...text].join('\n\n')}\n`)
}

/** Lines of charts and tables already start with two spaces. */
function indent(line: string, { width }: Page): string {
  return line.startsWith('  ') ? line : wrap(`  ${line}`, width, '    ')
}

function explainHead({ name, description, target, http }: Scenario, { style, width }: Page): string {
  const title = wrap(
    description === null ? printable(name) : `${printable(name)}: ${printable(description)}`,
    width,
  )
  const where =
    target === null
      ? 'no target: pass --target'
      : target === 'demo'
        ? 'against the built-in demo service, started for the run'
        : `against ${printable(target)}`
  const insecure = http.insecure ? '; certificates are not checked' : ''
  return `${style.bold(title)}\n${wrap(where + insecure, width)}`
}

function explainRequests(scenario: Scenario, { width, isUnbounded, style }: Page): string[] {
  const { requests, load, http } = scenario
  const sum = requests.reduce((total, { weight }) => total + weight, 0)
  const iterations = expectedIterations(load)
  const safe = (text: string) => printable(redact(text, scenario.secrets))
  const label = (name: string) =>
    isUnbounded ? safe(name) : truncateMiddle(safe(name), Math.max(16, Math.floor(width / 3)))
  const rows = requests.flatMap((entry) => {
    const share = entry.weight / sum
    const count = iterations === null ? share * PER : share * iterations
    const head = [formatShare(share), formatCount(count), label(entry.name)]
    return 'steps' in entry
      ? [[...head, 'a journey', 'all its steps']]
      : [[...head, safe(lineOf(entry)), explainExpect(entry)]]
  })
  const journeys = requests.flatMap((entry) =>
    'steps' in entry
      ? [
          `${safe(entry.name)}, step by step:`,
          ...explainJourney(entry).map((line) => wrapStep(safe(line), width)),
        ]
      : [],
  )
  const table = renderTable(
    [
      { title: 'share', align: 'right' },
      { title: iterations === null ? `of ${formatCount(PER)}` : 'about', align: 'right' },
      { title: 'request' },
      { title: 'sends', isFlexible: true, expendable: 2 },
      { title: 'succeeds with', expendable: 1 },
    ],
    rows,
    { width, isUnbounded, indent: '  ', title: style.dim },
  )
  const volume =
    iterations === null
      ? 'the total depends on how fast the service responds'
      : `about ${plural(iterations, requests.some((entry) => 'steps' in entry) ? 'iteration' : 'request')} in total`
  return [
    ...table.split('\n'),
    ...journeys,
    ...explainPhases(scenario).map(safe),
    `${volume}; a request that takes longer than ${formatDuration(http.timeoutMs)} fails`,
  ]
}

/** Wraps a step's line; continuation lines are indented further. */
function wrapStep(line: string, width: number): string {
  const margin = `    ${/^ */.exec(line)![0]}`
  return wrap(`${margin}${line.trimStart()}`, width, `${margin}    `)
}

/** If the number of iterations isn't known, shares are shown for this many. */
const PER = 1000

function explainData({ data }: Scenario): string[] {
  return Object.entries(data).map(([name, feeder]) => {
    const isRows = 'table' in feeder ? feeder.table.columns !== null : typeof feeder.values[0] === 'object'
    const size = 'table' in feeder ? feeder.table.spans.length / 2 : feeder.values.length
    const place = 'table' in feeder ? ` of ${printable(feeder.table.file)}` : ''
    const which = feeder.pick === undefined ? 'one of ' : 'the '
    return `{{ ${name} }} takes ${which}${plural(size, isRows ? 'row' : 'value')}${place} ${explainPick(feeder)}`
  })
}

function explainPick({ pick, onEnd }: Feeder): string {
  if (pick === undefined) return 'at random in each iteration'
  const isOnce = pick === 'unique' && onEnd !== 'recycle'
  const end =
    isOnce || onEnd === 'stop' ? 'the run ends with an error when none are left' : 'then starts over'
  return `in order${isOnce ? ', each only once across all workers' : ''}; ${end}`
}

function explainThresholds(thresholds: readonly Threshold[]): string[] {
  return thresholds.map((threshold) => {
    const { abort } = threshold
    const early =
      abort === null
        ? ''
        : `; if it is not met, the run stops early, but not before ${formatDuration(abort.afterMs)} and ${plural(abort.minSamples, 'request')}`
    return `fails unless ${explainLimit(threshold)}${early}`
  })
}

function explainLimit({ request, metric, operator, limit, unit }: Threshold): string {
  const bound = metricIn(metric) === null ? formatMetric(metric, limit) : formatReported(limit, unit)
  const share = /^p(\d\d)(\d?)$/.exec(metric)
  if (share !== null && operator.startsWith('<')) {
    const percent = share[2] === '' ? share[1] : `${share[1]}.${share[2]}`
    const whose = request === null ? 'all requests' : `"${printable(request)}" requests`
    return `${percent}% of ${whose} are answered in ${operator === '<' ? 'less than' : 'at most'} ${bound}`
  }
  const subject = request === null ? '' : ` of "${printable(request)}"`
  return `the ${NOUNS[metric] ?? findMetric(metric)!.description}${subject} is ${WORDS[operator]} ${bound}`
}

/** Names of the metrics whose description doesn't fit into the sentence. */
const NOUNS: Readonly<Record<string, string>> = {
  error_rate: 'error rate',
  throughput: 'throughput',
  requests: 'number of finished requests',
  cache_hit_rate: 'share of responses from a cache',
  cpu_per_request: 'CPU time of the service per request',
  memory_max: 'most memory of the service',
  memory_growth: 'growth of the memory of the service',
}

const WORDS: Readonly<Record<Threshold['operator'], string>> = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
}

function explainBaseline(scenario: Scenario, { file, exists }: BaselineFile): string[] {
  const { tolerance, minDeltaMs } = scenario.baseline
  // In the open model throughput is an input, so it isn't compared.
  const throughput =
    scenario.load.model === 'closed'
      ? ` throughput falls by more than ${formatShare(tolerance.throughput)},`
      : ''
  const percent = (ratio: number) => formatShare(ratio)
  const where = exists
    ? `compared with ${file}`
    : `${file} does not exist yet; create it: perfctl baseline update ${scenario.file ?? ''}${scenario.profile === null ? '' : ` --profile ${scenario.profile}`}`.trimEnd()
  return [
    where,
    `regressed if, beyond chance, p50 rises by more than ${percent(tolerance.p50)}, p95 by ${percent(tolerance.p95)}, p99 by ${percent(tolerance.p99)} (and by at least ${formatLatency(minDeltaMs)}),${throughput} or the error rate rises by more than ${percent(tolerance.errorRate).replace('%', '')} percentage ${tolerance.errorRate === 0.01 ? 'point' : 'points'}`,
  ]
}
