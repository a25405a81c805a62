/**
 * What iteration `n` sends is a function of the plan and `n`: the chosen entry, all values and the think time. So any
 * worker can compute its own iterations, and the same seed sends the same load. Only captured values come from
 * elsewhere.
 */
import type { Ms } from '../base/clock.js'
import type { RequestSpec } from '../scenario/model/request.js'
import { type CompiledStep, compileSteps } from './compile-steps.js'
import { openSources } from './feeder-sources.js'
import type { FeederSource } from './iteration-values.js'
import { IterationContext, WARMUP_SEED } from './iteration-values.js'
import { Mix } from './mix.js'
import type { Plan } from './plan.js'
import { CompiledRequest, type Outgoing } from './request.js'
import { listSeries } from './series.js'
import { StepCursor } from './step-cursor.js'
import { indexFeeders } from './template.js'

/** Per-user setup has its own random numbers, by user number. */
const USER_SEED = 0x5e55

interface CompiledEntry {
  readonly program: readonly CompiledStep[]
  /** The index of the journey's series; null for a single request. */
  readonly journey: number | null
}

/** An iteration executed step by step. */
export interface StepsIteration {
  readonly walk: StepCursor
  readonly journey: number | null
  /** The pause after it, in ms. With pacing, the interval from its start. */
  readonly thinkMs: Ms
}

/** Makes the iterations of one worker. */
export class Iterations {
  /** Each iteration is one request and users keep no state, so `prepare` is all that is needed. */
  readonly isPlain: boolean
  /** Whether there is a per-user setup. */
  readonly hasFirst: boolean
  private readonly plan: Plan
  private readonly sources: readonly FeederSource[]
  private readonly requests: readonly CompiledRequest[]
  private readonly entries: readonly CompiledEntry[]
  private readonly first: readonly CompiledStep[]
  private readonly mix: Mix
  private readonly measured: IterationContext
  private readonly warmup: IterationContext
  private readonly thinkTimeMs: readonly [Ms, Ms]
  private readonly variables: readonly (readonly [name: string, value: unknown])[]
  private draws: IterationContext

  constructor(plan: Plan) {
    const feeders = indexFeeders(plan.data)
    const base = new URL(plan.target).pathname.replace(/\/$/, '')
    const context = { plan, feeders, base }
    const series = listSeries(plan)
    const numbers = new Map(series.map(({ request }, number) => [request, number]))
    const compile = (request: RequestSpec) => new CompiledRequest(request, numbers.get(request)!, context)
    const journeys = new Map(
      series.flatMap(({ name, kind }, number) => (kind === 'journey' ? [[name, number] as const] : [])),
    )
    this.plan = plan
    this.variables = Object.entries(plan.variables)
    this.sources = openSources(plan)
    this.entries = plan.requests.map((entry) => {
      const steps = 'steps' in entry ? entry.steps : [{ type: 'request' as const, request: entry }]
      return {
        program: compileSteps(steps, feeders, compile),
        journey: 'steps' in entry ? journeys.get(entry.name)! : null,
      }
    })
    const early = { ...context, isEarly: true }
    this.first = compileSteps(
      plan.beforeEach,
      feeders,
      (request) => new CompiledRequest(request, numbers.get(request)!, early),
    )
    this.hasFirst = this.first.length > 0
    this.isPlain = !this.hasFirst && plan.requests.every((entry) => !('steps' in entry))
    this.requests = this.isPlain ? plan.requests.map((entry) => compile(entry as RequestSpec)) : []
    this.mix = new Mix(plan.requests.map((entry) => entry.weight))
    this.measured = this.makeContext(plan.seed)
    this.warmup = this.makeContext(plan.seed + WARMUP_SEED, true)
    this.draws = this.measured
    this.thinkTimeMs = plan.load.model === 'closed' ? (plan.load.pacingMs ?? plan.load.thinkTimeMs) : [0, 0]
  }

  /**
   * The request of iteration `n`, filled in for virtual user `vu`. Valid until the next call. Throws a DataExhausted if
   * its data has run out, a ValueError if a value doesn't fit its place.
   */
  prepare(n: number, warmup: boolean, vu = 0): Outgoing {
    this.draws = warmup ? this.warmup : this.measured
    this.draws.seek(n, vu)
    const request = this.requests[this.mix.pick(this.draws.random.float())]!
    request.fill(this.draws)
    return request
  }

  /** The pause after the last prepared iteration, in ms. With pacing, the interval from its start. */
  thinkTime(): Ms {
    return this.drawThinkTime(this.draws)
  }

  /** The state of virtual user `vu` before its first iteration. */
  vuContext(vu: number): VuContext {
    return new VuContext(vu, (isWarmup) =>
      isWarmup ? this.makeContext(this.plan.seed + WARMUP_SEED, true) : this.makeContext(this.plan.seed),
    )
  }

  /** Starts iteration `n` and ends the previous one. */
  begin(n: number, warmup: boolean, user: VuContext): StepsIteration {
    const draws = user.draws(warmup)
    draws.seek(n, user.vu)
    if (draws.variables.size > 0) draws.variables.clear()
    if (this.variables.length > 0) this.remember(draws)
    if (user.own !== null) draws.know(user.own)
    const { program, journey } = this.entries[this.mix.pick(draws.random.float())]!
    const thinkMs = this.drawThinkTime(draws)
    return { walk: new StepCursor(program, draws), journey, thinkMs }
  }

  /** The per-user setup of virtual user `vu`. */
  beginFirst(vu: number): StepCursor {
    const draws = this.makeContext(this.plan.seed + USER_SEED)
    draws.seek(vu, vu)
    return new StepCursor(this.first, draws)
  }

  private makeContext(seed: number, isWarmup = false): IterationContext {
    const draws = new IterationContext(this.sources, seed, this.plan.today, isWarmup)
    this.remember(draws)
    return draws
  }

  /** Sets the values that `before` has captured. */
  private remember({ variables }: IterationContext): void {
    for (const [name, value] of this.variables) variables.set(name, value)
  }

  private drawThinkTime(draws: IterationContext): Ms {
    const [from, to] = this.thinkTimeMs
    return from === to ? from : from + (to - from) * draws.random.float()
  }
}

/** A virtual user's state across iterations. */
export class VuContext {
  /** The context of its per-user setup, whose data and captured values it keeps. */
  own: IterationContext | null = null
  private readonly make: (isWarmup: boolean) => IterationContext
  private measured: IterationContext | null = null
  private warmup: IterationContext | null = null

  constructor(
    readonly vu: number,
    make: (isWarmup: boolean) => IterationContext,
  ) {
    this.make = make
  }

  /** The context that its iterations draw from. */
  draws(isWarmup: boolean): IterationContext {
    if (isWarmup) {
      this.warmup ??= this.make(true)
      return this.warmup
    }
    this.measured ??= this.make(false)
    return this.measured
  }
}
