/**
 * The fields of `load`.
 */
import * as fields from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { list, map } from '../fields/schema.js'
import * as units from '../fields/unit-fields.js'
import type { Leaves } from './leaves.js'
import { checkLoad, checkStage } from './load-checks.js'

/** How much is sent when. */
export function loadSchema({ leaf, time, count, rate }: Leaves) {
  const burst = count(1, 1_000_000, 'So many arrivals at the same instant: the open model.')
  const stage = map(
    {
      duration: leaf(units.readDuration, {
        ...json.DURATION,
        description: 'How long the ramp takes; 0s is a jump. A burst alone takes no time.',
      }).optional(),
      burst,
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
  const level = (description: string) => leaf(units.readFrom, { ...json.FROM, description })
  const steps = map(
    {
      from: level('The first level: virtual users, or a rate.'),
      to: level('The last level.'),
      by: level('How much is added, or taken away, with each step.'),
      every: leaf(units.readTimeout, { ...json.DURATION, description: 'How long each level lasts.' }),
    },
    {
      description: 'Levels one after the other, each held for a while: to find where a service gives in.',
      sample: 'from: 10',
      synonyms: { start: 'from', end: 'to', step: 'by', duration: 'every' },
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
      burst,
      every: leaf(units.readTimeout, {
        ...json.DURATION,
        description: 'With burst: again after so long, until the duration is over.',
      }).optional(),
      steps: steps.optional(),
      duration: time('How long, with vus, rate or burst.', '10s'),
      iterations: count(1, 1e9, 'Ends the run after so many iterations, of all virtual users together.'),
      iterationsPerVu: count(1, 1e9, 'Each virtual user stops after so many iterations; with vus.'),
      pacing: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description:
          'From the beginning of an iteration to the next of the same user, fixed or uniform over a range; instead of thinkTime.',
      }).optional(),
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
        pace: 'pacing',
        minIterationDuration: 'pacing',
        spike: 'burst',
      },
      check: checkLoad,
    },
  )
}
