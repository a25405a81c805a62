/**
 * The machines that sent a load, in one line.
 */
import { printable } from '../base/printable.js'
import { formatDuration, formatRate, plural } from '../base/units.js'
import type { Result } from '../stats/result.js'

/** Above this, not every agent is named. */
const NAMED_MAX = 8

/**
 * `2 agents: one (8 cores, 400/s), …; began within 3ms of each other`, without the rates of a search, whose load changes. Null if
 * this machine sent the load.
 */
export function describeAgents({
  agents,
  capacity,
  durationSeconds,
}: Pick<Result, 'agents' | 'capacity' | 'durationSeconds'>): string | null {
  if (agents === undefined) return null
  const named = agents.slice(0, NAMED_MAX).map(({ name, cores, requests, lost }) => {
    const seconds = lost ?? durationSeconds
    const rate = seconds > 0 && capacity === undefined ? `, ${formatRate(requests / seconds)}` : ''
    return `${printable(name)} (${plural(cores, 'core')}${rate}${describeLoss(lost)})`
  })
  const rest = agents.length > NAMED_MAX ? ` and ${agents.length - NAMED_MAX} more` : ''
  const starts = agents.flatMap(({ startOffsetMs }) => startOffsetMs ?? [])
  if (starts.length < 2) return `${plural(agents.length, 'agent')}: ${named.join(', ')}${rest}`
  const apartMs = Math.ceil(Math.max(...starts) - Math.min(...starts))
  const errorMs = Math.ceil(Math.max(...agents.map(({ clockErrorMs }) => clockErrorMs)))
  const start = `began within ${formatDuration(Math.max(1, apartMs))} of each other, clocks known to ±${formatDuration(Math.max(1, errorMs))}`
  return `${plural(agents.length, 'agent')}: ${named.join(', ')}${rest}; ${start}`
}

function describeLoss(lost: number | null): string {
  return lost === null ? '' : `, lost after ${formatDuration(Math.round(1000 * lost))}`
}
