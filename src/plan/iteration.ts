/**
 * What iteration `n` sends is a function of the plan and `n`: the entry that is chosen, every value filled in, and
 * the think time after it. So any worker can work out its own iterations, and the same seed sends the same load. Of a
 * journey only what is captured from answers comes from elsewhere.
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

/** The random numbers of what each virtual user does first are its own: they go by the number of the user. */
const USER_SEED = 0x5e55

/** An entry of the scenario, ready to be walked. */
interface CompiledEntry {
  readonly program: readonly CompiledStep[]
  /** The series of the journey; null of a single request. */
  readonly journey: number | null
}

/** An iteration that is walked step by step. */
export interface StepsIteration {
  readonly walk: StepCursor
  readonly journey: number | null
  /** The pause after it, in ms; of a paced load, its whole time. */
  readonly thinkMs: Ms
}

/** Makes the iterations of one worker, one after the other. */
export class Iterations {
  /** Each iteration is one request, and no user has anything to remember: `prepare` is all that is needed. */
  readonly isPlain: boolean
  /** Whether each virtual user has something to do before its first iteration. */
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
    this.measured = this.makeDraws(plan.seed)
    this.warmup = this.makeDraws(plan.seed + WARMUP_SEED, true)
    this.draws = this.measured
    this.thinkTimeMs = plan.load.model === 'closed' ? (plan.load.pacingMs ?? plan.load.thinkTimeMs) : [0, 0]
  }

  /**
   * The request of iteration `n`, values filled in, sent by that virtual user. Valid until the next call. Throws a
   * DataExhausted when its data has run out, a ValueError when a value doesn't fit its place.
   */
  prepare(n: number, warmup: boolean, vu = 0): Outgoing {
    this.draws = warmup ? this.warmup : this.measured
    this.draws.seek(n, vu)
    const request = this.requests[this.mix.pick(this.draws.random.float())]!
    request.fill(this.draws)
    return request
  }

  /** The pause after the iteration that was prepared last, in ms; of a paced load, its whole time. */
  thinkTime(): Ms {
    return this.drawThinkTime(this.draws)
  }

  /** Virtual user `vu`, before its first iteration. */
  vuContext(vu: number): VuContext {
    return new VuContext(vu, (isWarmup) =>
      isWarmup ? this.makeDraws(this.plan.seed + WARMUP_SEED, true) : this.makeDraws(this.plan.seed),
    )
  }

  /** Iteration `n` at its beginning; the one before it is over. */
  begin(n: number, warmup: boolean, traveller: VuContext): StepsIteration {
    const draws = traveller.draws(warmup)
    draws.seek(n, traveller.vu)
    if (draws.variables.size > 0) draws.variables.clear()
    if (this.variables.length > 0) this.remember(draws)
    if (traveller.own !== null) draws.know(traveller.own)
    const { program, journey } = this.entries[this.mix.pick(draws.random.float())]!
    const thinkMs = this.drawThinkTime(draws)
    return { walk: new StepCursor(program, draws), journey, thinkMs }
  }

  /** What virtual user `vu` does before its first iteration. */
  beginFirst(vu: number): StepCursor {
    const draws = this.makeDraws(this.plan.seed + USER_SEED)
    draws.seek(vu, vu)
    return new StepCursor(this.first, draws)
  }

  private makeDraws(seed: number, isWarmup = false): IterationContext {
    const draws = new IterationContext(this.sources, seed, this.plan.today, isWarmup)
    this.remember(draws)
    return draws
  }

  /** Sets what `before` has captured. */
  private remember({ variables }: IterationContext): void {
    for (const [name, value] of this.variables) variables.set(name, value)
  }

  private drawThinkTime(draws: IterationContext): Ms {
    const [from, to] = this.thinkTimeMs
    return from === to ? from : from + (to - from) * draws.random.float()
  }
}

/** A virtual user on its way from iteration to iteration. */
export class VuContext {
  /** What it drew its values from before its first iteration: it keeps the data that it took, and what it captured. */
  own: IterationContext | null = null
  private readonly make: (isWarmup: boolean) => IterationContext
  private measured: IterationContext | null = null
  private warmup: IterationContext | null = null

  constructor(
    /** Its number over all workers. */
    readonly vu: number,
    make: (isWarmup: boolean) => IterationContext,
  ) {
    this.make = make
  }

  /** What its iterations draw from, one after the other. */
  draws(isWarmup: boolean): IterationContext {
    if (isWarmup) {
      this.warmup ??= this.make(true)
      return this.warmup
    }
    this.measured ??= this.make(false)
    return this.measured
  }
}
