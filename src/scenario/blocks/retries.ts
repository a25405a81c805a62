/**
 * The fields of redirects and retries: what makes one request several exchanges.
 */
import * as json from '../fields/json-types.js'
import { map } from '../fields/schema.js'
import { numberReader } from '../fields/unit-fields.js'
import type { Leaves } from './leaves.js'
import { checkRetries, readBackoff, readRetryReasons } from './retry-values.js'

/** How many redirects are followed. */
export function redirectsField({ count }: Leaves) {
  return count(0, 50, 'How many redirects are followed as one request; 0: the redirect is the answer.', 0)
}

/** When a request is sent again. */
export function retriesSchema({ leaf }: Leaves) {
  const count = json.wholeNumber(0, 20)
  return map(
    {
      count: leaf(numberReader({ min: 0, max: 20, whole: true }), {
        ...count,
        description: 'So often at most, after the first time.',
        examples: [2],
      }),
      backoff: leaf(readBackoff, {
        ...json.DURATION_RANGE,
        description:
          'The pause before: fixed, or at random from the first time to twice as long each time. Retry-After of a 429 or 503 lengthens it, up to the second time.',
        default: '100ms..1s',
      }).optional(),
      on: leaf(readRetryReasons, {
        ...json.RETRY_REASONS,
        description: 'What is worth another try: kinds of failure, and statuses.',
        default: ['connect', 'reset', 'timeout', 502, 503, 504],
      }).optional(),
    },
    {
      description:
        'How often a request is sent again when its failure may pass. Counted apart in the result. Under http: only GET, HEAD, OPTIONS, PUT and DELETE.',
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
