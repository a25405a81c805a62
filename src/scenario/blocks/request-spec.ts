/**
 * An entry of `requests`: which keys can be combined, and the request that results.
 */

import type { Expect } from '../model/expect.js'
import { makePairs } from '../model/pairs.js'
import type { BodySpec, RequestSpec, SentFile } from '../model/request.js'
import type { JsonTemplate, Template } from '../model/template.js'
import type { Report } from '../yaml/tree.js'
import { type AuthInput, authHeaders, checkAuth } from './auth.js'
import { type ChecksInput, checkChecks, makeChecks } from './checks.js'
import { contentTypeOf } from './content-types.js'
import { makeParts, type PartInput } from './multipart.js'
import { makeRetries, type RetriesInput } from './retry-values.js'

export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

type Method = (typeof METHODS)[number]

/** A request with its values read. */
export interface RequestInput extends Readonly<Partial<Record<Method, Template | undefined>>> {
  readonly weight?: number | undefined
  readonly query?: Readonly<Record<string, readonly Template[]>> | undefined
  readonly headers?: Readonly<Record<string, Template>> | undefined
  readonly auth?: AuthInput | undefined
  readonly json?: JsonTemplate | undefined
  readonly form?: Readonly<Record<string, readonly Template[]>> | undefined
  readonly body?: Template | undefined
  readonly file?: SentFile | undefined
  readonly multipart?: Readonly<Record<string, readonly PartInput[]>> | undefined
  readonly redirects?: number | undefined
  readonly retries?: RetriesInput | undefined
  readonly expect?: ExpectInput | undefined
}

interface ExpectInput extends ChecksInput {
  readonly status?: Expect['status'] | undefined
}

/** The keys that set a body. */
export const BODIES = ['json', 'form', 'body', 'file', 'multipart'] as const

/** Reports conflicts between keys. `hasUnknown`: there was an unknown key, which may have been meant as the method. */
export function checkRequest(request: RequestInput, report: Report, hasUnknown: boolean): void {
  const [method, ...others] = METHODS.filter((name) => request[name] !== undefined)
  const [body, ...otherBodies] = BODIES.filter((name) => request[name] !== undefined)
  if (method === undefined && !hasUnknown) {
    report({ message: 'the request has no method', hint: 'add one with its path, such as get: /api/items' })
  }
  for (const other of others) {
    const message = `a request can have only one method; got ${method} and ${other}`
    report({ path: [other], onKey: true, message, hint: 'remove one of them, or write two requests' })
  }
  for (const other of otherBodies) {
    const message = `a request can have only one body; got ${body} and ${other}`
    report({ path: [other], onKey: true, message, hint: 'remove one of them' })
  }
  if (body !== undefined && (method === 'get' || method === 'head')) {
    const message = `a ${method.toUpperCase()} request can't have a body`
    report({ path: [body], onKey: true, message, hint: `use post, or remove ${body}` })
  }
  const ownType = Object.keys(request.headers ?? {}).find((name) => name.toLowerCase() === 'content-type')
  if (request.multipart !== undefined && ownType !== undefined) {
    const message = 'multipart sets the header content-type itself, including the boundary'
    report({ path: ['headers', ownType], onKey: true, message, hint: 'remove it' })
  }
  checkAuth(request, report)
  if (method === 'head') checkChecks(request.expect ?? {}, report)
}

/** The request that the input describes. */
export function makeRequest(input: RequestInput, name: string, line: number): RequestSpec {
  const method = METHODS.find((candidate) => input[candidate] !== undefined)!
  return {
    name,
    weight: input.weight ?? 1,
    method: method.toUpperCase(),
    path: input[method]!,
    ...(input.query && Object.keys(input.query).length > 0 && { query: makePairs(input.query) }),
    headers: { ...lowerCaseKeys(input.headers ?? {}), ...authHeaders(input.auth) },
    body: makeBody(input),
    expect: makeExpect(input.expect ?? {}),
    ...(input.redirects !== undefined && { redirects: input.redirects }),
    ...(input.retries && { retries: makeRetries(input.retries) }),
    line,
  }
}

function makeExpect(input: ExpectInput): Expect {
  const checks = makeChecks(input)
  return { status: input.status ?? [[100, 399]], ...(checks.length > 0 && { checks }) }
}

function makeBody({ json, form, body, file, multipart }: RequestInput): BodySpec | null {
  if (json !== undefined) return { type: 'json', value: json }
  if (form !== undefined) return { type: 'form', fields: makePairs(form) }
  if (file !== undefined) return { type: 'file', file, contentType: contentTypeOf(file.path) }
  if (multipart !== undefined) return { type: 'multipart', parts: makeParts(multipart) }
  return body === undefined ? null : { type: 'text', text: body }
}

/** The headers with their names in lower case. */
export function lowerCaseKeys<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
