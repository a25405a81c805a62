/**
 * A request with compiled templates, filled in for each iteration.
 */
import { basename } from 'node:path'
import type { Capture } from '../scenario/model/capture.js'
import type { Check } from '../scenario/model/expect.js'
import { listPairs } from '../scenario/model/pairs.js'
import type { BodySpec, FileBytes, Pairs, RequestSpec } from '../scenario/model/request.js'
import type { Retries } from '../scenario/model/retries.js'
import type { IterationContext } from './iteration-values.js'
import { compileForm } from './multipart.js'
import { bufferOf, Payload } from './payload.js'
import type { Plan } from './plan.js'
import {
  compileJson,
  compileText,
  compileUrl,
  encodeInUrl,
  type FeederIndex,
  type Render,
  type Value,
} from './template.js'
import { ValueError } from './values.js'
import { neededVariables } from './variables.js'

/** A request ready to send. Reused for all iterations of its name: read it before the next one is prepared. */
export interface Outgoing {
  /** The index of its series (see `listSeries`). */
  readonly index: number
  readonly method: string
  /** Null for the scenario's target, otherwise the origin of an absolute URL. */
  origin: string | null
  path: string
  /** Alternating names and values, as undici takes them. */
  readonly headers: string[]
  /** The headers stay the same as long as this is the same object, so derived data can be cached. */
  readonly hasFixedHeaders?: boolean
  body: Body | null
  /** What to keep of the response for checks; absent if nothing. */
  readonly keep?: Keep | undefined
  /** Larger response bodies (as transferred) are discarded. If absent, perfctl's own limit applies. */
  readonly bodyBytesMost?: number | undefined
  /** The maximum number of redirects to follow. If absent or 0, the redirect is the response. */
  readonly redirects?: number | undefined
  /** When to send it again; absent means never. */
  readonly retries?: Retries | undefined
}

/** What follows the headers: text, or a payload with files. */
export type Body = string | Payload

/** What to keep of a response: its headers and size, its body as well, or the body only if it's compressed. */
export type Keep = 'head' | 'body' | 'compressed'

/** What compiling a request needs. */
export interface RequestContext {
  readonly plan: Pick<Plan, 'http' | 'files' | 'observe'>
  readonly feeders: FeederIndex
  /** The path of the target's URL, without a trailing slash. */
  readonly base: string
  /** Sent before anything is captured, so default headers that need captured values are left out. */
  readonly isEarly?: boolean
}

/** A compiled request of the scenario. */
export class CompiledRequest implements Outgoing {
  readonly index: number
  readonly method: string
  readonly headers: string[]
  readonly hasFixedHeaders: boolean
  readonly keep: Keep | undefined
  readonly bodyBytesMost: number | undefined
  readonly redirects: number | undefined
  readonly retries: Retries | undefined
  origin: string | null = null
  path = ''
  body: Body | null = null
  private readonly name: string
  private readonly base: string
  private readonly url: string | Render
  private readonly makeBody: ((draws: IterationContext) => Body) | null = null
  /** Indices in `headers` of values that change. */
  private readonly changing: readonly (readonly [position: number, render: Render])[]

  constructor(spec: RequestSpec, index: number, context: RequestContext) {
    this.index = index
    this.method = spec.method
    this.keep = keepFor(spec, context.plan)
    this.bodyBytesMost = spec.expect.checks?.find((check) => check.type === 'maxSize')?.bytes
    this.redirects = spec.redirects ?? context.plan.http.redirects
    this.retries = spec.retries ?? (IDEMPOTENT.has(spec.method) ? context.plan.http.retries : undefined)
    this.name = spec.name
    this.base = context.base
    const { feeders } = context
    const path = compileUrl(spec.path, feeders)
    this.url = spec.query === undefined ? path : join(path, compilePairs(spec.query, feeders, encodeInUrl))
    if (typeof this.url === 'string') this.setUrl(this.url)

    const headers: string[] = []
    const changing: [number, Render][] = []
    for (const [name, template] of Object.entries(withBodyType(spec, context))) {
      const value = compileText(template, feeders, withoutLineBreaks)
      if (typeof value !== 'string') changing.push([headers.length + 1, value])
      headers.push(name, typeof value === 'string' ? value : '')
    }
    this.headers = headers
    this.changing = changing
    this.hasFixedHeaders = changing.length === 0 && spec.body?.type !== 'multipart'

    const body = spec.body === null ? null : this.compileBody(spec.body, context)
    if (typeof body === 'function') this.makeBody = body
    else this.body = body
  }

  /**
   * Fills in the values of the current iteration of `draws`. Throws a DataExhausted if its data has run out, a
   * ValueError if a value doesn't fit its place.
   */
  fill(draws: IterationContext): void {
    draws.beginRequest()
    try {
      if (typeof this.url !== 'string') this.setUrl(this.url(draws))
      for (const [position, render] of this.changing) this.headers[position] = render(draws)
      if (this.makeBody !== null) this.body = this.makeBody(draws)
    } catch (error) {
      throw error instanceof ValueError ? new ValueError(`"${this.name}": ${error.message}`) : error
    }
  }

  private compileBody(
    body: BodySpec,
    { feeders, plan }: RequestContext,
  ): Body | ((draws: IterationContext) => Body) {
    if (body.type !== 'multipart') return compileBody(body, feeders, plan.files ?? {})
    const make = compileForm(body.parts, feeders, plan.files ?? {})
    const typeAt = this.headers.findIndex((name, i) => i % 2 === 0 && name === 'content-type') + 1
    return (draws) => {
      const { payload, contentType } = make(draws)
      this.headers[typeAt] = contentType
      return payload
    }
  }

  private setUrl(url: string): void {
    if (url.charCodeAt(0) === SLASH) {
      this.origin = null
      this.path = this.base + url
      return
    }
    // An invalid URL is passed on. The exchange then fails with a message about it.
    const whole = URL.canParse(url) ? new URL(url) : null
    this.origin = whole?.origin ?? null
    this.path = whole === null ? url : whole.pathname + whole.search
  }
}

/** Sending them twice has the same effect as once (RFC 9110, section 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

const KEEP: Readonly<Record<Check['type'], Keep | null>> = {
  header: 'head',
  maxSize: 'head',
  maxLatency: null,
  body: 'body',
  matches: 'body',
  json: 'body',
}

const KEEP_TO_CAPTURE: Readonly<Record<Capture['from']['type'], Keep | null>> = {
  json: 'body',
  regex: 'body',
  body: 'body',
  header: 'head',
  cookie: 'head',
  status: null,
}

function keepFor(
  { expect, capture = [] }: RequestSpec,
  { http: { compression }, observe }: RequestContext['plan'],
): Keep | undefined {
  const kept = [
    ...(observe === undefined ? [] : ['head']),
    ...(expect.checks ?? []).map(({ type }) => KEEP[type]),
    ...capture.map(({ from }) => KEEP_TO_CAPTURE[from.type]),
  ]
  if (kept.includes('body')) return 'body'
  if (compression === 'decode') return 'compressed'
  return kept.includes('head') ? 'head' : undefined
}

const SLASH = '/'.charCodeAt(0)

function withBodyType(spec: RequestSpec, { plan, isEarly }: RequestContext): RequestSpec['headers'] {
  const type = spec.body === null ? null : contentTypeOf(spec.body)
  return {
    ...(type === null ? {} : { 'content-type': [type] }),
    ...(isEarly ? fixedOnly(plan.http.headers) : plan.http.headers),
    ...spec.headers,
    // A form can be parsed only with its boundary.
    ...(spec.body?.type === 'multipart' && { 'content-type': [] }),
  }
}

function fixedOnly(headers: RequestSpec['headers']): RequestSpec['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([, template]) => neededVariables(template).length === 0),
  )
}

function contentTypeOf(body: BodySpec): string | null {
  if (body.type === 'json') return 'application/json'
  if (body.type === 'form') return 'application/x-www-form-urlencoded'
  return body.type === 'file' ? body.contentType : null
}

function compileBody(
  body: Exclude<BodySpec, { type: 'multipart' }>,
  feeders: FeederIndex,
  files: FileBytes,
): Body | Render {
  if (body.type === 'file') {
    const { file, contentType } = body
    const bytes = bufferOf(files[file.digest]!)
    return new Payload([{ bytes, file: { name: basename(file.path), contentType } }])
  }
  if (body.type === 'json') return compileJson(body.value, feeders)
  if (body.type === 'text') return compileText(body.text, feeders, String)
  return compilePairs(body.fields, feeders, encodeForm)
}

function compilePairs(
  fields: Pairs,
  feeders: FeederIndex,
  encode: (value: Value) => string,
): string | Render {
  const pairs = listPairs(fields).map(([name, template], i) => {
    const literal = template.map((part) => (typeof part === 'string' ? encode(part) : part))
    return [`${i > 0 ? '&' : ''}${encode(name)}=`, ...literal]
  })
  return compileText(pairs.flat(), feeders, encode)
}

/** The path with `query` appended to any query it already has. */
function join(path: string | Render, query: string | Render): string | Render {
  const append = (before: string, pairs: string) => `${before}${before.includes('?') ? '&' : '?'}${pairs}`
  if (typeof path === 'string' && typeof query === 'string') return append(path, query)
  return (draws) =>
    append(typeof path === 'string' ? path : path(draws), typeof query === 'string' ? query : query(draws))
}

/** `application/x-www-form-urlencoded`: like a URL, but a space is a plus. */
function encodeForm(value: Value): string {
  return encodeInUrl(value).replaceAll('%20', '+')
}

/** Line breaks are invalid in header values, and would allow header injection. */
function withoutLineBreaks(value: Value): string {
  return String(value).replace(/[\r\n\0]+/g, ' ')
}
