/**
 * Runs a load on several threads: one worker per segment, all started at the same moment.
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
  /** This machine's shard of the load. Default: all of it. */
  readonly shard?: ExecutionSegment | undefined
  /** When aborted, sends nothing more and waits for requests in flight. */
  readonly stop: AbortSignal
  /** When aborted, aborts requests in flight. */
  readonly kill: AbortSignal
  /** Called once all workers are ready. The warm-up or load begins in `headStartMs`. */
  readonly onBegin: (headStartMs: Ms) => void
  /** Resolves with the moment to begin, on the clock of `now`. Called once all workers are ready. Default: at once. */
  readonly beginAt?: (() => Promise<Ms>) | undefined
  /** Called once, at the beginning, with what sets the level of a plan that is steered. */
  readonly onSteerable?: ((setLevel: SetLevel) => void) | undefined
  /** Called with each window of one worker. */
  readonly onWindow: (worker: number, window: WindowData) => void
  /** Called when a worker has ended and sends no more windows. */
  readonly onWorkerEnd: (worker: number) => void
}

/** Tells all workers that from `atMs` of the measured part on the level is `level`. */
export type SetLevel = (atMs: Ms, level: number) => LevelChange

/** A change of the level that was told. */
export interface LevelChange {
  /** The machines that heard of it too late, or haven't answered yet. Empty for the threads of this one, which share its clock. */
  readonly late: readonly string[]
}

const IN_TIME: LevelChange = { late: [] }

/** How a load ended. */
export interface FleetEnd {
  /** When the last request could have been sent, in ms since the measured part began; below 0 within the warm-up. */
  readonly stoppedMs: Ms
  /** The failure that ended it early; the other workers were then stopped. Null if there was none. */
  readonly failure: FleetFailure | null
}

/**
 * Why a load ended early. `spent`: a worker ran out of something to send, such as data. `crashed`: a bug.
 * `memory`: a worker ran out of memory. `stuck`: a worker stopped responding and was terminated. `agent`: another machine failed
 * or was lost; the message says all.
 */
export interface FleetFailure extends Fault {
  readonly kind: 'spent' | 'crashed' | 'memory' | 'stuck' | 'agent'
  /** The worker that failed first, counted from 0, and the number of workers. */
  readonly worker: number
  readonly workers: number
  /** When it last worked, in ms since the measured part began; null if it never did. */
  readonly workedMs: Ms | null
}

/** Head start for the workers, so that they begin at the same time. */
export const HEAD_START_MS = 20

/** After the graceful stop, a worker gets this long to end. */
const LATE_MS = 1000

/** A worker gets this long to react to `kill`. */
const REACT_MS = 1500

const WORKER = new URL('./worker.js', import.meta.url)

/**
 * Sends the load of `plan`. Never rejects because of a worker: its failure is in the result. `program` is what
 * the threads run.
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
  // A hanging worker doesn't react to commands.
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
      options.onSteerable?.((atMs, level) => {
        tellAll({ type: 'level', atMs, level })
        return IN_TIME
      })
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

/** A failure when it is first seen; windows of that worker may still come. */
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
  /** Called with each failure. */
  readonly onFailure: (found: Found) => void
}

/** One worker thread. */
class Member {
  /** Resolves with true when the worker is ready, with false if it died before. */
  readonly ready: Promise<boolean>
  /** Resolves when the thread is gone, with the time until which it worked. */
  readonly ended: Promise<Ms>
  private readonly worker: Worker
  private readonly index: number
  private readonly options: MemberOptions
  private stoppedMs: Ms = Number.NEGATIVE_INFINITY
  /** Whether the reason for the thread's end is known. */
  private isExplained = false
  private isTerminated = false

  constructor(index: number, task: WorkerTask, options: MemberOptions, program: URL) {
    const worker = new Worker(program, {
      workerData: task,
      name: `perfctl worker ${index}`,
      // A larger young generation: most of what a request allocates is short-lived.
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

  /** Ends a thread that is no longer needed. */
  dismiss(): void {
    this.isExplained = true
    this.worker.terminate().catch(() => {})
  }

  /** Ends a thread that should have ended by itself, if it hasn't. */
  terminate(): void {
    this.isTerminated = !this.isExplained
    this.worker.terminate().catch(() => {})
  }

  private take(report: Report): void {
    if (report.type === 'window') {
      const { window } = report
      // A lower bound, until the worker reports when it was stopped.
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

  /** An error in a report must not end the program, which has the figures of all workers. */
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
