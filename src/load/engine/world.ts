/**
 * What a part of a load is given, and what it gives back.
 */
import type { Ms } from '../../base/clock.js'
import type { Fault } from '../../base/errors.js'
import type { Connection, ConnectionEvents } from '../connection.js'
import type { Gauges } from '../measure/window-recorder.js'

/** What a part needs of the world: in tests time is virtual and the service a function. */
export interface World {
  now(): Ms
  /** Makes the one alarm of a part: `ring` is called at the moment set last, or as soon after as possible. */
  alarm(ring: () => void): (moment: Ms) => void
  connect(events: ConnectionEvents): Connection
  load: Gauges['load']
}

/** How a part ended. */
export interface WorkerLoadEnd {
  /** When the last request could have been sent, in ms since the measured part began; below 0 within the warm-up. */
  readonly stoppedMs: Ms
  /** Why it could not go on; absent when it came to its end. */
  readonly error?: string
  /** The bug that ended it; absent when none did. */
  readonly fault?: Fault
}
