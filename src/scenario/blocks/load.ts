/**
 * The fields of `load`.
 */
import * as fields from '../fields.js'
import * as json from '../json-types.js'
import { list, map } from '../schema.js'
import { checkLoad, checkStage } from '../stages.js'
import * as units from '../unit-fields.js'
import type { Leaves } from './leaves.js'

/** How much is sent when. */
export function loadSchema({ leaf, time, count, rate }: Leaves) {
  const stage = map(
    {
      duration: leaf(units.readDuration, {
        ...json.DURATION,
        description: 'How long the ramp takes; 0s is a jump.',
      }),
      vus: count(0, 100_000, 'Virtual users at the end of the stage.'),
      rate: rate('Arrivals per time at the end of the stage: the open model.'),
      from: leaf(units.readFrom, {
        ...json.FROM,
        description: 'The value to start from, instead of the last one.',
      }).optional(),
    },
    {
      description: 'A linear ramp from the last value to this one.',
      sample: 'duration: 30s',
      synonyms: { target: 'vus', users: 'vus' },
      check: checkStage,
    },
  )
  return map(
    {
      warmup: time(
        'Sent before the stages and left out of every figure: half the time up to their level, then steady.',
        '0s',
      ),
      stages: list(stage, {
        description: 'Ramps, one after the other.',
        sample: '- { duration: 30s, vus: 20 }',
      }).optional(),
      vus: count(0, 100_000, 'Virtual users all the time, instead of stages.', 1),
      rate: rate('Arrivals per time all the time, instead of stages: the open model.'),
      duration: time('How long, with vus or rate.', '10s'),
      iterations: count(1, 1e9, 'Ends the run after so many iterations.'),
      thinkTime: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description: 'A pause after each iteration of a virtual user: fixed, or uniform over a range.',
        default: '0s',
      }).optional(),
      gracefulStop: time('How long requests in flight may finish after the end.', '5s'),
      maxVus: count(1, 100_000, 'Iterations under way at once; arrivals beyond are dropped.', 1000),
      arrivals: leaf(fields.choiceReader('even', 'poisson'), {
        ...json.choice('even', 'poisson'),
        description: 'Evenly spaced, or at random as independent users come.',
        default: 'even',
      }).optional(),
    },
    {
      description: 'How much is sent when: virtual users (vus) or arrivals (rate).',
      sample: 'vus: 20',
      synonyms: {
        users: 'vus',
        concurrency: 'vus',
        connections: 'vus',
        rps: 'rate',
        arrivalRate: 'rate',
        sleep: 'thinkTime',
      },
      check: checkLoad,
    },
  )
}
