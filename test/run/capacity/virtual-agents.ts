/**
 * Agents in virtual time, which share a service of slots with a queue: each sends its part of the level that it is told. Use
 * them with fake timers.
 */
import { vi } from 'vitest'
import { now } from '../../../src/base/clock.js'
import type { Slots } from '../../../src/demo/slots.js'
import { WindowRecorder } from '../../../src/load/measure/window-recorder.js'
import { Levels } from '../../../src/plan/levels.js'
import { listSeries } from '../../../src/plan/series.js'
import type { Channel } from '../../../src/run/agents/channel.js'
import { type Group, type GroupOptions, gatherAgents } from '../../../src/run/agents/group.js'
import { type Answer, answerToJson, type Order, readOrder } from '../../../src/run/agents/messages.js'
import { closedLoad, makeTestPlan } from '../../load/simulate.js'

/** The plan that the agents send: one request. */
export const PLAN = makeTestPlan({ load: closedLoad() })

const STEP_MS = 10
const LONG_MS = 1e9
const immediately = setImmediate

/** Lets virtual time pass until the promise is settled. */
export async function passing<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false
  const settle = () => {
    isSettled = true
  }
  promise.then(settle, settle)
  while (!isSettled) {
    await vi.advanceTimersByTimeAsync(STEP_MS)
    // Some pauses are real ones.
    await new Promise((resolve) => immediately(resolve))
  }
  return promise
}

export class VirtualAgent {
  readonly orders: Order[] = []
  arrived = 0
  /** The share of a second in which its thread is working. */
  busy = 0.1
  /** How much later its answers leave. */
  delayMs = 0
  /** Hears and says nothing any more, but goes on sending. */
  isMute = false
  private readonly levels = new Levels(LONG_MS)
  private startAt = Number.POSITIVE_INFINITY
  private recorder: WindowRecorder | null = null
  private next = 0
  private of = 1
  private open: { readonly doneAt: number; readonly atMs: number }[] = []
  private readonly timer: NodeJS.Timeout
  private beatAt = 0

  constructor(
    private readonly channel: Channel,
    private readonly service: Slots,
    name: string,
  ) {
    channel.onLine((line) => {
      if (this.isMute) return
      const order = readOrder(line)
      this.orders.push(order)
      this.obey(order)
    })
    this.say({ type: 'hello', protocol: 1, name, environment: ENVIRONMENT })
    this.timer = setInterval(() => this.tick(), STEP_MS)
  }

  /** Ends its process: nothing is sent or said any more. */
  die(): void {
    this.isMute = true
    this.stop()
  }

  private stop(): void {
    clearInterval(this.timer)
    this.recorder = null
  }

  private say(answer: Answer): void {
    if (this.isMute) return
    const message = answerToJson(answer)
    if (this.delayMs === 0) this.channel.send(message)
    else setTimeout(() => this.channel.send(message), this.delayMs)
  }

  private obey(order: Order): void {
    if (order.type === 'ping') this.say({ type: 'pong', id: order.id, wallMs: Date.now() })
    else if (order.type === 'assign') {
      this.next = order.assignment.index - 1
      this.of = order.assignment.of
      this.say({ type: 'ready', workers: 1, service: null })
    } else if (order.type === 'start') this.begin(now() + order.atMs - Date.now())
    else if (order.type === 'level') {
      this.levels.change(order.atMs, order.level)
      this.say({ type: 'level', aheadMs: this.startAt + order.atMs - now() })
    } else if (order.type === 'stop' && this.recorder !== null) {
      this.stop()
      this.say({ type: 'worker-end', worker: 0 })
      this.say({ type: 'end', end: { stoppedMs: now() - this.startAt, failure: null } })
    }
  }

  private begin(startAt: number): void {
    this.startAt = startAt
    this.say({ type: 'running', lateMs: 0 })
    this.recorder = new WindowRecorder({
      requests: 1,
      startAt,
      warmupMs: 0,
      durationMs: LONG_MS,
      gauges: {
        vus: () => this.open.length,
        load: () => ({ busy: this.busy, cpu: 0.1, starved: 0, gcMs: 0, gcMsMax: 0 }),
      },
      emit: (window) => this.say({ type: 'window', worker: 0, window }),
    })
  }

  private tick(): void {
    const time = now()
    if (time - this.beatAt > 500) {
      this.beatAt = time
      this.say({ type: 'beat' })
    }
    if (this.recorder === null || time < this.startAt) return
    for (const { doneAt, atMs } of this.open.filter((each) => each.doneAt <= time)) {
      const latencyMs = doneAt - atMs
      this.recorder.seriesAt(doneAt, 0).recordSuccess(200, latencyMs, latencyMs, latencyMs)
    }
    this.open = this.open.filter(({ doneAt }) => doneAt > time)
    while (this.startAt + this.levels.due(this.next) <= time) {
      const atMs = this.startAt + this.levels.due(this.next)
      this.open.push({ doneAt: this.service.take(atMs), atMs })
      this.next += this.of
      this.arrived++
    }
    this.recorder.roll(time)
  }
}

const ENVIRONMENT = { perfctl: '1.0.0', node: 'v22', os: 'Linux', cpu: 'c', cores: 8 }
const JOB = { file: 'x', text: 'x', files: {}, env: {}, secrets: [], profile: null, headers: {}, load: {} }

/** Makes agents of these ends ready for a search. */
export async function gather(
  channels: readonly Channel[],
  changes: Partial<GroupOptions> = {},
): Promise<Group> {
  const steered = { of: 'rate', most: 10_000, durationMs: LONG_MS } as const
  return passing(
    gatherAgents({
      channels,
      job: { ...JOB, insecure: false, connectTo: [], hash: 'h' },
      plannedMs: LONG_MS,
      assignment: { target: 'http://h', seed: 1, today: 0, variables: {}, workers: null, steered },
      series: listSeries(PLAN).length,
      isRequest: () => true,
      waitMs: 20_000,
      onLost: 'abort',
      perfctl: '1.0.0',
      ...changes,
    }),
  )
}
