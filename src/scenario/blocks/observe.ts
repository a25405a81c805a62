/**
 * `observe`: what is read beside latencies: from the answers, from the processes of the service, and from its metrics.
 */
import { findMetric, metricIn, timingIn } from '../../stats/metrics.js'
import { TIMINGS_MAX } from '../../stats/sheet.js'
import { choice, inside, type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import { countReader, wholeNumber } from '../fields/unit-fields.js'
import type { Observe } from '../model/observe.js'
import type { Threshold } from '../model/scenario.js'
import {
  isTreeMap,
  nameOf,
  type Path,
  quoted,
  type Report,
  Scalar,
  type TreeProblem,
  wrongKey,
} from '../yaml/tree.js'
import { metricLimitProblem } from './metric-limit.js'
import { makeMetrics, metricsSchema } from './observed-metrics.js'

type ObserveInput = FieldsOf<typeof observeFields>

/** The field `observe` of a scenario. */
export function observeSchema(leaves: Leaves) {
  return map(observeFields(leaves), {
    description:
      'What is read beside latencies: from the responses, from the processes of the service, and from its metrics.',
    sample: 'serverTiming: true',
    synonyms: {
      server_timing: 'serverTiming',
      timing: 'serverTiming',
      caching: 'cache',
      cpu: 'process',
      memory: 'process',
      prometheus: 'metrics',
      scrape: 'metrics',
    },
  })
}

const NAME = /^[\w!#$%&'*+\-.^`|~]{1,64}$/

function observeFields(leaves: Leaves) {
  const { option, flag } = leaves
  const names = {
    type: 'array',
    minItems: 1,
    maxItems: TIMINGS_MAX,
    items: { type: 'string', maxLength: 64 },
  }
  const only = (key: string, [most, description]: readonly [number, string]) => ({
    type: 'object',
    properties: { [key]: { ...wholeNumber(1, most), description } },
    required: [key],
    additionalProperties: false,
  })
  return {
    serverTiming: option(
      readNames,
      { anyOf: [{ type: 'boolean' }, names] },
      `The Server-Timing header: a latency summary for each request and name. true: every name, up to ${TIMINGS_MAX} for each request; or a list of names.`,
      { default: false, examples: [true, ['db', 'render']] },
    ),
    cache: flag(
      'The share of responses from a cache, by the headers Cache-Status, X-Cache, CF-Cache-Status, Age and the like.',
    ),
    process: option(
      readProcess,
      { anyOf: [choice('auto'), ...Object.entries(PROCESS_KEYS).map(([key, limits]) => only(key, limits))] },
      'CPU time and memory of the service, with all processes that it starts; Linux only. auto: of the demo service; port: of what listens on it on this machine; pid: of that process.',
      { examples: ['auto', { port: 3000 }, { pid: 4711 }] },
    ),
    metrics: metricsSchema(leaves).optional(),
  }
}

/** What the input describes; undefined if nothing is observed. `line`: that of the metrics. */
export function makeObserve(
  { serverTiming = false, cache = false, process: which, metrics }: ObserveInput,
  line: number,
): Observe | undefined {
  if (serverTiming === false && !cache && !which && !metrics) return undefined
  return {
    ...(serverTiming !== false && { serverTiming }),
    ...(cache && { cache }),
    ...(which && { process: which }),
    ...(metrics && { metrics: makeMetrics(metrics, line) }),
  }
}

/** Reports thresholds, which are `at`, on what is not observed: they could never be met. */
export function checkObserved(
  thresholds: readonly Threshold[],
  observe: Observe = {},
  at: Path = ['thresholds'],
): TreeProblem[] {
  const { serverTiming, cache, process: which } = observe
  return thresholds.flatMap((threshold, index) => {
    const { metric, request } = threshold
    const problem = (message: string, hint: string) => [{ path: [...at, index], message, hint }]
    if (metric === 'cache_hit_rate' && cache === undefined)
      return problem('cache hits are not observed', 'add observe: { cache: true }')
    if (metricIn(metric) !== null) {
      const reported = metricLimitProblem(threshold, observe)
      return reported === null ? [] : [{ path: [...at, index], ...reported }]
    }
    if (findMetric(metric)?.isOfService) {
      if (request !== null)
        return problem(
          `${metric} is of the whole service, not of one request`,
          'remove the name in front of it',
        )
      if (which === undefined)
        return problem('no process is observed', 'add observe: { process: { port: 3000 } } with its port')
    }
    const name = timingIn(metric)
    if (name === null || serverTiming === 'all' || serverTiming?.includes(name)) return []
    return serverTiming === undefined
      ? problem('server timings are not observed', 'add observe: { serverTiming: true }')
      : problem(`the server timing ${quoted(name)} is not observed`, 'add it to observe.serverTiming')
  })
}

const PROCESS_HINT = 'write auto, { port: 3000 } or { pid: 4711 }'

/** The ways to name a process: the largest number that there can be, and what it says. */
const PROCESS_KEYS = {
  port: [65_535, 'The process that listens on this port of this machine.'],
  pid: [4_194_304, 'The process with this id on this machine.'],
} as const

/** `auto`, or a map with a port or the id of a process. */
const readProcess: Reader<NonNullable<Observe['process']>> = (tree, context, report) => {
  if (tree instanceof Scalar) {
    const word = readText(tree, context, report)
    if (word === null || word === 'auto') return word
    return wrong(report, `expected auto, a port or a pid, got ${nameOf(tree)}`, PROCESS_HINT)
  }
  if (!isTreeMap(tree))
    return wrong(report, `expected auto, a port or a pid, got ${nameOf(tree)}`, PROCESS_HINT)
  const [key, another] = Object.keys(tree)
  if (key === undefined) return wrong(report, 'the map is empty', PROCESS_HINT)
  if (another !== undefined)
    return wrong(report, `expected one key, got ${key} and ${another}`, 'write either port or pid')
  if (key !== 'port' && key !== 'pid') {
    wrongKey(report, [key], `unknown key ${quoted(key)}`, PROCESS_HINT)
    return null
  }
  const number = countReader(1, PROCESS_KEYS[key][0])(tree[key]!, context, inside(report, key))
  if (number === null) return null
  return key === 'port' ? { port: number } : { pid: number }
}

const LIST_HINT = 'write true, or a list of names such as [db, render]'

/** A flag, or a list of names. */
const readNames: Reader<Observe['serverTiming'] | false> = (tree, context, report) => {
  if (tree instanceof Scalar) {
    if (typeof tree.value === 'boolean') return tree.value && 'all'
    return wrong(report, `expected true, false or a list of names, got ${nameOf(tree)}`, LIST_HINT)
  }
  if (!Array.isArray(tree)) return wrong(report, `expected a list of names, got ${nameOf(tree)}`, LIST_HINT)
  if (tree.length === 0) return wrong(report, 'the list is empty', LIST_HINT)
  if (tree.length > TIMINGS_MAX)
    return wrong(report, `${tree.length} names are too many`, `keep the ${TIMINGS_MAX} that matter most`)
  const names = tree.map((item, index) => readName(item, context, inside(report, index)))
  const twice = names.findIndex((name, index) => name !== null && names.indexOf(name) < index)
  if (twice !== -1)
    return wrong(
      inside(report, twice),
      `the name ${quoted(names[twice]!)} is already in the list`,
      'remove one of them',
    )
  return names.every((name) => name !== null) ? names : null
}

const readName: Reader<string> = (tree, context, report: Report) => {
  const name = readText(tree, context, report)
  return name === null || NAME.test(name)
    ? name
    : wrong(
        report,
        `${quoted(name)} can't be the name of a server timing`,
        'use up to 64 letters, digits, - and _',
      )
}
