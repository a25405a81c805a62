/**
 * What a worker's load is given, and what it returns.
 */
import type { Ms } from '../../base/clock.js'
import type { Fault } from '../../base/errors.js'
import type { Connection, ConnectionEvents } from '../connection.js'
import type { Gauges } from '../measure/window-recorder.js'

/** What a worker's load needs from the world. In tests, time is virtual and the service is a function. */
export interface World {
  now(): Ms
  /** Creates the alarm: `ring` is called at the time set last, or as soon after as possible. */
  alarm(ring: () => void): (moment: Ms) => void
  connect(events: ConnectionEvents): Connection
  load: Gauges['load']
}

/** How a worker's load ended. */
export interface WorkerLoadEnd {
  /** When the last request could have been sent, in ms since the measured part began; below 0 within the warm-up. */
  readonly stoppedMs: Ms
  /** Why it stopped early; absent if it ran to its end. */
  readonly error?: string
  /** The bug that ended it; absent if none did. */
  readonly fault?: Fault
}
