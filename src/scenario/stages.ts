/**
 * The `load` of a file: what may stand beside what, and the stages that it comes to.
 */
import type { Load, Stage } from './scenario.js'
import type { Path, Report } from './tree.js'

/** `load` with units read, as the file has it; short forms not yet spelled out. */
export interface LoadInput {
  readonly warmup?: number | undefined
  readonly stages?: readonly StageInput[] | undefined
  readonly vus?: number | undefined
  readonly rate?: number | undefined
  readonly duration?: number | undefined
  readonly iterations?: number | undefined
  readonly thinkTime?: readonly [number, number] | undefined
  readonly gracefulStop?: number | undefined
  readonly maxVus?: number | undefined
  readonly arrivals?: 'even' | 'poisson' | undefined
}

/** One of its stages. */
export interface StageInput {
  readonly duration: number
  readonly vus?: number | undefined
  readonly rate?: number | undefined
  readonly from?: From | undefined
}

/** `from`: virtual users in the closed model, arrivals per second in the open one. */
export interface From {
  readonly model: Load['model']
  readonly value: number
}

/** How long a number of iterations may take when the file sets no limit. */
export const ITERATIONS_MS_MAX = 10 * 60_000

/** Reports what doesn't go together. Values that could not be read are null and judged no further. */
export function checkLoad(load: LoadInput, report: Report): void {
  const wrongKey = (path: Path, message: string, hint: string) => report({ path, onKey: true, message, hint })
  if (load.stages !== undefined) {
    for (const key of ['vus', 'rate', 'duration'] as const) {
      if (load[key] === undefined) continue
      wrongKey([key], `${key} stands beside stages, which say it already`, `remove ${key}, or the stages`)
    }
  }
  const model = checkModel(load, report)
  if (model === 'open' && load.thinkTime !== undefined) {
    wrongKey(
      ['thinkTime'],
      'thinkTime makes no difference to a rate of arrivals',
      'remove it, or give vus instead of a rate',
    )
  }
  for (const key of ['maxVus', 'arrivals'] as const) {
    if (model === 'open' || load[key] === undefined) continue
    wrongKey(
      [key],
      `${key} belongs to a rate, and this load counts virtual users`,
      `remove it, or give a rate such as 100/s`,
    )
  }
  checkSomethingIsSent(load, wrongKey)
}

/** Reports a stage that leads nowhere. `hasUnknown`: some key was wrong, it may have been meant as the value. */
export function checkStage({ vus, rate }: StageInput, report: Report, hasUnknown: boolean): void {
  if (vus !== undefined || rate !== undefined || hasUnknown) return
  const hint = 'add vus: 20 for virtual users, or rate: 200/s for arrivals'
  report({ message: 'the stage has no vus and no rate', hint })
}

/** The load that the input stands for; what is missing gets its default: one virtual user for 10 s. */
export function makeLoad(input: LoadInput): Load {
  const { iterations = null } = input
  const limits = { warmupMs: input.warmup ?? 0, gracefulStopMs: input.gracefulStop ?? 5000, iterations }
  const duration = input.duration ?? (iterations === null ? 10_000 : ITERATIONS_MS_MAX)
  if (modelsOf(input)[0]?.model === 'open') {
    const stages = input.stages ?? [{ duration, rate: input.rate! }]
    const start = stages[0]!.from?.value ?? stages[0]!.rate!
    const { maxVus = 1000, arrivals = 'even' } = input
    return { ...limits, model: 'open', start, stages: spellOut(stages), arrivals, maxVus }
  }
  const vus = input.vus ?? 1
  const stages = input.stages ?? [{ duration, vus, from: { model: 'closed' as const, value: vus } }]
  const start = stages[0]!.from?.value ?? 0
  return {
    ...limits,
    model: 'closed',
    start,
    stages: spellOut(stages),
    thinkTimeMs: input.thinkTime ?? [0, 0],
  }
}

/** A `from` after the first stage becomes a jump: a stage that takes no time. */
function spellOut(stages: readonly StageInput[]): Stage[] {
  return stages.flatMap(({ duration, vus, rate, from }, index) => {
    const stage = { durationMs: duration, target: vus ?? rate! }
    return from === undefined || index === 0 ? [stage] : [{ durationMs: 0, target: from.value }, stage]
  })
}

/** Each place that says which of the models is meant, in order. */
function modelsOf(load: LoadInput): { readonly path: Path; readonly model: Load['model'] }[] {
  const found = [{ path: [] as Path, part: load as Pick<LoadInput, 'vus' | 'rate'> }]
  load.stages?.forEach((stage, index) => {
    if (stage !== null) found.push({ path: ['stages', index], part: stage })
  })
  return found.flatMap(({ path, part }) => [
    ...(part.vus === undefined ? [] : [{ path: [...path, 'vus'], model: 'closed' as const }]),
    ...(part.rate === undefined ? [] : [{ path: [...path, 'rate'], model: 'open' as const }]),
  ])
}

function checkModel(load: LoadInput, report: Report): Load['model'] {
  const models = modelsOf(load)
  const model = models[0]?.model ?? 'closed'
  const other = models.find((found) => found.model !== model)
  if (other !== undefined) {
    const message = 'one load mixes virtual users (vus) and arrivals (rate)'
    report({
      path: other.path,
      onKey: true,
      message,
      hint: 'use only vus, or only rate',
    })
  }
  load.stages?.forEach((stage, index) => {
    if (stage === null) return
    const path = ['stages', index]
    if (stage.from && stage.from.model !== model) {
      const hint =
        model === 'open' ? 'write a rate, such as 50/s' : 'write a number of virtual users, such as 10'
      report({ path: [...path, 'from'], message: 'from counts something else than its stage', hint })
    }
  })
  return model
}

function checkSomethingIsSent(
  load: LoadInput,
  wrongKey: (path: Path, message: string, hint: string) => void,
): void {
  const { stages } = load
  if (load.duration === 0) wrongKey(['duration'], 'the load takes no time', 'write a duration such as 30s')
  for (const key of ['vus', 'rate'] as const) {
    if (load[key] === 0) wrongKey([key], 'this load never sends anything', `write a number above 0`)
  }
  if (stages === undefined || stages === null || stages.includes(null!)) return
  if (stages.every((stage) => stage.duration === 0)) {
    wrongKey(['stages'], 'the stages take no time', 'give at least one of them a duration such as 30s')
  } else if (stages.every((stage) => (stage.vus ?? stage.rate) === 0 && !stage.from?.value)) {
    wrongKey(
      ['stages'],
      'these stages never send anything',
      'give at least one of them vus or a rate above 0',
    )
  }
}
