/**
 * A connection for nearly every request: the service, or something in between, closes them after each response.
 */
import { findingOf } from '../../stats/findings.js'
import type { Rule } from './run-view.js'

const REQUESTS_MIN = 50
/** New connections as a share of the requests, and as a multiple of the users, each of which needs one. */
const SHARE_MIN = 0.8
const PER_USER_MIN = 3
/** Services close connections that are idle for some seconds, Node.js for five, which is as it should be. */
const IDLE_SECONDS_MAX = 3

/** Finds connections that aren't used again. */
export const findNewConnections: Rule = ({ run, seconds }) => {
  const { connections, totals, durationSeconds } = run
  const { dns, tcp, tls } = connections
  const { requests, statuses } = totals
  // One that breaks off, or isn't HTTP, ends its connection.
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0)
  if (answered < SHARE_MIN * requests) return []
  const users = Math.max(1, ...seconds.map(({ vus }) => vus))
  if (requests < REQUESTS_MIN || tcp.count < Math.max(SHARE_MIN * requests, PER_USER_MIN * users)) return []
  // Of each user, so long apart; users who pause come back to a closed connection.
  if ((users * durationSeconds) / requests > IDLE_SECONDS_MAX) return []
  const setup = [dns, tcp, tls].reduce((sum, { count, mean }) => sum + count * (mean ?? 0), 0) / tcp.count
  return [findingOf('new_connections', { connections: tcp.count, requests, setup })]
}
