/**
 * `http`: how every request is sent, from the file to the options with their defaults.
 */
import { dirname, isAbsolute, join } from 'node:path'
import { type Reader, readLabel, readText, wrong } from '../fields/fields.js'
import { checkHeaderNames } from '../fields/http-fields.js'
import type { HttpOptions } from '../model/http-types.js'
import type { Template } from '../model/template.js'
import { nameOf, type Report, Scalar } from '../yaml/tree.js'
import { type AuthInput, authHeaders, checkAuth } from './auth.js'
import { type ConnectionsInput, checkConnections, makeConnections } from './connections.js'
import { lowerCaseKeys } from './request-spec.js'
import { makeRetries, type RetriesInput } from './retry-values.js'
import { checkRoute, makeRoute, type RouteInput } from './route.js'
import { makeTls, type TlsInput } from './tls-files.js'

/** The block with its values read. */
export interface HttpInput extends RouteInput, ConnectionsInput {
  readonly timeout?: number | undefined
  readonly connectTimeout?: number | undefined
  readonly headers?: Readonly<Record<string, Template>> | undefined
  readonly auth?: AuthInput | undefined
  readonly compression?: HttpOptions['compression'] | false | undefined
  readonly requestId?: string | undefined
  readonly trace?: boolean | undefined
  readonly cookies?: HttpOptions['cookies'] | false | undefined
  readonly redirects?: number | undefined
  readonly retries?: RetriesInput | undefined
  readonly tls?: TlsInput | undefined
}

/**
 * The options; paths are relative to `file`. Unused options are absent, so that they don't change the scenario's
 * fingerprint.
 */
export function makeHttp(input: HttpInput, file: string): HttpOptions {
  const {
    timeout = 10_000,
    connectTimeout = 5000,
    compression,
    cookies,
    redirects,
    retries,
    trace,
    requestId,
  } = input
  return {
    timeoutMs: timeout,
    connectTimeoutMs: connectTimeout,
    insecure: input.tls?.insecure ?? false,
    headers: makeHeaders(input),
    ...(compression && { compression }),
    ...((trace || requestId) && { idHeader: trace ? 'traceparent' : requestId! }),
    ...(cookies && { cookies }),
    ...(redirects && { redirects }),
    ...makeConnections(input),
    ...makeRoute({ ...input, socketPath: besideFile(input.socketPath, file) }),
    ...(input.tls && { tls: makeTls(input.tls) }),
    ...(retries && retries.count > 0 && { retries: makeRetries(retries) }),
  }
}

function besideFile(path: string | undefined, file: string): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(dirname(file), path)
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
export function checkHttp(input: HttpInput, report: Report): void {
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
    report({ path: [key], onKey: true, message, hint: 'remove one of them' })
  }
}

/** `true`, `false` or `wire`. */
export const readCompression: Reader<HttpOptions['compression'] | false> = (tree, context, report) => {
  if (tree instanceof Scalar && typeof tree.value === 'boolean') return tree.value && 'decode'
  const text = tree instanceof Scalar ? readText(tree, context, report) : undefined
  if (text === 'wire') return 'wire'
  if (text === null) return null
  return wrong(
    report,
    `expected true, false or wire, got ${nameOf(tree)}`,
    'write true, or wire to decode only the responses that checks need',
  )
}

/** The name of the header for request ids; `true` is `x-request-id`. */
export const readRequestId: Reader<string> = (tree, context, report) => {
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

/** `true`, `false` or `keep`. */
export const readCookies: Reader<HttpOptions['cookies'] | false> = (tree, context, report) => {
  if (tree instanceof Scalar && typeof tree.value === 'boolean') return tree.value && 'iteration'
  const text = tree instanceof Scalar ? readText(tree, context, report) : undefined
  if (text === 'keep') return 'user'
  if (text === null) return null
  return wrong(
    report,
    `expected true, false or keep, got ${nameOf(tree)}`,
    'write true, or keep to keep cookies between iterations',
  )
}
