/**
 * Records the requests of one worker: whether each counts, in which series, and how.
 */
import type { Ms } from '../../base/clock.js'
import type { IterationContext } from '../../plan/iteration-values.js'
import type { Plan } from '../../plan/plan.js'
import { listSeries, numberWarmups } from '../../plan/series.js'
import type { Row } from '../../stats/sheet.js'
import type { VirtualUser } from '../engine/virtual-user.js'
import { Observer } from '../observe/observer.js'
import type { Failure } from '../response/failure.js'
import { ResponseCheck } from '../response/response-check.js'
import { type Gauges, type WindowData, WindowRecorder } from './window-recorder.js'

/** Options of a sample recorder. */
export interface SampleRecorderOptions {
  /** When the measured part begins. */
  readonly startAt: Ms
  readonly durationMs: Ms
  readonly gauges: Gauges
  readonly emit: (window: WindowData) => void
}

/** A finished journey. */
export interface JourneyRecord {
  readonly series: number
  /** When it was due. */
  readonly due: Ms
  readonly ended: Ms
  /** The sum of its pauses. */
  readonly pausedMs: Ms
  readonly isWarmup: boolean
}

/** Records the samples of one worker. */
export class SampleRecorder {
  readonly recorder: WindowRecorder
  private readonly startAt: Ms
  /** By series, see {@link numberWarmups}. */
  private readonly warmups: readonly number[]
  /** By series; null for a journey. */
  private readonly judges: readonly (ResponseCheck | null)[]
  private readonly observer: Observer | null
  /** Requests due later only bring journeys to their end, and don't count. */
  private closedAt: Ms = Number.POSITIVE_INFINITY

  constructor(plan: Plan, { startAt, durationMs, gauges, emit }: SampleRecorderOptions) {
    const series = listSeries(plan)
    this.startAt = startAt
    this.judges = series.map(({ request }) => (request === null ? null : new ResponseCheck(request, plan)))
    this.warmups = numberWarmups(series)
    this.observer = plan.observe === undefined ? null : new Observer(plan.observe)
    this.recorder = new WindowRecorder({
      requests: series.length + this.warmups.filter((number) => number >= 0).length,
      startAt,
      warmupMs: plan.load.warmupMs,
      durationMs,
      gauges,
      emit,
    })
  }

  /** Requests due after `moment` don't count. */
  closeAt(moment: Ms): void {
    this.closedAt = moment
    this.recorder.endAt(moment)
  }

  /**
   * Judges and counts a request that has ended. Returns why it failed, or null. Captured values go into the
   * variables of `draws`.
   */
  recordEnd(
    user: VirtualUser,
    ended: Ms,
    broken: Failure | null,
    draws: IterationContext | null,
  ): Failure | null {
    const { status, answer, detours } = user.connection
    const latencyMs = ended - user.due
    let failure = broken
    if (failure === null) {
      const judge = this.judges[user.request]!
      failure = judge.looksInside
        ? judge.judge({ status, answer: answer ?? null, latencyMs }, draws)
        : judge.judgeStatus(status)
    }
    if (user.isWarmup) {
      const first = this.warmupOf(user.request, ended)
      if (first !== null) recordInto(first, user, ended, failure)
    }
    if (!this.counts(user, ended)) return failure
    const series = this.countBytes(user, ended)
    recordInto(series, user, ended, failure)
    if (failure === null && detours?.failures.length) series.recovered++
    if (this.observer !== null && failure === null && answer != null)
      this.observer.record(series, answer.head)
    // Responses that were not checked were not decoded.
    if (answer != null && broken === null && failure?.kind !== 'status')
      series.bytesDecoded += answer.decodedBytes
    return failure
  }

  /** Counts a request that could not be sent. */
  recordUnsent(user: VirtualUser, request: number, failure: Failure, now: Ms): void {
    if (user.isWarmup) this.warmupOf(request, now)?.recordFailure(failure.kind, failure.message, 0)
    if (!this.counts(user, now)) return
    this.recorder.seriesAt(this.momentOf(user, now), request).recordFailure(failure.kind, failure.message, 0)
  }

  /** Counts a completed or failed journey. */
  recordJourney({ series, due, ended, pausedMs, isWarmup }: JourneyRecord, failure: Failure | null): void {
    if (isWarmup) return
    const books = this.recorder.seriesAt(Math.max(ended, this.startAt), series)
    if (failure === null) books.recordJourney(ended - due - pausedMs)
    else books.recordFailure(failure.kind, failure.message, 0)
  }

  /** Counts an aborted request. */
  recordUnfinished(user: VirtualUser, now: Ms): void {
    if (user.isWarmup) {
      const first = this.warmupOf(user.request, now)
      if (first !== null) first.unfinished++
    } else if (user.due < this.closedAt) this.countBytes(user, now).unfinished++
  }

  /** Counts an aborted journey. */
  recordUnfinishedJourney({ series, ended, isWarmup }: JourneyRecord): void {
    if (!isWarmup) this.recorder.seriesAt(Math.max(ended, this.startAt), series).unfinished++
  }

  /** A warm-up request that ends after the warm-up belongs to no window, and one due after the load doesn't count. */
  private counts(user: VirtualUser, ended: Ms): boolean {
    return !(user.isWarmup && ended >= this.startAt) && user.due < this.closedAt
  }

  /** The second series of `request`, for per-user setup sent during the warm-up; null for other requests. */
  private warmupOf(request: number, moment: Ms): Row | null {
    const number = this.warmups[request]!
    return number < 0 ? null : this.recorder.seriesAt(moment, number)
  }

  private momentOf(user: VirtualUser, ended: Ms): Ms {
    return user.isWarmup ? ended : Math.max(ended, this.startAt)
  }

  private countBytes(user: VirtualUser, ended: Ms) {
    const series = this.recorder.seriesAt(this.momentOf(user, ended), user.request)
    series.bytesSent += user.connection.bytesSent
    series.bytesReceived += user.connection.bytesReceived
    if (user.connection.detours != null) series.recordDetours(user.connection.detours)
    return series
  }
}

function recordInto(series: Row, user: VirtualUser, ended: Ms, failure: Failure | null): void {
  const { status, sentAt, firstByteAt, id } = user.connection
  if (failure === null) series.recordSuccess(status, ended - user.due, ended - sentAt, firstByteAt - sentAt)
  else series.recordFailure(failure.kind, failure.message, status, id)
}
