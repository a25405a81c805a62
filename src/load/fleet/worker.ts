/**
 * The entry point of a worker thread, which runs one worker's load.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { describeFault } from '../../base/errors.js'
import { leaveThread, onUncaught } from '../../base/host.js'
import { buffersOf } from '../../stats/sheet.js'
import { warmUpJit } from '../engine/jit-warmup.js'
import { openWorld } from '../engine/node-world.js'
import { WorkerLoad } from '../engine/worker-load.js'
import type { WorkerLoadEnd, World } from '../engine/world.js'
import type { Command, Report, WorkerTask } from './protocol.js'

if (parentPort !== null) attend(parentPort, workerData as WorkerTask)

/** Follows the main thread's messages until the load is over, then lets the thread end. */
function attend(port: MessagePort, { plan, segment }: WorkerTask): void {
  let world: World & { close(): void }
  let part: WorkerLoad | null = null
  let hasFailed = false
  const say = (report: Report, transfer: ArrayBuffer[] = []) => port.postMessage(report, transfer)

  async function begin(beginAt: number): Promise<void> {
    part = new WorkerLoad(plan, segment, {
      world,
      beginAt,
      emit: (window) => say({ type: 'window', window }, buffersOf(window.sheet)),
    })
    const end = await part.done
    say({ type: 'end', end })
    if (end.fault !== undefined) leaveThread()
    world.close()
    port.close()
  }

  /** Hands over what was measured and reports the error: a crashing thread would do neither. */
  function fail(error: unknown): void {
    if (hasFailed) return
    hasFailed = true
    if (part === null || !handOver(part, error)) {
      const end: WorkerLoadEnd = { stoppedMs: Number.NEGATIVE_INFINITY, fault: describeFault(error) }
      say({ type: 'end', end })
      leaveThread()
    }
  }

  port.on('message', (command: Command) => {
    if (command.type === 'begin') {
      begin(command.at).catch(fail)
    } else if (command.type === 'level') {
      part?.setLevel(command.atMs, command.level)
    } else if (command.type === 'stop') {
      part?.stop()
    } else {
      part?.abort()
    }
  })
  async function prepare(): Promise<void> {
    world = await openWorld(plan, segment)
    await warmUpJit(plan)
    say({ type: 'ready' })
  }

  onUncaught(fail)
  prepare().catch(fail)
}

/** False if even that fails. The first error is reported, since it caused the other. */
function handOver(part: WorkerLoad, error: unknown): boolean {
  try {
    part.fail(error)
    return true
  } catch {
    return false
  }
}
