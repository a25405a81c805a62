/**
 * Responses that get larger during the run, such as a list without an end to which the load adds.
 */
import { findingOf } from '../../stats/findings.js'
import type { RequestResult, TimelinePoint } from '../../stats/result.js'
import { plainRequests, type Rule } from './run-view.js'

const SECONDS_MIN = 9
/** From the first third to the last, responses have to grow by this factor and by so many bytes, steadily. */
const FACTOR = 1.5
const BYTES_MIN = 1000
/** A mix of requests that moves by more than this changes the mean size, too. */
const MIX_CHANGE = 0.1

/** Finds responses that grow. */
export const findGrowingResponses: Rule = ({ run, seconds }) => {
  if (seconds.length < SECONDS_MIN || seconds.some(({ bytesReceived }) => bytesReceived === undefined))
    return []
  const third = Math.floor(seconds.length / 3)
  const parts = [seconds.slice(0, third), seconds.slice(third, -third), seconds.slice(-third)]
  const [before, middle, after] = parts.map(sizeOf) as [number, number, number]
  const isSteady = middle > before + 0.15 * (after - before) && middle < after
  if (after < FACTOR * before || after - before < BYTES_MIN || !isSteady) return []
  const ends = [third, seconds.length - third] as const
  if (mixChange(plainRequests(run), ends) > MIX_CHANGE) return []
  return [findingOf('responses_grow', { before, after })]
}

function sizeOf(seconds: readonly TimelinePoint[]): number {
  const sum = (read: (second: TimelinePoint) => number) =>
    seconds.reduce((all, second) => all + read(second), 0)
  return sum(({ bytesReceived = 0 }) => bytesReceived) / sum(({ requests }) => requests)
}

/** How far the shares of the requests differ between the time before the first moment and after the second. */
function mixChange(requests: readonly RequestResult[], [until, from]: readonly [number, number]): number {
  const counts = requests.map(({ windows }) => {
    const sum = (isIn: (start: number) => boolean) =>
      windows.reduce((all, window) => all + (isIn(window.start) ? window.requests : 0), 0)
    return [sum((start) => start < until), sum((start) => start >= from)] as const
  })
  const total = (side: 0 | 1) => counts.reduce((all, each) => all + each[side], 0)
  const [before, after] = [total(0), total(1)]
  return counts.reduce((all, [a, b]) => all + Math.abs(a / before - b / after), 0) / 2
}
