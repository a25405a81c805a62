/**
 * `baseline`: what a run is compared with, and how much worse it may be.
 */
import { dirname, isAbsolute, join, parse } from 'node:path'
import { formatShare, parseRatio } from '../../base/units.js'
import { type Reader, VARIABLE, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import { readUnit } from '../fields/unit-fields.js'
import { BASELINE_DEFAULTS, type BaselineOptions } from '../model/scenario.js'
import { quoted } from '../yaml/tree.js'

const { tolerance: TOLERANCE, minDeltaMs: MIN_DELTA_MS } = BASELINE_DEFAULTS

/** What the run is compared with. */
export function baselineSchema(leaves: Leaves) {
  return map(baselineFields(leaves), {
    description: 'What to compare the run with.',
    sample: 'minDelta: 1ms',
  })
}

function baselineFields({ option, label, time }: Leaves) {
  const relative = (preset: number, description: string) =>
    option(toleranceReader(false), SHARE, description, { default: formatShare(preset) })
  return {
    file: label('Baseline file, relative to this one. Default: baselines/<name>.json.'),
    tolerance: map(
      {
        p50: relative(TOLERANCE.p50, 'How much slower the median may get.'),
        p95: relative(TOLERANCE.p95, 'How much slower the 95th percentile may get.'),
        p99: relative(TOLERANCE.p99, 'How much slower the 99th percentile may get.'),
        throughput: relative(TOLERANCE.throughput, 'How much lower the throughput may get.'),
        capacity: relative(
          TOLERANCE.capacity,
          'How much less the capacity may get that perfctl capacity finds.',
        ),
        error_rate: option(
          toleranceReader(true),
          SHARE,
          'How many percentage points the error rate may increase.',
          { default: formatShare(TOLERANCE.errorRate).replace('%', 'pp') },
        ),
        cpu_per_request: relative(
          TOLERANCE.cpuPerRequest,
          'How much more CPU time the service may use per request; with observe.process.',
        ),
      },
      { description: 'How much worse than the baseline is acceptable.', sample: 'p95: 15%' },
    ).optional(),
    minDelta: time('Smaller differences of a latency are never a regression.', MIN_DELTA_MS),
  }
}

/** The options that the input describes. A relative path starts at the folder of `file`. */
export function makeBaseline(
  { file: path, tolerance = {}, minDelta = MIN_DELTA_MS }: FieldsOf<typeof baselineFields>,
  file: string,
  profile: string | undefined,
): BaselineOptions {
  const { p50 = TOLERANCE.p50, p95 = TOLERANCE.p95, p99 = TOLERANCE.p99 } = tolerance
  const { throughput = TOLERANCE.throughput, error_rate: errorRate = TOLERANCE.errorRate } = tolerance
  const { cpu_per_request: cpuPerRequest = TOLERANCE.cpuPerRequest, capacity = TOLERANCE.capacity } =
    tolerance
  return {
    file: path === undefined ? null : baselinePath(path, file, profile),
    tolerance: { p50, p95, p99, throughput, errorRate, cpuPerRequest, capacity },
    minDeltaMs: minDelta,
  }
}

/** The baseline's path, relative to the folder of `file`. A profile has its own: `search-smoke.json`. */
function baselinePath(path: string, file: string, profile: string | undefined): string {
  const { dir, name, ext } = parse(path)
  const own = profile === undefined ? path : join(dir, `${name}-${profile}${ext}`)
  return isAbsolute(own) ? own : join(dirname(file), own)
}

const SHARE = {
  type: ['string', 'number'],
  pattern: `^\\d+(\\.\\d+)?\\s*(%|pp)?$|${VARIABLE}`,
  minimum: 0,
  exclusiveMaximum: 1,
}

/** A tolerance: `10%` or `0.1` as a ratio; with `points` also `1pp`. */
function toleranceReader(points: boolean): Reader<number> {
  const sample = points ? '1pp' : '10%'
  return (tree, context, report) => {
    const text = readUnit(tree, 'a percentage', `such as ${sample}`, context, report)
    if (text === null) return null
    const ratio = parseRatio(points ? text.replace(/pp$/, '%') : text)
    const isClear = ratio !== null && (text.endsWith('%') || text.endsWith('pp') || ratio < 1)
    if (isClear && ratio <= 10) return ratio
    if (ratio !== null && !isClear)
      return wrong(report, `the tolerance ${text} has no unit`, `write ${text}${points ? 'pp' : '%'}`)
    return wrong(report, `${quoted(text)} is not a tolerance`, `write a percentage such as ${sample}`)
  }
}
