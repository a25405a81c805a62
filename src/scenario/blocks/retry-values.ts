/**
 * `retries`: how often, after which pause, and after which failures.
 */

import type { FailureKind } from '../../stats/result.js'
import { parseStatus, type Reader, readText, wrong } from '../fields/fields.js'
import { readDurationRange } from '../fields/unit-fields.js'
import type { Expect } from '../model/expect.js'
import type { Retries } from '../model/retries.js'
import { nameOf, quoted, type Report, Scalar, type Tree } from '../yaml/tree.js'

/** The field with its values read. */
export interface RetriesInput {
  readonly count: number
  readonly backoff?: readonly [number, number] | undefined
  readonly on?: RetryReasons | undefined
}

/** The failures to retry. */
export interface RetryReasons {
  readonly kinds: readonly FailureKind[]
  readonly statuses: Expect['status']
}

/** The retries with their defaults. */
export function makeRetries({ count, backoff = [100, 1000], on = DEFAULT }: RetriesInput): Retries {
  return { count, backoffMs: backoff, ...on }
}

const DEFAULT: RetryReasons = { kinds: ['connect', 'reset', 'timeout'], statuses: [[502, 504]] }

/** Reports keys without effect. */
export function checkRetries(input: Partial<RetriesInput>, report: Report): void {
  if (input.count !== 0) return
  for (const key of ['backoff', 'on'] as const) {
    if (input[key] === undefined) continue
    report({
      path: [key],
      onKey: true,
      message: `${key} has no effect: count is 0`,
      hint: 'raise count, or remove the key',
    })
  }
}

/** The longest pause between two attempts. */
const PAUSE_MS_MAX = 60_000

/** `100ms..1s`. */
export const readBackoff: Reader<readonly [number, number]> = (tree, context, report) => {
  const range = readDurationRange(tree, context, report)
  if (range === null || range[1] <= PAUSE_MS_MAX) return range
  return wrong(
    report,
    'the pause between two attempts can be at most 1m',
    'write a shorter one, such as 100ms..1s',
  )
}

const KINDS: readonly FailureKind[] = ['connect', 'reset', 'timeout', 'dns', 'tls', 'protocol']

/** `[connect, reset, 503, 5xx]`. */
export const readRetryReasons: Reader<RetryReasons> = (tree, context, report) => {
  const items = tree instanceof Scalar ? [tree] : Array.isArray(tree) ? (tree as Tree[]) : null
  if (items === null || items.length === 0)
    return wrong(
      report,
      `expected failures to retry, got ${items === null ? nameOf(tree) : 'an empty list'}`,
      HINT,
    )
  const kinds: FailureKind[] = []
  const statuses: (readonly [number, number])[] = []
  let isWhole = true
  items.forEach((item, index) => {
    const reportHere: Report =
      items[0] === tree ? report : (problem) => report({ ...problem, path: [index, ...(problem.path ?? [])] })
    const text = readText(item, context, reportHere)
    const kind = KINDS.find((each) => each === text)
    const range = text === null ? null : parseStatus(text)
    if (kind !== undefined) kinds.push(kind)
    else if (range !== null) statuses.push(range)
    else isWhole = false
    if (text !== null && kind === undefined && range === null)
      wrong(reportHere, `${quoted(text)} is neither a kind of failure nor a status`, HINT)
  })
  return isWhole ? { kinds, statuses } : null
}

const HINT = `use ${KINDS.join(', ')}, or statuses such as 503 or 5xx`
