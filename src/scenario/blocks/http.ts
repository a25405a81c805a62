/**
 * The fields of `http`: how every request is sent.
 */

import { checkHeaderNames, readHeaderValue } from '../fields/http-fields.js'
import * as json from '../fields/json-types.js'
import { map, record } from '../fields/schema.js'
import { authSchema } from './auth.js'
import { readConnections } from './connections.js'
import { checkHttp, readCompression, readCookies, readRequestId } from './http-options.js'
import type { Leaf, Leaves } from './leaves.js'
import { redirectsField, retriesSchema } from './retries.js'
import { checkAddresses, readAddress, readProxy, readSocketPath } from './route.js'
import { tlsSchema } from './tls.js'

/** Headers, of all requests or of one. */
export function headersSchema(leaf: Leaf) {
  return record(leaf(readHeaderValue, json.TEXT), {
    check: checkHeaderNames,
    description: 'Headers; values may hold {{ ... }}. Values of authorization and cookie are never shown.',
    examples: [{ accept: 'application/json' }],
  })
}

/** Defaults for every request. */
export function httpSchema(leaves: Leaves) {
  const { leaf, timeout, flag, count } = leaves
  return map(
    {
      timeout: timeout('For a whole request, to the last byte.', '10s'),
      connectTimeout: timeout('For a connection to come about.', '5s'),
      headers: headersSchema(leaf).optional(),
      auth: authSchema(leaf).optional(),
      compression: leaf(readCompression, {
        anyOf: [{ enum: [true, false, 'wire'] }, { type: 'string', pattern: json.VARIABLE }],
        description:
          'Asks for compressed answers (gzip, deflate, br) and decodes each; wire: decodes only what checks look into.',
        default: false,
      }).optional(),
      requestId: leaf(readRequestId, {
        type: ['string', 'boolean'],
        description: 'A header with a unique id for each request; true: x-request-id.',
        examples: ['x-request-id'],
      }).optional(),
      trace: flag('A traceparent header (W3C Trace Context) with a trace of its own for each request.'),
      cookies: leaf(readCookies, {
        anyOf: [{ enum: [true, false, 'keep'] }, { type: 'string', pattern: json.VARIABLE }],
        description:
          'A cookie jar for each virtual user (RFC 6265), emptied before each iteration; keep: never emptied.',
        default: false,
      }).optional(),
      redirects: redirectsField(leaves),
      retries: retriesSchema(leaves).optional(),
      connections: leaf(readConnections, {
        anyOf: [json.wholeNumber(1, 100_000), { enum: ['per-vu'] }],
        description:
          'per-vu: each virtual user has its own; a number: so many are shared by all, and waiting for a free one is in the latency.',
        default: 'per-vu',
      }).optional(),
      keepAlive: flag('Keeps connections for the next request; false: a new one for each.', true),
      pipelining: count(
        1,
        1000,
        'With shared connections: so many requests at once on each; idempotent ones in a row, with http2 any as streams (default: 100).',
      ),
      http2: flag('Speaks HTTP/2 and nothing else: by ALPN over TLS, by prior knowledge without.'),
      socketPath: leaf(readSocketPath, {
        ...json.TEXT,
        description: 'A unix socket to connect to, instead of the host; relative to this file.',
        examples: ['/run/app.sock'],
      }).optional(),
      proxy: leaf(readProxy, {
        type: 'string',
        description:
          'A proxy (http, https, socks5; socks5h looks names up itself), or env: those of HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY. Its password is never shown.',
        examples: ['http://localhost:3128', 'socks5h://localhost:1080', 'env'],
      }).optional(),
      connectTo: record(leaf(readAddress, json.TEXT), {
        check: checkAddresses,
        description:
          'Connects to another address for a host and port; everything else stays (as --connect-to of curl).',
        examples: [{ 'example.com:443': '127.0.0.1:8443' }],
      }).optional(),
      tls: tlsSchema(leaves).optional(),
    },
    {
      description: 'Defaults for every request.',
      sample: 'timeout: 10s',
      check: checkHttp,
    },
  )
}
