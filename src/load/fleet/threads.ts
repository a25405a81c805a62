/**
 * A load on several threads: one worker for each part, started at one agreed moment.
 */
import { Worker } from 'node:worker_threads'
import { type Ms, now } from '../../base/clock.js'
import { describeFault, type Fault } from '../../base/errors.js'
import type { ExecutionSegment } from '../../plan/numbers.js'
import type { Plan } from '../../plan/plan.js'
import { Profile } from '../../plan/profile.js'
import { WINDOW_MS, type WindowData } from '../measure/window-recorder.js'
import { Deadline } from './deadline.js'
import type { Command, Report, WorkerTask } from './protocol.js'
import { segmentOf } from './segments.js'

/** How a fleet is run and watched. */
export interface FleetOptions {
  readonly workers: number
  /** This machine's part of the load, where several share it. Default: all of it. */
  readonly shard?: ExecutionSegment | undefined
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
  /** What ended it before its time; the other workers were stopped. Null when all is well. */
  readonly failure: FleetFailure | null
}

/**
 * Why a load came to no good end. `spent`: a worker had nothing to go on with, such as data. `crashed`: a bug.
 * `memory`: a worker ran out of it. `stuck`: a worker did nothing any more and was ended from outside.
 */
export interface FleetFailure extends Fault {
  readonly kind: 'spent' | 'crashed' | 'memory' | 'stuck'
  /** The worker that failed first, from 0, and of how many. */
  readonly worker: number
  readonly workers: number
  /** Until when it was at work, in ms since the measured part began; null when it never was. */
  readonly workedMs: Ms | null
}

/** The workers get this long to be ready and still begin together. */
const HEAD_START_MS = 20

/** After what is under way has had its time, a worker gets this long to end. */
const LATE_MS = 1000

/** A worker that was told to give up gets this long to do so. */
const REACT_MS = 1500

const WORKER = new URL('./worker.js', import.meta.url)

/**
 * Sends the load of `plan`. Never rejects because of a worker: what went wrong is in the result. `program` is what the
 * threads run.
 */
export async function runFleet(plan: Plan, options: FleetOptions, program = WORKER): Promise<FleetEnd> {
  const { load } = plan
  const members = Array.from({ length: options.workers }, (_, worker) => {
    const segment = segmentOf(worker, options.workers, options.shard)
    return new Member(worker, { plan, segment }, { ...options, onFailure }, program)
  })
  let first: Found | null = null
  const tellAll = (command: Command) => {
    for (const member of members) member.tell(command)
  }
  // A worker that does nothing any more doesn't end by being told to.
  const last = new Deadline(() => {
    for (const member of members) member.terminate()
  })
  const deadline = new Deadline(() => kill())
  const stop = () => {
    tellAll({ type: 'stop' })
    deadline.within(load.gracefulStopMs + LATE_MS)
  }
  const kill = () => {
    tellAll({ type: 'kill' })
    last.within(REACT_MS)
  }
  function onFailure(found: Found): void {
    first ??= found
    stop()
  }
  options.stop.addEventListener('abort', stop)
  options.kill.addEventListener('abort', kill)
  try {
    if (options.stop.aborted) stop()
    if (options.kill.aborted) kill()
    const ready = await Promise.all(members.map((member) => member.ready))
    if (ready.every(Boolean)) {
      const beginAt = options.beginAt === undefined ? now() + HEAD_START_MS : await options.beginAt()
      options.onBegin(beginAt - now())
      tellAll({ type: 'begin', at: beginAt })
      const { durationMs } = new Profile(load.start, load.stages)
      deadline.within(beginAt - now() + load.warmupMs + durationMs + load.gracefulStopMs + LATE_MS)
      if (options.stop.aborted) stop()
      if (options.kill.aborted) kill()
    } else {
      for (const member of members) member.dismiss()
    }
    const stopped = await Promise.all(members.map((member) => member.ended))
    return { stoppedMs: Math.max(...stopped), failure: first && complete(first, stopped) }
  } finally {
    deadline.clear()
    last.clear()
    options.stop.removeEventListener('abort', stop)
    options.kill.removeEventListener('abort', kill)
  }
}

/** A failure when it is seen: the last windows of that worker may still come. */
type Found = Omit<FleetFailure, 'workers' | 'workedMs'>

function complete(found: Found, stopped: readonly Ms[]): FleetFailure {
  const workedMs = stopped[found.worker]!
  return {
    ...found,
    workers: stopped.length,
    workedMs: workedMs === Number.NEGATIVE_INFINITY ? null : workedMs,
  }
}

interface MemberOptions extends FleetOptions {
  /** Called with what went wrong, more than once if need be. */
  readonly onFailure: (found: Found) => void
}

/** One worker thread. */
class Member {
  /** True when it waits for the beginning, false when it died before. */
  readonly ready: Promise<boolean>
  /** Resolves when the thread is gone, with the moment until which it was at work. */
  readonly ended: Promise<Ms>
  private readonly worker: Worker
  private readonly index: number
  private readonly options: MemberOptions
  private stoppedMs: Ms = Number.NEGATIVE_INFINITY
  /** Whether it is known why the thread ends. */
  private isExplained = false
  private isTerminated = false

  constructor(index: number, task: WorkerTask, options: MemberOptions, program: URL) {
    const worker = new Worker(program, {
      workerData: task,
      name: `perfctl worker ${index}`,
      // A larger nursery: most of what a request allocates is dead before it is looked at.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.worker = worker
    this.index = index
    this.options = options
    this.ready = new Promise((resolve) => {
      worker.once('message', (report: Report) => resolve(report.type === 'ready'))
      worker.once('exit', () => resolve(false))
    })
    worker.on('message', (report: Report) => this.attempt(() => this.take(report)))
    worker.on('error', (error) => {
      const fault = describeFault(error)
      this.fail(fault.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crashed', fault)
    })
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (this.isTerminated) this.fail('stuck', { ...UNKNOWN, message: 'it stopped responding' })
        else if (!this.isExplained)
          this.fail('crashed', { ...UNKNOWN, message: `its thread exited with code ${code}` })
        this.attempt(() => options.onWorkerEnd(index))
        resolve(this.stoppedMs)
      })
    })
  }

  tell(command: Command): void {
    this.worker.postMessage(command)
  }

  /** Ends the thread, which is needed no more. */
  dismiss(): void {
    this.isExplained = true
    this.worker.terminate().catch(() => {})
  }

  /** Ends a thread that should have ended by itself; one that has is left alone. */
  terminate(): void {
    this.isTerminated = !this.isExplained
    this.worker.terminate().catch(() => {})
  }

  private take(report: Report): void {
    if (report.type === 'window') {
      const { window } = report
      // Until it says itself when it was stopped.
      this.stoppedMs = Math.max(this.stoppedMs, (window.index + 1) * WINDOW_MS)
      this.options.onWindow(this.index, window)
    } else if (report.type === 'end') {
      const { stoppedMs, error, fault } = report.end
      if (stoppedMs !== Number.NEGATIVE_INFINITY) this.stoppedMs = stoppedMs
      if (fault !== undefined) this.fail('crashed', fault)
      else if (error !== undefined) this.fail('spent', { ...UNKNOWN, message: error })
      this.isExplained = true
    }
  }

  /** What goes wrong with a report must not end the program, which has the figures of all workers. */
  private attempt(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.fail('crashed', describeFault(error))
    }
  }

  private fail(kind: FleetFailure['kind'], fault: Fault): void {
    this.isExplained = true
    this.options.onFailure({ ...fault, kind, worker: this.index })
  }
}

const UNKNOWN = { stack: null, code: null }

const YOUNG_GENERATION_MB = 64
