/**
 * `http`: how every request is sent.
 */
import { type Reader, readLabel, readText, VARIABLE, wrong } from '../fields/fields.js'
import { checkHeaderNames } from '../fields/http-fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, map } from '../fields/schema.js'
import type { HttpOptions } from '../model/http-types.js'
import { nameOf, type Report, Scalar, wrongKey } from '../yaml/tree.js'
import { authHeaders, authSchema, checkAuth } from './auth.js'
import { checkConnections, connectionFields, makeConnections } from './connections.js'
import { headersSchema, lowerCaseKeys } from './headers.js'
import { makeRetries, redirectsField, retriesSchema } from './retries.js'
import { checkRoute, makeRoute, routeFields } from './route.js'
import { makeTls, tlsSchema } from './tls.js'

type HttpInput = FieldsOf<typeof httpFields>

const DEFAULTS = { timeout: 10_000, connectTimeout: 5000 }

/** Defaults for every request. */
export function httpSchema(leaves: Leaves) {
  return map(httpFields(leaves), {
    description: 'Defaults for every request.',
    sample: 'timeout: 10s',
    check: checkHttp,
  })
}

function httpFields(leaves: Leaves) {
  const { option, timeout, flag } = leaves
  const flagOr = <T>(word: string, read: Reader<T>, description: string) => {
    const type = { anyOf: [{ enum: [true, false, word] }, { type: 'string', pattern: VARIABLE }] }
    return option(read, type, description, { default: false })
  }
  return {
    timeout: timeout('Time limit for a request, to the last byte of the response.', DEFAULTS.timeout),
    connectTimeout: timeout('Time limit for opening a connection.', DEFAULTS.connectTimeout),
    headers: headersSchema(leaves).optional(),
    auth: authSchema(leaves).optional(),
    compression: flagOr(
      'wire',
      readCompression,
      'Ask for compressed responses (gzip, deflate, br) and decode them; wire: decode only those that checks need.',
    ),
    requestId: option(
      readRequestId,
      { type: ['string', 'boolean'] },
      'Header with a unique id for each request; true: x-request-id.',
      { examples: ['x-request-id'] },
    ),
    trace: flag('Send a traceparent header (W3C Trace Context) with a new trace id for each request.'),
    cookies: flagOr(
      'keep',
      readCookies,
      'Cookie jar for each virtual user (RFC 6265), reset before each iteration; keep: never reset.',
    ),
    redirects: redirectsField(leaves),
    retries: retriesSchema(leaves).optional(),
    ...connectionFields(leaves),
    ...routeFields(leaves),
    tls: tlsSchema(leaves).optional(),
  }
}

/**
 * The options; paths are relative to `file`. Unused options are absent, so that they don't change the scenario's
 * fingerprint.
 */
export function makeHttp(input: HttpInput, file: string): HttpOptions {
  const { compression, cookies, redirects, retries, trace, requestId } = input
  return {
    timeoutMs: input.timeout ?? DEFAULTS.timeout,
    connectTimeoutMs: input.connectTimeout ?? DEFAULTS.connectTimeout,
    insecure: input.tls?.insecure ?? false,
    headers: makeHeaders(input),
    ...(compression && { compression }),
    ...((trace || requestId) && { idHeader: trace ? 'traceparent' : requestId! }),
    ...(cookies && { cookies }),
    ...(redirects && { redirects }),
    ...makeConnections(input),
    ...makeRoute(input, file),
    ...(input.tls && { tls: makeTls(input.tls) }),
    ...(retries && retries.count > 0 && { retries: makeRetries(retries) }),
  }
}

/** The user's headers, and those that other keys set. */
function makeHeaders({
  headers = {},
  auth,
  compression,
  requestId,
  trace,
}: HttpInput): HttpOptions['headers'] {
  return {
    ...(compression && { 'accept-encoding': [ENCODINGS] }),
    ...(requestId && { [requestId]: [{ type: 'call', name: 'uuid', args: [] }] }),
    ...(trace && { traceparent: [{ type: 'call', name: 'traceparent', args: [] }] }),
    ...lowerCaseKeys(headers),
    ...authHeaders(auth),
  }
}

/** The encodings that perfctl decodes. */
const ENCODINGS = 'gzip, deflate, br'

/** Reports headers that other keys set as well. */
function checkHttp(input: HttpInput, report: Report): void {
  checkAuth(input, report)
  checkRoute(input, report)
  checkConnections(input, report)
  const set = {
    compression: input.compression ? 'accept-encoding' : null,
    requestId: input.requestId ?? null,
    trace: input.trace ? 'traceparent' : null,
  }
  const names = Object.keys(input.headers ?? {}).map((name) => name.toLowerCase())
  for (const [key, header] of Object.entries(set)) {
    if (header === null || !names.includes(header)) continue
    const message = `${key} sets the header ${header}, which is also set in headers`
    wrongKey(report, [key], message, 'remove one of them')
  }
}

/** The name of the header for request ids; `true` is `x-request-id`. */
const readRequestId: Reader<string> = (tree, context, report) => {
  if (tree instanceof Scalar && tree.value === true) return 'x-request-id'
  const name = readLabel(tree, context, report)?.toLowerCase() ?? null
  if (name === null) return null
  let isRight = true
  checkHeaderNames({ [name]: tree }, ({ message, hint }) => {
    isRight = false
    report({ message, hint })
  })
  return isRight ? name : null
}

const readCompression = flagOrReader<'decode' | 'wire'>(
  'decode',
  ['wire', 'wire'],
  'write true, or wire to decode only the responses that checks need',
)

const readCookies = flagOrReader<'iteration' | 'user'>(
  'iteration',
  ['keep', 'user'],
  'write true, or keep to keep cookies between iterations',
)

/** A flag, or a word that means a variant of true. */
function flagOrReader<T extends string>(
  yes: T,
  [word, variant]: readonly [string, T],
  hint: string,
): Reader<T | false> {
  return (tree, context, report) => {
    if (tree instanceof Scalar && typeof tree.value === 'boolean') return tree.value && yes
    const text = tree instanceof Scalar ? readText(tree, context, report) : undefined
    if (text === word) return variant
    return text === null ? null : wrong(report, `expected true, false or ${word}, got ${nameOf(tree)}`, hint)
  }
}
