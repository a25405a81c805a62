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
    description: 'Headers; values may contain {{ ... }}. Values of authorization and cookie are never shown.',
    examples: [{ accept: 'application/json' }],
  })
}

/** Defaults for every request. */
export function httpSchema(leaves: Leaves) {
  const { leaf, timeout, flag, count } = leaves
  return map(
    {
      timeout: timeout('Time limit for a request, to the last byte of the response.', '10s'),
      connectTimeout: timeout('Time limit for opening a connection.', '5s'),
      headers: headersSchema(leaf).optional(),
      auth: authSchema(leaf).optional(),
      compression: leaf(readCompression, {
        anyOf: [{ enum: [true, false, 'wire'] }, { type: 'string', pattern: json.VARIABLE }],
        description:
          'Ask for compressed responses (gzip, deflate, br) and decode them; wire: decode only those that checks need.',
        default: false,
      }).optional(),
      requestId: leaf(readRequestId, {
        type: ['string', 'boolean'],
        description: 'Header with a unique id for each request; true: x-request-id.',
        examples: ['x-request-id'],
      }).optional(),
      trace: flag('Send a traceparent header (W3C Trace Context) with a new trace id for each request.'),
      cookies: leaf(readCookies, {
        anyOf: [{ enum: [true, false, 'keep'] }, { type: 'string', pattern: json.VARIABLE }],
        description:
          'Cookie jar for each virtual user (RFC 6265), reset before each iteration; keep: never reset.',
        default: false,
      }).optional(),
      redirects: redirectsField(leaves),
      retries: retriesSchema(leaves).optional(),
      connections: leaf(readConnections, {
        anyOf: [json.wholeNumber(1, 100_000), { enum: ['per-vu'] }],
        description:
          'per-vu: one for each virtual user; a number: a pool shared by all. Waiting for a free connection is part of the latency.',
        default: 'per-vu',
      }).optional(),
      keepAlive: flag('Reuse connections; false: open a new one for each request.', true),
      pipelining: count(
        1,
        1000,
        'With shared connections: number of requests at the same time on each. HTTP/1.1: only idempotent requests; HTTP/2: all, as streams (default: 100).',
      ),
      http2: flag('Speak HTTP/2 only: by ALPN over TLS, with prior knowledge without TLS.'),
      socketPath: leaf(readSocketPath, {
        ...json.TEXT,
        description: 'Unix socket to connect to, instead of the host; relative to this file.',
        examples: ['/run/app.sock'],
      }).optional(),
      proxy: leaf(readProxy, {
        type: 'string',
        description:
          'URL of a proxy (http, https, socks5, or socks5h, which resolves names itself), or env to use HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY. Its password is never shown.',
        examples: ['http://localhost:3128', 'socks5h://localhost:1080', 'env'],
      }).optional(),
      connectTo: record(leaf(readAddress, json.TEXT), {
        check: checkAddresses,
        description:
          'Another address to connect to for a host and port, as with curl --connect-to. URL and certificate check stay the same.',
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
