/**
 * Describes requests that never succeeded: what happened, and what to write if it is intended.
 */

import { printable } from '../base/printable.js'
import { formatCount } from '../base/units.js'
import { withWarmup } from '../stats/add.js'
import { findNamed } from '../stats/named.js'
import type { RequestResult, Result } from '../stats/result.js'
import { truncate } from './width.js'

/** A request that never succeeded. */
export interface NeverSucceeded {
  readonly name: string
  /** `"search" never succeeded: ...`, without a final period. */
  readonly sentence: string
  /** What to write in the scenario if the failures are intended. */
  readonly remedy: string
}

type Judged = Pick<Result, 'neverSucceeded' | 'requests' | 'comparison'>

/** Lists those of a result, and of side a in a session. Journeys come after their steps, which are the cause. */
export function describeNeverSucceeded({
  neverSucceeded,
  requests,
  comparison,
}: Judged): readonly NeverSucceeded[] {
  const isSession = comparison?.referenceNeverSucceeded !== undefined
  const own = neverSucceeded.map((name) => ({
    name,
    request: findWhole(requests, name),
  }))
  const sorted = [
    ...own.filter(({ request }) => request?.kind !== 'journey'),
    ...own.filter(({ request }) => request?.kind === 'journey'),
  ]
  return [
    ...(comparison?.referenceNeverSucceeded ?? []).map((name) => ({
      name,
      sentence: `"${printable(name)}" never succeeded on side a`,
      remedy: writeThreshold(name),
    })),
    ...sorted.map(({ name, request }) => ({
      name,
      sentence: describe(name, request) + (isSession ? ' on side b' : ''),
      remedy: request === undefined ? writeThreshold(name) : writeRemedy(request),
    })),
  ]
}

function findWhole(requests: readonly RequestResult[], name: string): RequestResult | undefined {
  const found = findNamed(requests, name)
  return found && withWarmup(found)
}

/** Returns the first with its remedy, followed by the names of the others, for a headline. No final period. */
export function summarizeNeverSucceeded(result: Judged): string {
  const [first, ...others] = describeNeverSucceeded(result)
  if (first === undefined) return 'a request never succeeded'
  const names = [...new Set(others.map(({ name }) => name))].map((name) => `"${printable(name)}"`)
  const shown = names.slice(0, NAMES_MAX).join(', ')
  const more = names.length > NAMES_MAX ? ` and ${formatCount(names.length - NAMES_MAX)} more` : ''
  const rest = names.length === 0 ? '' : `; nor did ${shown}${more}`
  return `${first.sentence}${rest}; if that is intended, write ${first.remedy}`
}

const NAMES_MAX = 3
/** Messages of services may be long. */
const MESSAGE_WIDTH = 80

function describe(name: string, request: RequestResult | undefined): string {
  const subject = `"${printable(name)}" never succeeded`
  const [most] = request?.errors ?? []
  if (request === undefined || most === undefined) return subject
  const all = request.requests === 1 ? 'its only request' : `all ${formatCount(request.requests)} requests`
  return `${subject}: ${all} failed (${truncate(printable(most.message), MESSAGE_WIDTH)})`
}

/** More than this many different statuses are hardly intended. */
const STATUSES_MAX = 3

function writeRemedy({ name, failed, statuses, errors }: RequestResult): string {
  const byStatus = errors.reduce((sum, { kind, count }) => sum + (kind === 'status' ? count : 0), 0)
  const seen = Object.keys(statuses).filter((status) => statuses[status]! > 0)
  if (byStatus < failed || seen.length === 0 || seen.length > STATUSES_MAX) return writeThreshold(name)
  return `expect: { status: ${seen.length === 1 ? seen[0] : `[${seen.join(', ')}]`} }`
}

/** Quoted, because YAML needs quotes around a text with a colon. */
function writeThreshold(name: string): string {
  return `the threshold ${JSON.stringify(`${printable(name)}: error_rate <= 100%`)}`
}
