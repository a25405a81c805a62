/**
 * The fields of a request.
 */
import { authSchema } from '../auth.js'
import { expectSchema } from '../expect.js'
import * as fields from '../fields.js'
import { readPath } from '../http-fields.js'
import * as json from '../json-types.js'
import { checkRequest, METHODS } from '../request.js'
import { map, record } from '../schema.js'
import * as units from '../unit-fields.js'
import { headersSchema } from './http.js'
import type { Leaves } from './leaves.js'
import { redirectsField, retriesSchema } from './resend.js'

/** What a request of its own and a step of a journey have in common: method, body, expectations. */
export function requestFields(leaves: Leaves) {
  const { leaf, label } = leaves
  const path = leaf(readPath, json.PATH).optional()
  return {
    name: label('Names it in figures, thresholds and baselines. Default: method and path.'),
    ...(Object.fromEntries(METHODS.map((method) => [method, path])) as Record<
      (typeof METHODS)[number],
      typeof path
    >),
    query: record(leaf(fields.readTemplate, json.TEXT), {
      description: 'Appended to the path as ?name=value, percent-encoded.',
      examples: [{ q: '{{ word }}', page: 1 }],
    }).optional(),
    headers: headersSchema(leaf).optional(),
    auth: authSchema(leaf).optional(),
    json: leaf(fields.readJson, {
      description: 'A JSON body. A text that is one {{ number }} alone stays a number.',
    }).optional(),
    form: record(leaf(fields.readTemplate, json.TEXT), {
      description: 'A body of form fields, URL-encoded.',
    }).optional(),
    body: leaf(fields.readTemplate, { ...json.TEXT, description: 'A body as it is.' }).optional(),
    redirects: redirectsField(leaves),
    retries: retriesSchema(leaves).optional(),
    expect: expectSchema(leaf).optional(),
  }
}

/** An entry of `requests`. */
export function requestSchema(leaves: Leaves) {
  return map(
    {
      ...requestFields(leaves),
      weight: leaves
        .leaf(units.readWeight, {
          ...json.POSITIVE,
          description: 'Its share, in proportion to the other weights.',
          default: 1,
        })
        .optional(),
    },
    {
      description: 'A request: one method with its path, and what is sent and expected.',
      sample: 'get: /',
      synonyms: { url: 'get', path: 'get', method: 'get', data: 'body', params: 'query', qs: 'query' },
      later: ['steps', 'capture', 'file', 'multipart'],
      check: checkRequest,
    },
  )
}
