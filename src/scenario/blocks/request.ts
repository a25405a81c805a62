/**
 * A request, of its own or as a step: method, what is sent, what is expected.
 */
import { type Reader, readJson, readTemplate, TEXT, VARIABLE, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import { type FieldsOf, oneOrMore, record } from '../fields/schema.js'
import { readSentFile } from '../fields/sent-file.js'
import { makePairs } from '../model/pairs.js'
import type { BodySpec, RequestSpec } from '../model/request.js'
import type { Template } from '../model/template.js'
import { literalParts } from '../template/template.js'
import { quoted, type Report, type Scalar, wrongKey } from '../yaml/tree.js'
import { authHeaders, authSchema, checkAuth } from './auth.js'
import { contentTypeOf } from './content-types.js'
import { checkExpectOfHead, expectSchema, makeExpect } from './expect.js'
import { headersSchema, lowerCaseKeys } from './headers.js'
import { makeParts, multipartSchema } from './multipart.js'
import { makeRetries, redirectsField, retriesSchema } from './retries.js'

/** The keys that set a method. */
export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const

/** The keys that set a body. */
export const BODIES = ['json', 'form', 'body', 'file', 'multipart'] as const

type Method = (typeof METHODS)[number]

type RequestInput = FieldsOf<typeof requestFields>

/** The fields that a request and a step of a journey share: method, body, expectations. */
export function requestFields(leaves: Leaves) {
  const { leaf, option, text, label } = leaves
  const path = leaf(readPath, PATH).optional()
  const texts = oneOrMore(leaf(readTemplate, TEXT), {
    description: 'Several pairs with this name, in this order.',
    sample: '- some text',
  })
  return {
    name: label('Name in figures, thresholds and baselines. Default: method and path.'),
    ...(Object.fromEntries(METHODS.map((method) => [method, path])) as Record<Method, typeof path>),
    query: record(texts, {
      description: 'Query parameters, percent-encoded. A list repeats the name.',
      examples: [{ q: '{{ word }}', page: 1, tag: ['new', 'used'] }],
    }).optional(),
    headers: headersSchema(leaves).optional(),
    auth: authSchema(leaves).optional(),
    json: option(readJson, {}, 'JSON body. A value that is a single {{ number }} stays a number.'),
    form: record(texts, {
      description: 'Body of URL-encoded form fields. A list repeats the name.',
    }).optional(),
    body: text(readTemplate, 'Body as text.'),
    file: text(
      readSentFile,
      'File to send as the body, relative to this one. The content type follows from its extension unless headers set one.',
      { examples: ['cover.png'] },
    ),
    multipart: multipartSchema(leaves).optional(),
    redirects: redirectsField(leaves),
    retries: retriesSchema(leaves).optional(),
    expect: expectSchema(leaves).optional(),
  }
}

/** Keys of other tools, and the key of a request that means the same. */
export const REQUEST_SYNONYMS = {
  url: 'get',
  path: 'get',
  method: 'get',
  data: 'body',
  bodyFile: 'file',
  formData: 'multipart',
  formdata: 'multipart',
  params: 'query',
  qs: 'query',
} as const

/** Keys of other tools that have no single counterpart. */
export const REQUEST_ELSEWHERE = {
  graphql: 'write it as JSON: post: /graphql with json: { query: "...", variables: { ... } }',
} as const

/** Reports conflicts between keys. `hasUnknown`: there was an unknown key, which may have been meant as the method. */
export function checkRequest(request: RequestInput, report: Report, hasUnknown: boolean): void {
  const [method, ...others] = METHODS.filter((name) => request[name] !== undefined)
  const [body, ...otherBodies] = BODIES.filter((name) => request[name] !== undefined)
  if (method === undefined && !hasUnknown) {
    report({ message: 'the request has no method', hint: 'add one with its path, such as get: /api/items' })
  }
  for (const other of others) {
    const message = `a request can have only one method; got ${method} and ${other}`
    wrongKey(report, [other], message, 'remove one of them, or write two requests')
  }
  for (const other of otherBodies) {
    const message = `a request can have only one body; got ${body} and ${other}`
    wrongKey(report, [other], message, 'remove one of them')
  }
  if (body !== undefined && (method === 'get' || method === 'head')) {
    const message = `a ${method.toUpperCase()} request can't have a body`
    wrongKey(report, [body], message, `use post, or remove ${body}`)
  }
  const ownType = Object.keys(request.headers ?? {}).find((name) => name.toLowerCase() === 'content-type')
  if (request.multipart !== undefined && ownType !== undefined) {
    const message = 'multipart sets the header content-type itself, including the boundary'
    wrongKey(report, ['headers', ownType], message, 'remove it')
  }
  checkAuth(request, report)
  if (method === 'head') checkExpectOfHead(request.expect ?? {}, report)
}

/** The request that the input describes, with the weight 1. */
export function makeRequest(input: RequestInput, name: string, line: number): RequestSpec {
  const method = METHODS.find((candidate) => input[candidate] !== undefined)!
  return {
    name,
    weight: 1,
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

function makeBody({ json, form, body, file, multipart }: RequestInput): BodySpec | null {
  if (json !== undefined) return { type: 'json', value: json }
  if (form !== undefined) return { type: 'form', fields: makePairs(form) }
  if (file !== undefined) return { type: 'file', file, contentType: contentTypeOf(file.path) }
  if (multipart !== undefined) return { type: 'multipart', parts: makeParts(multipart) }
  return body === undefined ? null : { type: 'text', text: body }
}

/** The JSON Schema of a path or a URL. */
export const PATH = {
  type: 'string',
  pattern: `^(/|https?://|\\{\\{|${VARIABLE})`,
  description: 'Path or whole URL; values in {{ ... }} are percent-encoded.',
  examples: ['/api/items', '/api/items/{{ randomInt(1, 1000) }}'],
}

/** A path with an optional query, or a whole URL. Non-ASCII characters are percent-encoded. */
export const readPath: Reader<Template> = (tree, context, report) => {
  const template = readTemplate(tree, context, report)
  if (template === null) return null
  const first = template[0] ?? ''
  const isUrl = typeof first === 'string' && /^https?:\/\//i.test(first)
  if (typeof first === 'string' && !first.startsWith('/') && !isUrl) {
    const text = (tree as Scalar).text
    const hint = text.includes('://') ? 'write an http:// or https:// URL' : `write ${quoted(`/${text}`)}`
    return wrong(report, `the path ${quoted(text)} does not start with /`, hint)
  }
  const literal = literalParts(template).join('')
  if (/[\x00-\x20\x7f]/.test(literal))
    return wrong(report, "a path can't contain spaces", 'write %20 for a space')
  if (/[\ud800-\udfff]/u.test(literal))
    return wrong(report, 'the path contains half a character', 'write the whole character')
  if (literal.includes('#'))
    return wrong(
      report,
      'a fragment is never sent',
      'remove the # and what follows, or write %23 for a literal #',
    )
  if (isUrl && !URL.canParse(template.map((part) => (typeof part === 'string' ? part : '1')).join(''))) {
    return wrong(
      report,
      `${quoted((tree as Scalar).text)} is not a URL`,
      'write it like http://localhost:3000/path',
    )
  }
  return template.map((part) =>
    typeof part === 'string' ? part.replace(/[^\x21-\x7e]+/g, encodeURIComponent) : part,
  )
}
