/**
 * `thresholds`: absolute limits, which may end the run early.
 */
import { redact } from '../../base/secrets.js'
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, list, map } from '../fields/schema.js'
import type { Threshold } from '../model/scenario.js'
import { isTreeMap, type Report, Scalar, type TreeMap, wrongKey } from '../yaml/tree.js'
import { type Limit, parseThreshold } from './limit.js'

type ThresholdInput = FieldsOf<typeof thresholdFields>

const DEFAULTS = { abort: false, after: 5000, minSamples: 50 }

/** The JSON Schema of a limit. */
export const LIMIT = {
  type: 'string',
  description: 'Metric, comparison and limit; "name: " in front limits one request.',
  examples: ['p95 < 200ms', 'error_rate < 1%', 'search: p99 < 500ms'],
}

/** Limits, or maps with one each. */
export function thresholdsSchema(leaves: Leaves) {
  const threshold = map(thresholdFields(leaves), {
    description: 'A limit that may end the run early.',
    sample: 'limit: p95 < 200ms',
    shorthand: { key: 'limit', meta: LIMIT },
    check: checkThreshold,
  })
  return list(threshold, {
    description: 'Absolute limits; the run fails if one is not met.',
    sample: '- p95 < 200ms',
  })
}

function thresholdFields({ leaf, time, count, flag }: Leaves) {
  return {
    limit: leaf(readLimit, LIMIT),
    abort: flag('End the run as soon as the limit is broken.', DEFAULTS.abort),
    after: time('With abort: earliest time in the measured part.', DEFAULTS.after),
    minSamples: count(1, 1e9, 'With abort: minimum number of completed requests.', DEFAULTS.minSamples),
  }
}

/** The threshold that the input describes, without secrets. */
export function makeThreshold(input: ThresholdInput, line: number, secrets: readonly string[]): Threshold {
  const { limit, abort, after = DEFAULTS.after, minSamples = DEFAULTS.minSamples } = input
  const expression = redact(limit.expression, secrets)
  const request = limit.request === null ? null : redact(limit.request, secrets)
  return { ...limit, expression, request, abort: abort ? { afterMs: after, minSamples } : null, line }
}

/** Reports keys without effect. */
function checkThreshold(threshold: ThresholdInput, report: Report): void {
  if (threshold.abort === true) return
  for (const key of ['after', 'minSamples'] as const) {
    if (threshold[key] === undefined) continue
    wrongKey(report, [key], `${key} has no effect without abort`, 'add abort: true')
  }
}

/** A threshold such as `search: p95 < 150ms`. */
export const readLimit: Reader<Limit> = (tree, context, report) => {
  if (isTreeMap(tree)) return mapInsteadOfText(tree, report)
  const text = readText(tree, context, report)
  return text === null ? null : parseThreshold(text, context.requests, report)
}

/** Reports `- search: p95 < 200ms` without quotes, which YAML reads as a map. */
function mapInsteadOfText(map: TreeMap, report: Report): null {
  const [key, value] = Object.entries(map)[0] ?? []
  const isText = key !== undefined && value instanceof Scalar
  return wrong(
    report,
    'expected a limit as text, got a map',
    isText ? `put it in quotes: "${key}: ${value.text}"` : 'write it like p95 < 200ms',
  )
}
