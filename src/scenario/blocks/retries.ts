/**
 * The fields of redirects and retries, which turn one request into several exchanges.
 */
import * as json from '../fields/json-types.js'
import { map } from '../fields/schema.js'
import { numberReader } from '../fields/unit-fields.js'
import type { Leaves } from './leaves.js'
import { checkRetries, readBackoff, readRetryReasons } from './retry-values.js'

/** How many redirects to follow. */
export function redirectsField({ count }: Leaves) {
  return count(
    0,
    50,
    'How many redirects to follow as part of a request; 0: the redirect is the response.',
    0,
  )
}

/** When to send a request again. */
export function retriesSchema({ leaf }: Leaves) {
  const count = json.wholeNumber(0, 20)
  return map(
    {
      count: leaf(numberReader({ min: 0, max: 20, whole: true }), {
        ...count,
        description: 'Maximum number of retries of a request.',
        examples: [2],
      }),
      backoff: leaf(readBackoff, {
        ...json.DURATION_RANGE,
        description:
          'Pause before a retry: fixed, or a range in which it doubles from the first duration to the second, with jitter. The Retry-After header of a 429 or 503 extends it, up to the second duration.',
        default: '100ms..1s',
      }).optional(),
      on: leaf(readRetryReasons, {
        ...json.RETRY_REASONS,
        description: 'Kinds of failure and statuses to retry.',
        default: ['connect', 'reset', 'timeout', 502, 503, 504],
      }).optional(),
    },
    {
      description:
        'How often to retry a request whose failure may be temporary. The result counts retries separately. Under http, only for GET, HEAD, OPTIONS, PUT and DELETE.',
      sample: 'count: 2',
      shorthand: { key: 'count', meta: count },
      synonyms: {
        times: 'count',
        limit: 'count',
        attempts: 'count',
        max: 'count',
        delay: 'backoff',
        statuses: 'on',
      },
      check: checkRetries,
    },
  )
}
