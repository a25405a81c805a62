/**
 * Reads the judgments of a result file: thresholds and the comparison.
 */
import { flag, list, number, type Shape, text } from '../base/shape.js'
import { type Comparison, type MetricComparison, WHYS } from './comparison.js'
import type { ThresholdResult } from './result.js'
import { METRIC_UNITS } from './target-metrics.js'

/** Reads a threshold. */
export function readThreshold(shape: Shape): ThresholdResult {
  return {
    expression: shape.get('expression').text(),
    request: shape.get('request').or(text, null),
    actual: shape.get('actual').or(number, null),
    ...shape.get('unit').or((unit) => ({ unit: unit.oneOf(METRIC_UNITS) }), {}),
    passed: shape.get('passed').flag(),
    ...(shape.get('inDoubt').or(flag, false) && { inDoubt: true }),
  }
}

/** Reads a comparison. */
export function readComparison(shape: Shape): Comparison {
  return {
    baseline: shape.get('baseline').text(),
    verdict: shape.get('verdict').oneOf(VERDICTS),
    metrics: shape.get('metrics').or(list(readMetricComparison), []),
    notes: shape.get('notes').or(list(text), []),
    ...(shape.get('inTurns').or(flag, false) && { inTurns: true }),
    ...shape.get('detectable').or(readDetectable, {}),
    ...shape
      .get('referenceNeverSucceeded')
      .or((names) => ({ referenceNeverSucceeded: names.list().map(text) }), {}),
    ...shape.get('screen').or(readScreen, {}),
  }
}

function readDetectable(shape: Shape): Pick<Comparison, 'detectable'> {
  const figure = (name: string) => shape.get(name).or(number, null)
  return {
    detectable: {
      p50: figure('p50'),
      p95: figure('p95'),
      p99: figure('p99'),
      throughput: figure('throughput'),
    },
  }
}

function readScreen(shape: Shape): Pick<Comparison, 'screen'> {
  const verdict = shape.get('verdict').oneOf(VERDICTS)
  return { screen: { baseline: shape.get('baseline').text(), verdict } }
}

const VERDICTS = ['passed', 'improved', 'regressed', 'inconclusive'] as const

function readMetricComparison(shape: Shape): MetricComparison {
  const figure = (name: string) => shape.get(name).or(number, null)
  return {
    request: shape.get('request').or(text, null),
    ...optional('pooled', shape.get('pooled').or(list(text), null)),
    metric: shape.get('metric').text(),
    baseline: figure('baseline'),
    current: figure('current'),
    change: figure('change'),
    interval: shape.get('interval').or(readInterval, null),
    detectable: figure('detectable'),
    tolerance: number(shape.get('tolerance')),
    ...optional('decisive', shape.get('decisive').or(flag, null)),
    verdict: shape
      .get('verdict')
      .oneOf(['passed', 'improved', 'regressed', 'inconclusive', 'new', 'missing']),
    reason: shape.get('reason').or(text, null),
    ...optional(
      'why',
      shape.get('why').or((why) => why.oneOf(WHYS), null),
    ),
    ...optional(
      'would',
      shape.get('would').or((would) => would.oneOf(VERDICTS), null),
    ),
    ...optional('needs', shape.get('needs').or(text, null)),
    ...optional('had', shape.get('had').or(number, null)),
  }
}

function optional<K extends string, V>(key: K, value: V | null): { readonly [k in K]?: V } {
  return value === null ? {} : ({ [key]: value } as { readonly [k in K]?: V })
}

function readInterval(shape: Shape): readonly [number, number] {
  const [low, high, ...more] = shape.list()
  return low === undefined || high === undefined || more.length > 0
    ? shape.fail('a pair of numbers')
    : [low.number(), high.number()]
}
