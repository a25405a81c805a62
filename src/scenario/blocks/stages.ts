/**
 * `load`: from the file to stages. Conflicts between its keys are in `load-checks.ts`.
 */
import type { Load, Stage } from '../model/load-types.js'
import type { Path } from '../yaml/tree.js'

/** `load` with its values read; short forms are not resolved yet. */
export interface LoadInput {
  readonly warmup?: number | undefined
  readonly stages?: readonly StageInput[] | undefined
  readonly vus?: number | undefined
  readonly rate?: number | undefined
  readonly duration?: number | undefined
  readonly burst?: number | undefined
  readonly every?: number | undefined
  readonly steps?: StepsInput | undefined
  readonly iterations?: number | undefined
  readonly iterationsPerVu?: number | undefined
  readonly pacing?: readonly [number, number] | undefined
  readonly thinkTime?: readonly [number, number] | undefined
  readonly gracefulStop?: number | undefined
  readonly maxVus?: number | undefined
  readonly arrivals?: 'even' | 'poisson' | undefined
}

/** A stage with its values read. */
export interface StageInput {
  readonly duration?: number | undefined
  readonly burst?: number | undefined
  readonly vus?: number | undefined
  readonly rate?: number | undefined
  readonly from?: From | undefined
}

/** `from`: virtual users in the closed model, arrivals per second in the open one. */
export interface From {
  readonly model: Load['model']
  readonly value: number
}

/** `steps`: levels one after the other. */
export interface StepsInput {
  readonly from: From
  readonly to: From
  readonly by: From
  readonly every: number
}

/** The time limit for a fixed number of iterations if the file sets none. */
export const ITERATIONS_MS_MAX = 10 * 60_000

/** The load that the input describes. The default is one virtual user for 10 s. */
export function makeLoad(input: LoadInput): Load {
  const { iterations = null, iterationsPerVu, pacing, thinkTime = [0, 0] } = input
  const limits = { warmupMs: input.warmup ?? 0, gracefulStopMs: input.gracefulStop ?? 5000, iterations }
  const isCounted = iterations !== null || iterationsPerVu !== undefined
  const duration = input.duration ?? (isCounted ? ITERATIONS_MS_MAX : 10_000)
  const stages = stagesOf(input, duration)
  if (modelsOf(input)[0]?.model === 'open') {
    const [first] = stages
    const start = first!.from?.value ?? first!.rate ?? 0
    const largest = Math.max(0, ...stages.map(({ burst = 0 }) => burst))
    const { maxVus = Math.max(MAX_VUS, largest), arrivals = 'even' } = input
    return { ...limits, model: 'open', start, stages: spellOut(stages), arrivals, maxVus }
  }
  const start = stages[0]!.from?.value ?? 0
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

/** The default limit of concurrent iterations. */
export const MAX_VUS = 1000

/** The levels of `steps`. The last one is exact even if `by` doesn't divide the distance. */
export function levelsOf({ from, to, by }: StepsInput): number[] {
  const way = to.value - from.value
  // Rates are fractions: the tolerance absorbs rounding errors.
  const count = by.value === 0 ? 0 : Math.ceil(Math.abs(way) / by.value - 1e-9)
  return Array.from({ length: count + 1 }, (_, i) =>
    i === count ? to.value : from.value + Math.sign(way) * i * by.value,
  )
}

/** Every key that implies a load model, in order. */
export function modelsOf(load: LoadInput): { readonly path: Path; readonly model: Load['model'] }[] {
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
  const { stages, steps, burst, every, rate, vus = 1 } = input
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
