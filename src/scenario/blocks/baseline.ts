/**
 * `baseline`: what a run is compared with, and how much worse it may be.
 */
import { dirname, isAbsolute, join, parse } from 'node:path'
import { formatShare } from '../../base/units.js'
import * as json from '../fields/json-types.js'
import { type FieldsOf, map } from '../fields/schema.js'
import { toleranceReader } from '../fields/unit-fields.js'
import { BASELINE_DEFAULTS, type BaselineOptions } from '../model/scenario.js'
import type { Leaves } from './leaves.js'

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
    option(toleranceReader(false), json.SHARE, description, { default: formatShare(preset) })
  return {
    file: label('Baseline file, relative to this one. Default: baselines/<name>.json.'),
    tolerance: map(
      {
        p50: relative(TOLERANCE.p50, 'How much slower the median may get.'),
        p95: relative(TOLERANCE.p95, 'How much slower the 95th percentile may get.'),
        p99: relative(TOLERANCE.p99, 'How much slower the 99th percentile may get.'),
        throughput: relative(TOLERANCE.throughput, 'How much lower the throughput may get.'),
        error_rate: option(
          toleranceReader(true),
          json.SHARE,
          'How many percentage points the error rate may increase.',
          { default: formatShare(TOLERANCE.errorRate).replace('%', 'pp') },
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
  return {
    file: path === undefined ? null : baselinePath(path, file, profile),
    tolerance: { p50, p95, p99, throughput, errorRate },
    minDeltaMs: minDelta,
  }
}

/** The baseline's path, relative to the folder of `file`. A profile has its own: `search-smoke.json`. */
function baselinePath(path: string, file: string, profile: string | undefined): string {
  const { dir, name, ext } = parse(path)
  const own = profile === undefined ? path : join(dir, `${name}-${profile}${ext}`)
  return isAbsolute(own) ? own : join(dirname(file), own)
}
