/**
 * Requests of which every try failed, in words: what was seen, and what to write if it is meant.
 */
import { printable } from '../base/printable.js'
import { formatCount } from '../base/units.js'
import { withWarmup } from '../stats/add.js'
import type { RequestResult, Result } from '../stats/result.js'
import { truncate } from './width.js'

/** One of them. */
export interface NeverSucceeded {
  readonly name: string
  /** `"search" never succeeded: ...`, without an end. */
  readonly sentence: string
  /** What to write in the scenario if the failures are meant. */
  readonly remedy: string
}

type Judged = Pick<Result, 'neverSucceeded' | 'requests' | 'comparison'>

/** All of a result, and of an `ab` session those of side a; requests and steps before the journeys made of them. */
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
  const found = requests.find((request) => request.name === name)
  return found && withWarmup(found)
}

/** The first of them with what to write, and the names of the others: for a headline, without an end. */
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
/** What a service says of itself may be long. */
const MESSAGE_WIDTH = 80

function describe(name: string, request: RequestResult | undefined): string {
  const subject = `"${printable(name)}" never succeeded`
  const [most] = request?.errors ?? []
  if (request === undefined || most === undefined) return subject
  const all = request.requests === 1 ? 'its only request' : `all ${formatCount(request.requests)} requests`
  return `${subject}: ${all} failed (${truncate(printable(most.message), MESSAGE_WIDTH)})`
}

/** More different statuses are hardly meant. */
const STATUSES_MAX = 3

function writeRemedy({ name, failed, statuses, errors }: RequestResult): string {
  const byStatus = errors.reduce((sum, { kind, count }) => sum + (kind === 'status' ? count : 0), 0)
  const seen = Object.keys(statuses).filter((status) => statuses[status]! > 0)
  if (byStatus < failed || seen.length === 0 || seen.length > STATUSES_MAX) return writeThreshold(name)
  return `expect: { status: ${seen.length === 1 ? seen[0] : `[${seen.join(', ')}]`} }`
}

/** In quotes, which a text with a colon needs in YAML. */
function writeThreshold(name: string): string {
  return `the threshold ${JSON.stringify(`${printable(name)}: error_rate <= 100%`)}`
}
