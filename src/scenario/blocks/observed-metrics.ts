/**
 * `observe.metrics`: figures that the service reports of itself, read from a page in the Prometheus text format.
 */
import { type Reader, readText, TEXT, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map, record } from '../fields/schema.js'
import { type MetricExpression, selectorsOf } from '../model/metric-expression.js'
import { unitOf } from '../model/metric-unit.js'
import type { ObservedMetrics } from '../model/observe.js'
import type { Template } from '../model/template.js'
import { quoted, type Report, type TreeMap, wrongKey } from '../yaml/tree.js'
import { authSchema, checkAuth } from './auth.js'
import { headersSchema } from './headers.js'
import { MetricSyntaxError, parseMetric } from './metric-parser.js'
import { makeRequest, PATH, readPath } from './request.js'

type MetricsInput = FieldsOf<typeof metricsFields>

/** More of them make the result large, since each has a figure a second. */
const METRICS_MAX = 50

const SAMPLE = 'heap: nodejs_heap_size_used_bytes'

/** The field `metrics` of `observe`. */
export function metricsSchema(leaves: Leaves) {
  return map(metricsFields(leaves), {
    description: 'Metrics that the service reports in the Prometheus text format, read once a second.',
    sample: 'url: /metrics',
    synonyms: {
      get: 'url',
      path: 'url',
      endpoint: 'url',
      names: 'take',
      select: 'take',
      expressions: 'take',
    },
    check: checkAuth,
  })
}

function metricsFields(leaves: Leaves) {
  const { leaf } = leaves
  return {
    url: leaf(readUrl, {
      ...PATH,
      description:
        'Path or whole URL of the page with the metrics. A page of the target gets the headers under http.',
      examples: ['/metrics', 'http://localhost:9100/metrics'],
    }),
    headers: headersSchema(leaves).optional(),
    auth: authSchema(leaves).optional(),
    take: record(leaf(readExpression, TEXT), {
      description: `Names for up to ${METRICS_MAX} figures, each with an expression: names of metrics, which stand for the sum of all series that match, rate(...), numbers, + - * / and parentheses.`,
      examples: [
        { heap: 'nodejs_heap_size_used_bytes', db: 'rate(db_seconds_sum) / rate(db_seconds_count)' },
      ],
      check: checkNames,
    }),
  }
}

/** What the input describes. */
export function makeMetrics({ url, headers, auth, take }: MetricsInput, line: number): ObservedMetrics {
  return {
    request: makeRequest({ get: url, headers, auth }, 'metrics', line),
    take: Object.entries(take).map(([name, expression]) => ({ name, expression, ...unitOf(expression) })),
  }
}

const readUrl: Reader<Template> = (tree, context, report) => {
  const path = readPath(tree, context, report)
  const [first] = path ?? []
  return typeof first === 'string' && /^https?:\/\/[^/?]*@/i.test(first)
    ? wrong(report, "the URL can't contain a user or password", 'use auth instead, beside url')
    : path
}

const readExpression: Reader<MetricExpression> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  try {
    const expression = parseMetric(text)
    if (selectorsOf(expression).length > 0) return expression
    return wrong(report, `${quoted(text)} names no metric`, `write one, such as ${SAMPLE}`)
  } catch (error) {
    if (!(error instanceof MetricSyntaxError)) throw error
    const { message, hint, part } = error
    report({ message, hint, part })
    return null
  }
}

/** Reports names that thresholds couldn't use. */
function checkNames(take: TreeMap, report: Report): void {
  const names = Object.keys(take)
  if (names.length === 0)
    wrong(report, 'the map is empty', `add a name with an expression, such as ${SAMPLE}`)
  if (names.length > METRICS_MAX)
    wrong(report, `${names.length} metrics are too many`, `keep the ${METRICS_MAX} that matter most`)
  for (const name of names)
    if (!/^[A-Za-z][\w-]{0,63}$/.test(name))
      wrongKey(
        report,
        [name],
        `${quoted(name)} can't be the name of a metric`,
        'start with a letter, and use up to 64 letters, digits, - and _',
      )
}
