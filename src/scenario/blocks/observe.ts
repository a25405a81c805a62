/**
 * `observe`: what is read from the answers beside their latency.
 */
import { timingIn } from '../../stats/metrics.js'
import { TIMINGS_MAX } from '../../stats/sheet.js'
import { inside, type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { Observe } from '../model/observe.js'
import type { Threshold } from '../model/scenario.js'
import { nameOf, quoted, type Report, Scalar, type TreeProblem } from '../yaml/tree.js'

type ObserveInput = FieldsOf<typeof observeFields>

/** The field `observe` of a scenario. */
export function observeSchema(leaves: Leaves) {
  return map(observeFields(leaves), {
    description: 'What is read from the responses beside their latency.',
    sample: 'serverTiming: true',
    synonyms: { server_timing: 'serverTiming', timing: 'serverTiming', caching: 'cache' },
  })
}

const NAME = /^[\w!#$%&'*+\-.^`|~]{1,64}$/

function observeFields({ option, flag }: Leaves) {
  const names = {
    type: 'array',
    minItems: 1,
    maxItems: TIMINGS_MAX,
    items: { type: 'string', maxLength: 64 },
  }
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
  }
}

/** What the input describes; undefined if nothing is observed. */
export function makeObserve({ serverTiming = false, cache = false }: ObserveInput): Observe | undefined {
  if (serverTiming === false && !cache) return undefined
  return {
    ...(serverTiming !== false && { serverTiming }),
    ...(cache && { cache }),
  }
}

/** Reports thresholds on what is not observed: they could never be met. */
export function checkObserved(
  thresholds: readonly Threshold[],
  { serverTiming, cache }: Observe = {},
): TreeProblem[] {
  return thresholds.flatMap(({ metric }, index) => {
    const problem = (message: string, hint: string) => [{ path: ['thresholds', index], message, hint }]
    if (metric === 'cache_hit_rate' && cache === undefined)
      return problem('cache hits are not observed', 'add observe: { cache: true }')
    const name = timingIn(metric)
    if (name === null || serverTiming === 'all' || serverTiming?.includes(name)) return []
    return serverTiming === undefined
      ? problem('server timings are not observed', 'add observe: { serverTiming: true }')
      : problem(`the server timing ${quoted(name)} is not observed`, 'add it to observe.serverTiming')
  })
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
