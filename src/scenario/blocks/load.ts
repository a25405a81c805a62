/**
 * The fields of `load`.
 */
import * as fields from '../fields/fields.js'
import * as json from '../fields/json-types.js'
import { list, map } from '../fields/schema.js'
import * as units from '../fields/unit-fields.js'
import type { Leaves } from './leaves.js'
import { checkLoad, checkStage } from './load-checks.js'

/** How much load is sent and when. */
export function loadSchema({ leaf, time, count, rate }: Leaves) {
  const burst = count(1, 1_000_000, 'Number of arrivals at the same instant (open model).')
  const stage = map(
    {
      duration: leaf(units.readDuration, {
        ...json.DURATION,
        description: 'Length of the ramp; 0s jumps. A burst needs none.',
      }).optional(),
      burst,
      vus: count(0, 100_000, 'Virtual users at the end of the stage (closed model).'),
      rate: rate('Arrival rate at the end of the stage (open model).'),
      from: leaf(units.readFrom, {
        ...json.FROM,
        description: 'Value to start from, instead of the previous one.',
      }).optional(),
    },
    {
      description: 'A linear ramp from the previous value to this one.',
      sample: 'duration: 30s',
      synonyms: { target: 'vus', users: 'vus' },
      check: checkStage,
    },
  )
  const level = (description: string) => leaf(units.readFrom, { ...json.FROM, description })
  const steps = map(
    {
      from: level('First level: virtual users or a rate.'),
      to: level('Last level.'),
      by: level('Difference between two levels.'),
      every: leaf(units.readTimeout, { ...json.DURATION, description: 'How long each level is held.' }),
    },
    {
      description: 'Increasing or decreasing levels, each held for a while, to find where a service breaks.',
      sample: 'from: 10',
      synonyms: { start: 'from', end: 'to', step: 'by', duration: 'every' },
    },
  )
  return map(
    {
      warmup: time(
        'Load before the stages, left out of every figure: ramps up for half of the time, then holds.',
        '0s',
      ),
      stages: list(stage, {
        description: 'Ramps, in order.',
        sample: '- { duration: 30s, vus: 20 }',
      }).optional(),
      vus: count(0, 100_000, 'Constant number of virtual users, instead of stages (closed model).', 1),
      rate: rate('Constant arrival rate, instead of stages (open model).'),
      burst,
      every: leaf(units.readTimeout, {
        ...json.DURATION,
        description: 'With burst: interval at which it repeats until the end of the duration.',
      }).optional(),
      steps: steps.optional(),
      duration: time('Length of the load, with vus, rate or burst.', '10s'),
      iterations: count(1, 1e9, 'Ends the run after this many iterations of all virtual users together.'),
      iterationsPerVu: count(1, 1e9, 'With vus: each virtual user stops after this many iterations.'),
      pacing: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description:
          "Interval between the starts of a virtual user's iterations, fixed or a random range; instead of thinkTime.",
      }).optional(),
      thinkTime: leaf(units.readDurationRange, {
        ...json.DURATION_RANGE,
        description: 'Pause of a virtual user after each iteration, fixed or a random range.',
        default: '0s',
      }).optional(),
      gracefulStop: time('Time for requests in flight to finish at the end.', '5s'),
      maxVus: count(
        1,
        100_000,
        'Maximum number of concurrent iterations; arrivals beyond that are dropped.',
        1000,
      ),
      arrivals: leaf(fields.choiceReader('even', 'poisson'), {
        ...json.choice('even', 'poisson'),
        description: 'even: at regular intervals; poisson: at random intervals, as from independent users.',
        default: 'even',
      }).optional(),
    },
    {
      description: 'The load: virtual users (vus) or arrivals (rate) over time.',
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
