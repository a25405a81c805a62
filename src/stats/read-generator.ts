/**
 * Reads the load generator's health from a result file.
 */
import { flag, list, number, Shape, text } from '../base/shape.js'
import { type GeneratorHealth, LATE_PERCENTILES, type WorkerHealth } from './result.js'

/** Reads the health; a file without it counts as healthy. */
export function readGenerator(given: Shape): GeneratorHealth {
  const shape = given.exists ? given : new Shape({}, given.path)
  const lateFrom = LATE_PERCENTILES.find((percentile) => percentile === shape.get('lateFrom').or(number, 0))
  return {
    saturated: shape.get('saturated').or(flag, false),
    reasons: shape.get('reasons').or(list(text), []),
    eventLoopUtilization: shape.get('eventLoopUtilization').or(number, 0),
    schedulingLagP99: shape.get('schedulingLagP99').or(number, null),
    ...(lateFrom !== undefined && { lateFrom }),
    workers: shape.get('workers').or(list(readWorker), []),
  }
}

function readWorker(shape: Shape): WorkerHealth {
  return {
    eventLoopUtilization: shape.get('eventLoopUtilization').or(number, 0),
    cpu: shape.get('cpu').or(number, null),
    starved: shape.get('starved').or(number, null),
  }
}
