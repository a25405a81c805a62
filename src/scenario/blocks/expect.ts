/**
 * The fields of `expect`.
 */

import { readStatus } from '../fields/fields.js'
import { checkAnswerHeaderNames } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { map, record } from '../fields/schema.js'
import { readSize, readTimeout } from '../fields/unit-fields.js'
import { checkJsonPaths, readFixedText, readJsonTest, readPattern } from './checks.js'
import type { Leaf } from './leaves.js'

/** When the answer is a success. */
export function expectSchema(leaf: Leaf) {
  return map(
    {
      status: leaf(readStatus, {
        ...json.STATUS,
        description: 'The statuses that are a success. Default: below 400.',
      }).optional(),
      header: record(leaf(readFixedText, json.TEXT), {
        check: checkAnswerHeaderNames,
        description: 'Headers with exactly these values.',
        examples: [{ 'content-type': 'application/json' }],
      }).optional(),
      body: leaf(readFixedText, { ...json.TEXT, description: 'A text the body contains.' }).optional(),
      matches: leaf(readPattern, {
        ...json.TEXT,
        description: 'A regular expression (of JavaScript) that the body matches, somewhere in it.',
      }).optional(),
      json: record(leaf(readJsonTest, json.JSON_TEST), {
        check: checkJsonPaths,
        description:
          'Values of a JSON body by path, such as $.items[0].id; .length of a list is how many entries it has.',
        examples: [{ '$.status': 'ok', '$.items.length': '>= 1' }],
      }).optional(),
      maxLatency: leaf(readTimeout, {
        ...json.DURATION,
        description: 'A slower answer is a failed request.',
      }).optional(),
      maxSize: leaf(readSize, {
        ...json.SIZE,
        description: 'A larger body, as it is transferred, is a failed request.',
      }).optional(),
    },
    {
      description: 'When the answer is a success.',
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
