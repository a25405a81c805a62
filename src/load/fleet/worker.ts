/**
 * The entry of a worker thread: one part of a load, in a thread of its own.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { Part } from '../part.js'
import { buffersOf } from '../recorder.js'
import { rehearse } from '../rehearsal.js'
import type { World } from '../surroundings.js'
import { openWorld } from '../world.js'
import type { Command, Report, WorkerTask } from './protocol.js'

if (parentPort !== null) attend(parentPort, workerData as WorkerTask)

/** Does what the main thread says until the part is over, then lets the thread end. */
function attend(port: MessagePort, { plan, stripe }: WorkerTask): void {
  let world: World & { close(): void }
  let part: Part | null = null
  const say = (report: Report, transfer: ArrayBuffer[] = []) => port.postMessage(report, transfer)

  async function begin(beginAt: number): Promise<void> {
    part = new Part(plan, stripe, {
      world,
      beginAt,
      emit: (window) => say({ type: 'window', window }, buffersOf(window)),
    })
    const end = await part.done
    say({ type: 'end', end })
    world.close()
    port.close()
  }

  port.on('message', (command: Command) => {
    if (command.type === 'begin') {
      begin(command.at).catch(die)
    } else if (command.type === 'stop') {
      part?.stop()
    } else {
      part?.kill()
    }
  })
  async function prepare(): Promise<void> {
    world = await openWorld(plan, stripe)
    await rehearse(plan)
    say({ type: 'ready' })
  }

  prepare().catch(die)
}

/** Throws out of the promise, so that the thread dies of it and the main thread is told. */
function die(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
