/**
 * `redirects` and `retries`, which turn one request into several exchanges.
 */
import type { FailureKind } from '../../stats/result.js'
import { itemsOf, parseStatus, type Reader, readText, STATUS_VALUE, wrong } from '../fields/fields.js'
import { formatRange, type Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import { countReader, DURATION_RANGE, readDurationRange, wholeNumber } from '../fields/unit-fields.js'
import type { Retries } from '../model/retries.js'
import { quoted, type Report, wrongKey } from '../yaml/tree.js'

/** How many redirects to follow. */
export function redirectsField({ count }: Leaves) {
  return count(
    0,
    50,
    'How many redirects to follow as part of a request; 0: the redirect is the response.',
    0,
  )
}

type RetriesInput = FieldsOf<typeof retriesFields>

/** The failures to retry. */
type RetryReasons = Pick<Retries, 'kinds' | 'statuses'>

const DEFAULTS: { readonly backoff: readonly [number, number]; readonly on: RetryReasons } = {
  backoff: [100, 1000],
  on: { kinds: ['connect', 'reset', 'timeout'], statuses: [[502, 504]] },
}

const KINDS: readonly FailureKind[] = ['connect', 'reset', 'timeout', 'dns', 'tls', 'protocol']

const REASON = { anyOf: [{ enum: KINDS }, ...STATUS_VALUE.anyOf] }

const REASONS = {
  anyOf: [...REASON.anyOf, { type: 'array', minItems: 1, items: REASON }],
  examples: [['connect', 'reset', '5xx']],
}

/** When to send a request again. */
export function retriesSchema(leaves: Leaves) {
  return map(retriesFields(leaves), {
    description:
      'How often to retry a request whose failure may be temporary. The result counts retries separately. Under http, only for GET, HEAD, OPTIONS, PUT and DELETE.',
    sample: 'count: 2',
    shorthand: { key: 'count', meta: COUNT },
    synonyms: {
      times: 'count',
      limit: 'count',
      attempts: 'count',
      max: 'count',
      delay: 'backoff',
      statuses: 'on',
    },
    check: checkRetries,
  })
}

function retriesFields({ leaf, option }: Leaves) {
  return {
    count: leaf(countReader(0, COUNT_MAX), {
      ...COUNT,
      description: 'Maximum number of retries of a request.',
      examples: [2],
    }),
    backoff: option(
      readBackoff,
      DURATION_RANGE,
      'Pause before a retry: fixed, or a range in which it doubles from the first duration to the second, with jitter. The Retry-After header of a 429 or 503 extends it, up to the second duration.',
      { default: formatRange(DEFAULTS.backoff) },
    ),
    on: option(readRetryReasons, REASONS, 'Kinds of failure and statuses to retry.', {
      default: listReasons(DEFAULTS.on),
    }),
  }
}

const COUNT_MAX = 20

const COUNT = wholeNumber(0, COUNT_MAX)

/** The reasons as a file contains them. */
function listReasons({ kinds, statuses }: RetryReasons): (string | number)[] {
  const each = statuses.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
  return [...kinds, ...each]
}

/** The retries with their defaults. */
export function makeRetries(input: RetriesInput): Retries {
  const { count, backoff = DEFAULTS.backoff, on = DEFAULTS.on } = input
  return { count, backoffMs: backoff, ...on }
}

/** Reports keys without effect. */
function checkRetries(input: RetriesInput, report: Report): void {
  if (input.count !== 0) return
  for (const key of ['backoff', 'on'] as const) {
    if (input[key] === undefined) continue
    wrongKey(report, [key], `${key} has no effect: count is 0`, 'raise count, or remove the key')
  }
}

/** The longest pause between two attempts. */
const PAUSE_MS_MAX = 60_000

/** `100ms..1s`. */
const readBackoff: Reader<readonly [number, number]> = (tree, context, report) => {
  const range = readDurationRange(tree, context, report)
  if (range === null || range[1] <= PAUSE_MS_MAX) return range
  return wrong(
    report,
    'the pause between two attempts can be at most 1m',
    'write a shorter one, such as 100ms..1s',
  )
}

/** `[connect, reset, 503, 5xx]`. */
const readRetryReasons: Reader<RetryReasons> = (tree, context, report) => {
  const kinds: FailureKind[] = []
  const statuses: (readonly [number, number])[] = []
  const items = itemsOf(tree, 'failures to retry', HINT, report)
  let isWhole = items !== null
  items?.forEach(([item, reportHere]) => {
    const text = readText(item, context, reportHere)
    const kind = KINDS.find((each) => each === text)
    const range = text === null ? null : parseStatus(text)
    if (kind !== undefined) kinds.push(kind)
    else if (range !== null) statuses.push(range)
    else isWhole = false
    if (text !== null && kind === undefined && range === null)
      wrong(reportHere, `${quoted(text)} is neither a kind of failure nor a status`, HINT)
  })
  return isWhole ? { kinds: KINDS.filter((kind) => kinds.includes(kind)), statuses: joinRanges(statuses) } : null
}

/** Ranges in order, with neighbors joined: the same statuses are the same scenario, however they are written. */
function joinRanges(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const joined: (readonly [number, number])[] = []
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1] + 1) joined[joined.length - 1] = [last[0], Math.max(last[1], to)]
    else joined.push([from, to])
  }
  return joined
}

const HINT = `use ${KINDS.join(', ')}, or statuses such as 503 or 5xx`
