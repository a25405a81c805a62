/**
 * A request with compiled templates, which are filled in for each iteration.
 */
import { basename } from 'node:path'
import type { Capture } from '../scenario/model/capture.js'
import type { Check } from '../scenario/model/expect.js'
import type { HttpOptions } from '../scenario/model/http-types.js'
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

/** A request made ready to send. Reused for every iteration of its name: read it before the next one is prepared. */
export interface Outgoing {
  /** The number of its series (see `listSeries`). */
  readonly index: number
  readonly method: string
  /** Null for the scenario's target, else the origin of a whole URL. */
  origin: string | null
  path: string
  /** Names and values in turn, as undici takes them. */
  readonly headers: string[]
  /** The headers never change as long as this is the same object: what is made of them can be kept. */
  readonly hasFixedHeaders?: boolean
  body: Body | null
  /** What the connection keeps of the answer for its checks; absent when nothing. */
  readonly keep?: Keep | undefined
  /** A larger body, as transferred, is too large already: none of it is kept. Absent: perfctl's own bound. */
  readonly bodyBytesMost?: number | undefined
  /** How many redirects are followed; absent or 0: the redirect is the answer. */
  readonly redirects?: number | undefined
  /** When it's sent again; absent: never. */
  readonly retries?: Retries | undefined
}

/** What is sent after the headers: a text, or something with files in it. */
export type Body = string | Payload

/** Of an answer: its headers and size; its body, too, or only a compressed one. */
export type Keep = 'head' | 'body' | 'compressed'

/** What a request is compiled with. */
export interface RequestContext {
  readonly plan: Pick<Plan, 'http' | 'files'>
  readonly feeders: FeederIndex
  /** The path that the target's URL has already, without a slash at its end. */
  readonly base: string
  /** Sent before anything is captured: default headers that need what is captured are left out. */
  readonly isEarly?: boolean
}

/** A request of the scenario, ready to be filled in. */
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
  /** Positions in `headers` of the values that change. */
  private readonly changing: readonly (readonly [position: number, render: Render])[]

  /** `index`: the number of its series. */
  constructor(spec: RequestSpec, index: number, context: RequestContext) {
    this.index = index
    this.method = spec.method
    this.keep = keepFor(spec, context.plan.http.compression)
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
   * Fills in the values of the iteration that `draws` stands at. Throws a DataExhausted when its data has run out, a ValueError
   * when a value doesn't fit its place.
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
    // What is no URL is passed on as it is: the exchange fails, and the failure says so.
    const whole = URL.canParse(url) ? new URL(url) : null
    this.origin = whole?.origin ?? null
    this.path = whole === null ? url : whole.pathname + whole.search
  }
}

/** Sent twice they do what they do once (RFC 9110, section 9.2.2). */
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
  compression: HttpOptions['compression'],
): Keep | undefined {
  const kept = [
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
    // Only with its boundary can a form be read.
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

/** `name=value&…`, names and values encoded. */
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

/** The path with a query, behind the one that it may have already. */
function join(path: string | Render, query: string | Render): string | Render {
  const append = (before: string, pairs: string) => `${before}${before.includes('?') ? '&' : '?'}${pairs}`
  if (typeof path === 'string' && typeof query === 'string') return append(path, query)
  return (draws) =>
    append(typeof path === 'string' ? path : path(draws), typeof query === 'string' ? query : query(draws))
}

/** `application/x-www-form-urlencoded`: as in a URL, but a space is a plus. */
function encodeForm(value: Value): string {
  return encodeInUrl(value).replaceAll('%20', '+')
}

/** Header values can't hold line breaks; a value that has some must not smuggle in another header. */
function withoutLineBreaks(value: Value): string {
  return String(value).replace(/[\r\n\0]+/g, ' ')
}
