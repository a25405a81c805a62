/**
 * A load on several threads: one worker for each part, started at one agreed moment.
 */
import { Worker } from 'node:worker_threads'
import { type Ms, now } from '../../base/clock.js'
import { messageOf } from '../../base/errors.js'
import type { Stripe } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import type { WindowData } from '../recorder.js'
import type { Command, Report, WorkerTask } from './protocol.js'
import { stripeOf } from './stripes.js'

/** How a fleet is run and watched. */
export interface FleetOptions {
  readonly workers: number
  /** This machine's part of the load, where several share it. Default: all of it. */
  readonly shard?: Stripe | undefined
  /** Aborted: nothing more is sent, what is under way may finish. */
  readonly stop: AbortSignal
  /** Aborted: what is under way is given up. */
  readonly kill: AbortSignal
  /** Called once, when all workers are ready: the warm-up or the load begins in so many ms. */
  readonly onBegin: (headStartMs: Ms) => void
  /** Waited for when all workers are ready: the moment to begin, on the clock of `now`. Default: at once. */
  readonly beginAt?: (() => Promise<Ms>) | undefined
  /** A second of one worker. */
  readonly onWindow: (worker: number, window: WindowData) => void
  /** A worker has ended and sends no more windows. */
  readonly onWorkerEnd: (worker: number) => void
}

/** How a load ended. */
export interface FleetEnd {
  /** When the last request could have been sent, in ms since the measured part began; below 0 within the warm-up. */
  readonly stoppedMs: Ms
  /** The worker that could not go on or died of an error, and why; the others were stopped. Null when all is well. */
  readonly failure: { readonly worker: number; readonly message: string; readonly died: boolean } | null
}

/** The workers get this long to be ready and still begin together. */
const HEAD_START_MS = 20

/** Sends the load of `plan`. Never rejects because of a worker: what went wrong is in the result. */
export async function runFleet(plan: Plan, options: FleetOptions): Promise<FleetEnd> {
  const members = Array.from({ length: options.workers }, (_, worker) => {
    const stripe = stripeOf(worker, options.workers, options.shard)
    return new Member(worker, { plan, stripe }, options)
  })
  const tellAll = (command: Command) => {
    for (const member of members) member.tell(command)
  }
  const stop = () => tellAll({ type: 'stop' })
  const kill = () => tellAll({ type: 'kill' })
  options.stop.addEventListener('abort', stop)
  options.kill.addEventListener('abort', kill)
  try {
    const ready = await Promise.all(members.map((member) => member.ready))
    if (ready.every(Boolean)) {
      const beginAt = options.beginAt === undefined ? now() + HEAD_START_MS : await options.beginAt()
      options.onBegin(beginAt - now())
      tellAll({ type: 'begin', at: beginAt })
      if (options.stop.aborted) stop()
      if (options.kill.aborted) kill()
    } else {
      for (const member of members) member.dismiss()
    }
    for (const member of members) {
      member.ended.then((end) => {
        if (end.message !== null) stop()
      })
    }
    const ends = await Promise.all(members.map((member) => member.ended))
    const failed = ends.findIndex((end) => end.message !== null)
    return {
      stoppedMs: Math.max(...ends.map((end) => end.stoppedMs)),
      failure:
        failed === -1 ? null : { worker: failed, message: ends[failed]!.message!, died: ends[failed]!.died },
    }
  } finally {
    options.stop.removeEventListener('abort', stop)
    options.kill.removeEventListener('abort', kill)
  }
}

interface MemberEnd {
  readonly stoppedMs: Ms
  /** What it died of, or why it could not go on; null after a regular end. */
  readonly message: string | null
  readonly died: boolean
}

/** One worker thread. */
class Member {
  /** True when it waits for the beginning, false when it died before. */
  readonly ready: Promise<boolean>
  readonly ended: Promise<MemberEnd>
  private readonly worker: Worker

  constructor(index: number, task: WorkerTask, options: FleetOptions) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: task,
      name: `perfctl worker ${index}`,
      // A larger nursery: most of what a request allocates is dead before it is looked at.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.worker = worker
    this.ready = new Promise((resolve) => {
      worker.once('message', () => resolve(true))
      worker.once('exit', () => resolve(false))
    })
    this.ended = new Promise((resolve) => {
      let end: MemberEnd = { stoppedMs: Number.NEGATIVE_INFINITY, message: null, died: false }
      let hasEnded = false
      worker.on('message', (report: Report) => {
        if (report.type === 'window') options.onWindow(index, report.window)
        if (report.type !== 'end') return
        hasEnded = true
        end = { stoppedMs: report.end.stoppedMs, message: report.end.error ?? null, died: false }
      })
      worker.on('error', (error) => {
        end = { ...end, message: messageOf(error), died: true }
      })
      worker.on('exit', (code) => {
        options.onWorkerEnd(index)
        const isTold = hasEnded || end.message !== null
        resolve(isTold ? end : { ...end, message: `exited with code ${code}`, died: true })
      })
    })
  }

  tell(command: Command): void {
    this.worker.postMessage(command)
  }

  /** Ends the thread, whatever it does. */
  dismiss(): void {
    this.worker.terminate().catch(() => {})
  }
}

const YOUNG_GENERATION_MB = 64
