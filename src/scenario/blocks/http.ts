/**
 * The fields of `http`: how every request is sent.
 */
import { authSchema, checkAuth } from '../auth.js'
import { checkHeaderNames, readHeaderValue } from '../http-fields.js'
import * as json from '../json-types.js'
import { map, record } from '../schema.js'
import type { Leaf, Leaves } from './leaves.js'

/** Headers, of all requests or of one. */
export function headersSchema(leaf: Leaf) {
  return record(leaf(readHeaderValue, json.TEXT), {
    check: checkHeaderNames,
    description: 'Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown.',
    examples: [{ accept: 'application/json' }],
  })
}

/** Defaults for every request. */
export function httpSchema({ leaf, timeout }: Leaves) {
  return map(
    {
      timeout: timeout('For a whole request, to the last byte.', '10s'),
      connectTimeout: timeout('For a connection to come about.', '5s'),
      headers: headersSchema(leaf).optional(),
      auth: authSchema(leaf).optional(),
    },
    {
      description: 'Defaults for every request.',
      sample: 'timeout: 10s',
      later: [
        'connections',
        'keepAlive',
        'pipelining',
        'http2',
        'redirects',
        'retries',
        'cookies',
        'socketPath',
        'tls',
      ],
      check: checkAuth,
    },
  )
}
