/**
 * `load`: virtual users or arrivals over time, from the file to stages.
 */
import { parseRate } from '../../base/units.js'
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, list, map } from '../fields/schema.js'
import { DURATION, RATE, readTimeout } from '../fields/unit-fields.js'
import { ITERATIONS_MS_MAX, LOAD_DEFAULTS, type Load, type Stage } from '../model/load-types.js'
import { type Path, quoted, type Report, wrongKey } from '../yaml/tree.js'

type LoadInput = FieldsOf<typeof loadFields>
type StageInput = FieldsOf<typeof stageFields>
type StepsInput = FieldsOf<typeof stepsFields>

/** How much load is sent and when. */
export function loadSchema(leaves: Leaves) {
  return map(loadFields(leaves), {
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
  })
}

function loadFields(leaves: Leaves) {
  const { time, timeout, range, count, rate, choice } = leaves
  const stage = map(stageFields(leaves), {
    description: 'A linear ramp from the previous value to this one.',
    sample: 'duration: 30s',
    synonyms: { target: 'vus', users: 'vus' },
    check: checkStage,
  })
  const steps = map(stepsFields(leaves), {
    description: 'Increasing or decreasing levels, each held for a while, to find where a service breaks.',
    sample: 'from: 10',
    synonyms: { start: 'from', end: 'to', step: 'by', duration: 'every' },
  })
  return {
    warmup: time(
      'Load before the stages, left out of every figure: ramps up for half of the time, then holds.',
      LOAD_DEFAULTS.warmup,
    ),
    stages: list(stage, {
      description: 'Ramps, in order.',
      sample: '- { duration: 30s, vus: 20 }',
    }).optional(),
    vus: count(
      0,
      VUS_MAX,
      'Constant number of virtual users, instead of stages (closed model).',
      LOAD_DEFAULTS.vus,
    ),
    rate: rate('Constant arrival rate, instead of stages (open model).'),
    burst: burstField(leaves),
    every: timeout('With burst: interval at which it repeats until the end of the duration.'),
    steps: steps.optional(),
    duration: time('Length of the load, with vus, rate or burst.', LOAD_DEFAULTS.duration),
    iterations: count(1, 1e9, 'Ends the run after this many iterations of all virtual users together.'),
    iterationsPerVu: count(1, 1e9, 'With vus: each virtual user stops after this many iterations.'),
    pacing: range(
      "Interval between the starts of a virtual user's iterations, fixed or a random range; instead of thinkTime.",
    ),
    thinkTime: range(
      'Pause of a virtual user after each iteration, fixed or a random range.',
      LOAD_DEFAULTS.thinkTime,
    ),
    gracefulStop: time('Time for requests in flight to finish at the end.', LOAD_DEFAULTS.gracefulStop),
    maxVus: count(
      1,
      VUS_MAX,
      'Maximum number of concurrent iterations; arrivals beyond that are dropped.',
      LOAD_DEFAULTS.maxVus,
    ),
    arrivals: choice(
      ['even', 'poisson'],
      'even: at regular intervals; poisson: at random intervals, as from independent users.',
      LOAD_DEFAULTS.arrivals,
    ),
  }
}

function stageFields(leaves: Leaves) {
  const { option, time, count, rate } = leaves
  return {
    duration: time('Length of the ramp; 0s jumps. A burst needs none.'),
    burst: burstField(leaves),
    vus: count(0, VUS_MAX, 'Virtual users at the end of the stage (closed model).'),
    rate: rate('Arrival rate at the end of the stage (open model).'),
    from: option(readLevel, LEVEL, 'Value to start from, instead of the previous one.'),
  }
}

function stepsFields({ leaf }: Leaves) {
  const level = (description: string) => leaf(readLevel, { ...LEVEL, description })
  return {
    from: level('First level: virtual users or a rate.'),
    to: level('Last level.'),
    by: level('Difference between two levels.'),
    every: leaf(readTimeout, { ...DURATION, description: 'How long each level is held.' }),
  }
}

function burstField({ count }: Leaves) {
  return count(1, 1_000_000, 'Number of arrivals at the same instant (open model).')
}

const VUS_MAX = 100_000

/** Virtual users in the closed model, arrivals per second in the open one. */
type Level = Pick<Load, 'model'> & { readonly value: number }

/** The JSON Schema of a level. */
export const LEVEL = {
  type: ['integer', 'string'],
  minimum: 0,
  pattern: RATE.pattern,
  examples: [10, '50/s'],
}

/** A number of virtual users, or a rate. */
export const readLevel: Reader<Level> = (tree, context, report) => {
  const text = readText(tree, context, report)
  if (text === null) return null
  if (/^\d+$/.test(text) && Number(text) <= VUS_MAX) return { model: 'closed', value: Number(text) }
  const rate = parseRate(text)
  if (rate !== null && rate <= 1e6) return { model: 'open', value: rate }
  return wrong(
    report,
    `${quoted(text)} is neither a number of users nor a rate`,
    /^-\d/.test(text) ? 'write it without the sign' : 'write users such as 10, or a rate such as 50/s',
  )
}

/** Reports conflicts between keys. Values that could not be read are null and skipped. */
function checkLoad(load: LoadInput, report: Report): void {
  for (const whole of ['stages', 'steps'] as const) {
    if (load[whole] === undefined) continue
    const keys = [
      'vus',
      'rate',
      'duration',
      'burst',
      ...(whole === 'stages' ? (['steps'] as const) : []),
    ] as const
    for (const key of keys) {
      if (load[key] === undefined) continue
      wrongKey(report, [key], `${key} can't be combined with ${whole}`, 'remove one of them')
    }
  }
  const model = checkModel(load, report)
  if (load.every !== undefined && load.burst === undefined)
    wrongKey(report, ['every'], 'every needs a burst to repeat', 'add burst: 1000, or remove every')
  if (load.pacing !== undefined && load.thinkTime !== undefined)
    wrongKey(report, ['thinkTime'], "thinkTime can't be combined with pacing", 'remove one of them')
  checkPerUser(load, report)
  checkSteps(load, report)
  for (const key of ['thinkTime', 'pacing'] as const) {
    if (model === 'closed' || load[key] === undefined) continue
    wrongKey(
      report,
      [key],
      `${key} has no effect with an arrival rate`,
      'remove it, or use vus instead of a rate',
    )
  }
  for (const key of ['maxVus', 'arrivals'] as const) {
    if (model === 'open' || load[key] === undefined) continue
    wrongKey(
      report,
      [key],
      `${key} has no effect without an arrival rate`,
      'remove it, or use a rate such as 100/s',
    )
  }
  checkSomethingIsSent(load, report)
}

/** Reports an incomplete stage. `hasUnknown`: there was an unknown key, which may have been meant as the value. */
function checkStage({ vus, rate, burst, duration }: StageInput, report: Report, hasUnknown: boolean): void {
  if (hasUnknown) return
  if (duration === undefined && burst === undefined) {
    report({ missing: 'duration', message: 'duration is missing', hint: 'add duration: 30s' })
  }
  if (vus !== undefined || rate !== undefined || burst !== undefined) return
  const hint = 'add vus: 20 for virtual users, or rate: 200/s for arrivals'
  report({ message: 'the stage has neither vus nor rate', hint })
}

/** Virtual users that start and stop during the load would run different numbers of iterations. */
function checkPerUser(load: LoadInput, report: Report): void {
  if (load.iterationsPerVu === undefined) return
  for (const key of ['stages', 'steps', 'rate', 'burst', 'iterations'] as const) {
    if (load[key] === undefined) continue
    const hint =
      key === 'iterations'
        ? 'remove one of them'
        : 'use it with a constant vus, or use iterations for all users together'
    wrongKey(report, ['iterationsPerVu'], `iterationsPerVu can't be combined with ${key}`, hint)
    return
  }
}

/** More levels are most likely a mistyped `by`. */
const LEVELS_MAX = 1000

function checkSteps({ steps }: LoadInput, report: Report): void {
  if (steps === undefined || steps === null) return
  const { from, to, by } = steps
  if (!from || !to || !by || from.model !== to.model || from.model !== by.model) return
  if (by.value === 0 && from.value !== to.value)
    report({
      path: ['steps', 'by'],
      message: 'by must not be 0',
      hint: 'write the difference between two levels, such as 10',
    })
  else if (by.value > 0 && Math.abs(to.value - from.value) / by.value > LEVELS_MAX)
    report({
      path: ['steps', 'by'],
      message: 'the load has more than 1000 steps',
      hint: 'make by larger',
    })
  else if (from.model === 'closed' && levelsOf(steps).every((level) => level === 0))
    wrongKey(report, ['steps'], 'the steps never send anything', 'write at least one level above 0')
}

function checkModel(load: LoadInput, report: Report): Load['model'] {
  const models = modelsOf(load)
  const model = models[0]?.model ?? 'closed'
  const other = models.find((found) => found.model !== model)
  if (other !== undefined) {
    const message = "a load can't mix virtual users (vus) and arrivals (rate, burst)"
    wrongKey(
      report,
      other.path,
      message,
      other.path[0] === 'steps'
        ? 'write all levels as users (10), or all as rates (10/s)'
        : 'use only vus, or only rate',
    )
  }
  load.stages?.forEach((stage, index) => {
    if (stage === null) return
    const path = ['stages', index]
    if (stage.from && stage.from.model !== model) {
      const hint =
        model === 'open' ? 'write a rate, such as 50/s' : 'write a number of virtual users, such as 10'
      report({ path: [...path, 'from'], message: "from doesn't match its stage", hint })
    }
  })
  return model
}

function checkSomethingIsSent(load: LoadInput, report: Report): void {
  const { stages } = load
  if (load.duration === 0)
    wrongKey(report, ['duration'], 'the load has no duration', 'write a duration such as 30s')
  for (const key of ['vus', 'rate'] as const) {
    if (load[key] === 0) wrongKey(report, [key], 'the load never sends anything', 'write a number above 0')
  }
  if (stages === undefined || stages === null || stages.includes(null!)) return
  if (stages.every(({ duration }) => duration === 0 || duration === undefined)) {
    wrongKey(
      report,
      ['stages'],
      'the stages have no duration',
      'give at least one of them a duration such as 30s',
    )
  } else if (stages.every((stage) => (stage.vus ?? stage.rate) === 0 && !stage.from?.value && !stage.burst)) {
    wrongKey(
      report,
      ['stages'],
      'the stages never send anything',
      'give at least one of them vus or a rate above 0',
    )
  }
}

/** The load that the input describes. The default is one virtual user for 10 s. */
export function makeLoad(input: LoadInput): Load {
  const { iterations = null, iterationsPerVu, pacing, thinkTime = LOAD_DEFAULTS.thinkTime } = input
  const { warmup = LOAD_DEFAULTS.warmup, gracefulStop = LOAD_DEFAULTS.gracefulStop } = input
  const limits = { warmupMs: warmup, gracefulStopMs: gracefulStop, iterations }
  const isCounted = iterations !== null || iterationsPerVu !== undefined
  const duration = input.duration ?? (isCounted ? ITERATIONS_MS_MAX : LOAD_DEFAULTS.duration)
  const stages = stagesOf(input, duration)
  const [first] = stages
  const start = first!.from?.value ?? first!.rate ?? 0
  if (modelsOf(input)[0]?.model === 'open') {
    const largest = Math.max(0, ...stages.map(({ burst = 0 }) => burst))
    const { maxVus = Math.max(LOAD_DEFAULTS.maxVus, largest), arrivals = LOAD_DEFAULTS.arrivals } = input
    return { ...limits, model: 'open', start, stages: spellOut(stages), arrivals, maxVus }
  }
  return {
    ...limits,
    model: 'closed',
    start,
    stages: spellOut(stages),
    thinkTimeMs: thinkTime,
    ...(pacing !== undefined && { pacingMs: pacing }),
    ...(iterationsPerVu !== undefined && { iterationsPerVu }),
  }
}

/** The levels of `steps`. The last one is exact even if `by` doesn't divide the distance. */
function levelsOf({ from, to, by }: StepsInput): number[] {
  const way = to.value - from.value
  // Rates are fractions: the tolerance absorbs rounding errors.
  const count = by.value === 0 ? 0 : Math.ceil(Math.abs(way) / by.value - 1e-9)
  return Array.from({ length: count + 1 }, (_, i) =>
    i === count ? to.value : from.value + Math.sign(way) * i * by.value,
  )
}

/** Every key that implies a load model, in order. */
function modelsOf(load: LoadInput): { readonly path: Path; readonly model: Load['model'] }[] {
  const found = [{ path: [] as Path, part: load as Pick<LoadInput, 'vus' | 'rate' | 'burst'> }]
  load.stages?.forEach((stage, index) => {
    if (stage !== null) found.push({ path: ['stages', index], part: stage })
  })
  const models = found.flatMap(({ path, part }) => [
    ...(part.vus === undefined ? [] : [{ path: [...path, 'vus'], model: 'closed' as const }]),
    ...(part.rate === undefined ? [] : [{ path: [...path, 'rate'], model: 'open' as const }]),
    ...(part.burst === undefined ? [] : [{ path: [...path, 'burst'], model: 'open' as const }]),
  ])
  const { steps } = load
  if (steps === undefined || steps === null) return models
  const ends = (['from', 'to', 'by'] as const).filter(
    (key) => steps[key] !== null && steps[key] !== undefined,
  )
  return [...models, ...ends.map((key) => ({ path: ['steps', key], model: steps[key].model }))]
}

/** The stages, from whichever form they are written in. */
function stagesOf(input: LoadInput, duration: number): readonly StageInput[] {
  const { stages, steps, burst, every, rate, vus = LOAD_DEFAULTS.vus } = input
  if (stages !== undefined) return stages
  if (steps !== undefined) {
    const { model } = steps.from
    return levelsOf(steps).map((value) => ({
      duration: steps.every,
      ...(model === 'open' ? { rate: value } : { vus: value }),
      from: { model, value },
    }))
  }
  if (burst !== undefined) {
    const length = every ?? duration
    return Array.from({ length: Math.max(1, Math.ceil(duration / length)) }, (_, i) => ({
      burst,
      rate: rate ?? 0,
      duration: Math.min(length, duration - i * length),
      from: { model: 'open' as const, value: rate ?? 0 },
    }))
  }
  if (rate !== undefined) return [{ duration, rate }]
  return [{ duration, vus, from: { model: 'closed', value: vus } }]
}

/** Resolves `from`: after the first stage it becomes a jump, a stage of 0 ms. A burst alone keeps the rate. */
function spellOut(stages: readonly StageInput[]): Stage[] {
  let level = stages[0]!.from?.value ?? 0
  return stages.flatMap(({ duration = 0, vus, rate, from, burst }, index) => {
    const before = from !== undefined && from.value !== level ? from.value : null
    const target = vus ?? rate ?? before ?? level
    level = target
    const stage = { durationMs: duration, target, ...(burst !== undefined && { burst }) }
    return before === null || index === 0 ? [stage] : [{ durationMs: 0, target: before }, stage]
  })
}
