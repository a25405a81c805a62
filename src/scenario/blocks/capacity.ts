/**
 * `capacity`: how `perfctl capacity` searches the largest load that the service carries.
 */
import type { Ms } from '../../base/clock.js'
import { formatDuration, formatShare, parseRatio } from '../../base/units.js'
import { type Reader, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, list, map } from '../fields/schema.js'
import { readUnit } from '../fields/unit-fields.js'
import { CAPACITY_DEFAULTS, isOfTrial } from '../model/capacity.js'
import type { Observe } from '../model/observe.js'
import type { CapacityOptions, Threshold } from '../model/scenario.js'
import { quoted, type Report, type TreeProblem, wrongKey } from '../yaml/tree.js'
import { LEVEL, readLevel } from './load.js'
import { checkObserved } from './observe.js'
import { LIMIT, makeThreshold, readLimit } from './thresholds.js'

type CapacityInput = FieldsOf<typeof capacityFields>

const DEFAULTS = CAPACITY_DEFAULTS

/** How the capacity is searched. */
export function capacitySchema(leaves: Leaves) {
  return map(capacityFields(leaves), {
    description: 'How perfctl capacity searches the largest load that the service carries within its limits.',
    sample: 'max: 2000/s',
    synonyms: {
      thresholds: 'slo',
      limits: 'slo',
      start: 'from',
      min: 'from',
      to: 'max',
      precision: 'width',
      duration: 'budget',
      time: 'budget',
      warmup: 'settle',
    },
    check: checkCapacity,
  })
}

function capacityFields({ leaf, option, choice, timeout, time }: Leaves) {
  const level = (description: string) => option(readLevel, LEVEL, description)
  const share = (most: number, description: string, preset: number) =>
    option(shareReader(most), SHARE, description, { default: formatShare(preset) })
  return {
    of: choice(
      ['rate', 'vus'],
      'What is searched. rate: arrivals per second, as from the public; vus: virtual users that wait for each response.',
      DEFAULTS.of,
    ),
    slo: list(leaf(readLimit, LIMIT), {
      description: 'The limits that a load has to keep. Default: the thresholds.',
      sample: '- p95 < 200ms',
    }).optional(),
    from: level(
      'The first load: a rate, or a number of virtual users. Default: half of what 4 users reach in 5 s; 1 user.',
    ),
    max: level('The most to send. Required unless the service is on this machine.'),
    width: share(0.5, 'How close the two bounds come to each other.', DEFAULTS.width),
    trial: timeout('How long a load is measured at a time, in whole seconds.', DEFAULTS.trialMs),
    settle: time('Load before each trial, left out of its figures.', DEFAULTS.settleMs),
    sum: timeout('Trial time at a load before it counts as carried.', DEFAULTS.sumMs),
    exceed: share(0.5, 'Share of this time that may miss the limits.', DEFAULTS.exceed),
    budget: timeout('The longest time for everything.', DEFAULTS.budgetMs),
  }
}

/** The settings that the input describes. `lineOf`: the line of a part of the block. */
export function makeCapacity(
  input: CapacityInput,
  lineOf: (path: readonly (string | number)[]) => number,
  secrets: readonly string[],
): CapacityOptions {
  const { of = DEFAULTS.of, slo, from, max, width = DEFAULTS.width, exceed = DEFAULTS.exceed } = input
  const { trial = DEFAULTS.trialMs, settle = DEFAULTS.settleMs } = input
  return {
    of,
    slo: slo?.map((limit, index) => makeThreshold({ limit }, lineOf(['slo', index]), secrets)) ?? null,
    from: from?.value ?? null,
    max: max?.value ?? null,
    width,
    trialMs: trial,
    settleMs: settle,
    sumMs: input.sum ?? usualSum(trial),
    exceed,
    budgetMs: input.budget ?? DEFAULTS.budgetMs,
  }
}

/** Reports limits that no trial can be judged by. */
export function checkSlo(slo: readonly Threshold[], observe: Observe | undefined): TreeProblem[] {
  const unfit = slo.flatMap(({ metric }, index) =>
    isOfTrial(metric)
      ? []
      : [
          {
            path: ['capacity', 'slo', index],
            message: `${metric} says nothing of one load`,
            hint: 'limit a latency, the error rate, the cache hit rate or a server timing',
          },
        ],
  )
  return unfit.length > 0 ? unfit : checkObserved(slo, observe, ['capacity', 'slo'])
}

/** Reports loads of the wrong kind, and times that don't fit together. */
function checkCapacity(input: CapacityInput, report: Report): void {
  const { of = DEFAULTS.of, from, max } = input
  const model = of === 'rate' ? 'open' : 'closed'
  for (const key of ['from', 'max'] as const) {
    const level = input[key]
    if (!level) continue
    if (level.value === 0) wrongKey(report, [key], `${key} must be above 0`, `write ${SAMPLES[model]}`)
    else if (level.model !== model)
      wrongKey(
        report,
        [key],
        `${key} is ${level.model === 'open' ? 'a rate' : 'a number of users'}, but the search is for ${of}`,
        `write ${SAMPLES[model]}, or of: ${of === 'rate' ? 'vus' : 'rate'}`,
      )
  }
  if (from && max && from.model === max.model && from.value > max.value)
    wrongKey(report, ['max'], 'max is below from', 'write the larger one as max')
  checkTimes(input, report)
}

const SAMPLES = { open: 'a rate such as 20/s', closed: 'a number of users such as 10' }

function checkTimes(input: CapacityInput, report: Report): void {
  const { trial = DEFAULTS.trialMs, settle = DEFAULTS.settleMs } = input
  const { budget = DEFAULTS.budgetMs, sum } = input
  // Null: it could not be read.
  if ([trial, settle, budget, sum].includes(null!)) return
  if (trial % 1000 !== 0)
    wrongKey(
      report,
      ['trial'],
      'a trial takes whole seconds',
      `write ${formatDuration(Math.ceil(trial / 1000) * 1000)}`,
    )
  if (sum !== undefined && sum < trial)
    wrongKey(report, ['sum'], 'sum is shorter than one trial', `write ${formatDuration(trial)} or more`)
  const least = (sum ?? usualSum(trial)) + 2 * (trial + settle)
  if (budget < least)
    wrongKey(
      report,
      [input.budget === undefined ? 'trial' : 'budget'],
      `the budget of ${formatDuration(budget)} is too short for two trials and the sum of one bound`,
      `give it ${formatDuration(least)} or more, or write a shorter trial, settle or sum`,
    )
}

/** Long trials need a longer sum, or a single one of them would decide. */
function usualSum(trial: Ms): Ms {
  return Math.max(trial / DEFAULTS.exceed, DEFAULTS.sumMs)
}

const SHARE = { type: ['string', 'number'], examples: ['5%'] }

/** A share such as `5%`, above 0 and up to `most`. */
function shareReader(most: number): Reader<number> {
  return (tree, context, report) => {
    const text = readUnit(tree, 'a percentage', 'such as 5%', context, report)
    if (text === null) return null
    const ratio = parseRatio(text)
    if (ratio === null) return wrong(report, `${quoted(text)} is not a percentage`, 'write it like 5%')
    if (ratio > 0 && ratio <= most) return ratio
    return wrong(
      report,
      `${text} is out of range`,
      `write a percentage above 0% and up to ${formatShare(most)}`,
    )
  }
}
