/**
 * How long an `ab` session may take.
 */
import { userError } from '../base/errors.js'
import { parseDuration } from '../base/units.js'
import { SESSION_SECONDS_MAX } from '../verdict/session.js'

const SECONDS_MAX = 120
const SECONDS_LEAST = 10

/** Reads `--max-duration`: the most measured seconds per side. Throws a UserError if it is invalid. */
export function readMaxSeconds(text: string | undefined): number {
  if (text === undefined) return SECONDS_MAX
  const durationMs = parseDuration(text)
  if (durationMs === null)
    throw userError(`--max-duration ${text}: not a duration`, 'write a number and a unit, such as 30s or 2m')
  const seconds = Math.ceil(durationMs / 1000)
  if (seconds > SESSION_SECONDS_MAX)
    throw userError(`--max-duration ${text}: too long for a session`, 'use at most 30m for each side')
  if (seconds >= SECONDS_LEAST) return seconds
  throw userError(
    `--max-duration ${text}: too short to detect anything`,
    `use at least ${SECONDS_LEAST}s for each side`,
  )
}
