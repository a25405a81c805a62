/**
 * Decides whether a response is a success or a failure, and captures values.
 */
import type { Ms } from '../../base/clock.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { Plan } from '../../plan/plan.js'
import { describeStatus } from '../../scenario/model/describe.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import { Body } from './body.js'
import { type Captured, Capturer } from './capture.js'
import { type Checked, type Checker, isExpected, makeChecker } from './checks.js'
import type { Failure } from './failure.js'
import { Redactor } from './redaction.js'
import type { ReceivedResponse } from './response.js'

/** A response that was read to its last byte. */
export interface Answered {
  readonly status: number
  /** Null if only the status is checked. */
  readonly answer: ReceivedResponse | null
  readonly latencyMs: Ms
}

/** All checks and captures of one response. */
export interface Examined {
  /** The status check comes first. */
  readonly checks: readonly Checked[]
  /** Empty if a check failed. */
  readonly captured: readonly Captured[]
  readonly failure: Failure | null
}

/** Judges the responses to one request. */
export class ResponseCheck {
  private readonly statuses: RequestSpec['expect']['status']
  /** The last status that was expected: of thousands of requests, what is expected is rarely in the CPU's cache. */
  private usual = -1
  private readonly checker: Checker | null
  private readonly capturer: Capturer | null
  private readonly timeoutMs: Ms

  constructor(request: RequestSpec, plan: Pick<Plan, 'http' | 'secrets' | 'data'>) {
    const { expect, capture } = request
    const redactor = new Redactor(request, plan)
    this.statuses = expect.status
    this.checker = makeChecker(plan.http, expect, redactor)
    this.timeoutMs = plan.http.timeoutMs
    this.capturer = capture === undefined ? null : new Capturer(capture, redactor)
  }

  /** Whether anything but the status is checked. */
  get looksInside(): boolean {
    return this.checker !== null || this.capturer !== null
  }

  /** Null if the status is expected. */
  judgeStatus(status: number): Failure | null {
    if (status === this.usual) return null
    if (!isExpected(status, this.statuses)) return { kind: 'status', message: `status ${status}` }
    this.usual = status
    return null
  }

  /**
   * Judges a response and releases its body. Returns null for a success. Captured values go into the variables
   * of `draws`; null: nothing is captured.
   */
  judge(answered: Answered, draws: IterationContext | null): Failure | null {
    const failure = this.look(answered, draws)
    // Otherwise a pausing user could hold megabytes.
    answered.answer?.release()
    return failure
  }

  private look({ status, answer, latencyMs }: Answered, draws: IterationContext | null): Failure | null {
    const unexpected = this.judgeStatus(status)
    if (unexpected !== null || !this.looksInside) return unexpected
    const body = new Body(answer, this.timeoutMs - latencyMs)
    const fault = this.checker?.fault({ answer, latencyMs, draws }, body) ?? null
    if (fault !== null) return { kind: 'expectation', message: fault }
    if (this.capturer === null || draws === null) return null
    const missing = this.capturer.capture({ answer, body, status }, draws.variables, () =>
      draws.random.float(),
    )
    return missing === null ? null : { kind: 'capture', message: missing }
  }

  /** Judges a response, and returns all checks and captures. */
  examine(answered: Answered, draws: IterationContext): Examined {
    const { status, answer, latencyMs } = answered
    const body = new Body(answer, this.timeoutMs - latencyMs)
    const unexpected = this.judgeStatus(status)
    const inside = this.checker?.all({ answer, latencyMs, draws }, body) ?? []
    const checks = [
      {
        label: `status ${describeStatus(this.statuses)}`,
        fault: unexpected === null ? null : `it is ${status}`,
      },
      ...inside,
    ]
    const fault = inside.find((check) => check.fault !== null)?.fault ?? null
    const failure: Failure | null =
      unexpected ?? (fault === null ? null : { kind: 'expectation', message: fault })
    if (failure !== null) return { checks, captured: [], failure }
    const captured = this.capturer?.all({ answer, body, status }, () => draws.random.float()) ?? []
    for (const { name, value, fault } of captured) if (fault === null) draws.variables.set(name, value)
    const missing = captured.find(({ fault }) => fault !== null)?.fault ?? null
    return { checks, captured, failure: missing === null ? null : { kind: 'capture', message: missing } }
  }
}
