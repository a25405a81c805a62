/**
 * The fields of `expect`.
 */

import { readStatus } from '../fields/fields.js'
import { checkResponseHeaderNames } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { map, record } from '../fields/schema.js'
import { readSize, readTimeout } from '../fields/unit-fields.js'
import { checkJsonPaths, readFixedText, readJsonTest, readPattern } from './checks.js'
import type { Leaf } from './leaves.js'

/** What makes a response a success. */
export function expectSchema(leaf: Leaf) {
  return map(
    {
      status: leaf(readStatus, {
        ...json.STATUS,
        description: 'Expected statuses. Default: below 400.',
      }).optional(),
      header: record(leaf(readFixedText, json.TEXT), {
        check: checkResponseHeaderNames,
        description: 'Headers with exactly these values.',
        examples: [{ 'content-type': 'application/json' }],
      }).optional(),
      body: leaf(readFixedText, { ...json.TEXT, description: 'Text that the body must contain.' }).optional(),
      matches: leaf(readPattern, {
        ...json.TEXT,
        description: 'JavaScript regular expression that must match somewhere in the body.',
      }).optional(),
      json: record(leaf(readJsonTest, json.JSON_TEST), {
        check: checkJsonPaths,
        description:
          'Values in a JSON body by path, such as $.items[0].id; .length is the number of entries of a list.',
        examples: [{ '$.status': 'ok', '$.items.length': '>= 1' }],
      }).optional(),
      maxLatency: leaf(readTimeout, {
        ...json.DURATION,
        description: 'Maximum latency; a slower response fails.',
      }).optional(),
      maxSize: leaf(readSize, {
        ...json.SIZE,
        description: 'Maximum body size as transferred; a larger body fails.',
      }).optional(),
    },
    {
      description: 'Checks that a response must pass.',
      sample: 'status: 201',
      synonyms: {
        headers: 'header',
        contains: 'body',
        bodyContains: 'body',
        regex: 'matches',
        jsonPath: 'json',
        code: 'status',
        statusCode: 'status',
        maxTime: 'maxLatency',
        latency: 'maxLatency',
        size: 'maxSize',
      },
    },
  )
}
