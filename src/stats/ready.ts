/**
 * The answers that made a service ready, as recorded in results.
 */
import { flag, number, type Shape } from '../base/shape.js'
import type { ReadyMark, Result } from './result.js'

/** Reads such an answer. */
export function readReadyMark(shape: Shape): ReadyMark {
  return {
    url: shape.get('url').text(),
    tries: shape.get('tries').count(),
    waitedMs: shape.get('waitedMs').number(),
    latencyMs: shape.get('latencyMs').number(),
    limitMs: shape.get('limitMs').or(number, null),
    degraded: flag(shape.get('degraded')),
  }
}

/** Returns the slowest answer as a field; none if nobody asked. */
export function joinReady(parts: readonly Pick<Result, 'ready'>[]): Pick<Result, 'ready'> {
  const [slowest] = parts.flatMap(({ ready }) => ready ?? []).sort((a, b) => b.latencyMs - a.latencyMs)
  return slowest === undefined ? {} : { ready: slowest }
}
