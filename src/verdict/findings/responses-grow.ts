/**
 * Responses that get larger during the run, such as a list without an end to which the load adds.
 */
import { findingOf } from '../../stats/findings.js'
import type { TimelinePoint } from '../../stats/result.js'
import { isOtherMix, type Rule } from './run-view.js'

const SECONDS_MIN = 9
/** From the first third to the last, responses have to grow by this factor and by so many bytes, steadily. */
const FACTOR = 1.5
const BYTES_MIN = 1000

/** Finds responses that grow. */
export const findGrowingResponses: Rule = ({ run, seconds }) => {
  if (seconds.length < SECONDS_MIN || seconds.some(({ bytesReceived }) => bytesReceived === undefined))
    return []
  const third = Math.floor(seconds.length / 3)
  const parts = [seconds.slice(0, third), seconds.slice(third, -third), seconds.slice(-third)]
  const [before, middle, after] = parts.map(sizeOf) as [number, number, number]
  const isSteady = middle > before + 0.15 * (after - before) && middle < after
  if (after < FACTOR * before || after - before < BYTES_MIN || !isSteady) return []
  if (isOtherMix(run, third, seconds.length - third)) return []
  return [findingOf('responses_grow', { before, after })]
}

function sizeOf(seconds: readonly TimelinePoint[]): number {
  const sum = (read: (second: TimelinePoint) => number) =>
    seconds.reduce((all, second) => all + read(second), 0)
  return sum(({ bytesReceived = 0 }) => bytesReceived) / sum(({ requests }) => requests)
}
