/**
 * The fields of `thresholds` and `baseline`, which decide the verdict.
 */
import * as fields from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { checkThreshold } from '../fields/keys.js'
import { map } from '../fields/schema.js'
import type { Leaves } from './leaves.js'

/** An entry of `thresholds`: a limit, or a map with one. */
export function thresholdSchema({ leaf, time, count, flag }: Leaves) {
  return map(
    {
      limit: leaf(fields.readLimit, json.LIMIT),
      abort: flag('End the run as soon as the limit is broken.'),
      after: time('With abort: earliest time in the measured part.', '5s'),
      minSamples: count(1, 1e9, 'With abort: minimum number of completed requests.', 50),
    },
    {
      description: 'A limit that may end the run early.',
      sample: 'limit: p95 < 200ms',
      shorthand: { key: 'limit', meta: json.LIMIT },
      check: checkThreshold,
    },
  )
}

/** What the run is compared with. */
export function baselineSchema({ label, time, tolerance }: Leaves) {
  return map(
    {
      file: label('Baseline file, relative to this one. Default: baselines/<name>.json.'),
      tolerance: map(
        {
          p50: tolerance('10%', 'How much slower the median may get.'),
          p95: tolerance('15%', 'How much slower the 95th percentile may get.'),
          p99: tolerance('25%', 'How much slower the 99th percentile may get.'),
          throughput: tolerance('10%', 'How much lower the throughput may get.'),
          error_rate: tolerance('1pp', 'How many percentage points the error rate may increase.'),
        },
        { description: 'How much worse than the baseline is acceptable.', sample: 'p95: 15%' },
      ).optional(),
      minDelta: time('Smaller differences of a latency are never a regression.', '1ms'),
    },
    { description: 'What to compare the run with.', sample: 'minDelta: 1ms' },
  )
}
