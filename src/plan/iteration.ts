/**
 * What iteration `n` sends is a function of the plan and `n`: the request that is chosen, every value filled in, and
 * the think time after it. So any worker can work out its own iterations, and the same seed sends the same load.
 */
import type { Ms } from '../base/clock.js'
import type { BodySpec, Check, HttpOptions, RequestSpec, Retries, Template } from '../scenario/scenario.js'
import { Draws } from './draws.js'
import { Mix } from './mix.js'
import type { Plan } from './plan.js'
import {
  compileJson,
  compileText,
  type FeederIndex,
  indexFeeders,
  type Render,
  type Value,
} from './template.js'

/** The random numbers of the warm-up come from a seed of their own: its length must not shift the measured part. */
const WARMUP_SEED = 0x77a7

/** A request made ready to send. Reused for every iteration of its name: read it before the next one is prepared. */
export interface Outgoing {
  /** The number of the request in the scenario. */
  readonly index: number
  readonly method: string
  /** Null for the scenario's target, else the origin of a whole URL. */
  origin: string | null
  path: string
  /** Names and values in turn, as undici takes them. */
  readonly headers: string[]
  body: string | null
  /** What the connection keeps of the answer for its checks; absent when nothing. */
  readonly keep?: Keep | undefined
  /** How many redirects are followed; absent or 0: the redirect is the answer. */
  readonly redirects?: number | undefined
  /** When it's sent again; absent: never. */
  readonly retries?: Retries | undefined
}

/** Of an answer: its headers and size; its body, too, or only a compressed one. */
export type Keep = 'head' | 'body' | 'compressed'

/** Makes the iterations of one worker, one after the other. */
export class Iterations {
  private readonly requests: readonly CompiledRequest[]
  private readonly mix: Mix
  private readonly measured: Draws
  private readonly warmup: Draws
  private readonly thinkTimeMs: readonly [Ms, Ms]
  private draws: Draws

  constructor(plan: Plan) {
    const feeders = indexFeeders(plan.data)
    const base = new URL(plan.target).pathname.replace(/\/$/, '')
    this.requests = plan.requests.map((spec, i) => new CompiledRequest(spec, i, { plan, feeders, base }))
    this.mix = new Mix(plan.requests.map((spec) => spec.weight))
    const values = Object.values(plan.data)
    this.measured = new Draws(values, plan.seed, plan.today)
    this.warmup = new Draws(values, plan.seed + WARMUP_SEED, plan.today)
    this.draws = this.measured
    this.thinkTimeMs = plan.load.model === 'closed' ? plan.load.thinkTimeMs : [0, 0]
  }

  /** The request of iteration `n`, values filled in. Valid until the next call. */
  prepare(n: number, warmup: boolean): Outgoing {
    this.draws = warmup ? this.warmup : this.measured
    this.draws.seek(n)
    const request = this.requests[this.mix.pick(this.draws.random.float())]!
    request.fill(this.draws)
    return request
  }

  /** The request of that number, filled in with the values of iteration `n`, whatever the mix would choose. */
  prepareOnly(request: number, n: number): Outgoing {
    this.draws = this.measured
    this.draws.seek(n)
    // What the choice would have drawn, so that the values are those the load sends.
    this.draws.random.float()
    const chosen = this.requests[request]!
    chosen.fill(this.draws)
    return chosen
  }

  /** The pause after the iteration that was prepared last, in ms. */
  thinkTime(): Ms {
    const [from, to] = this.thinkTimeMs
    return from === to ? from : from + (to - from) * this.draws.random.float()
  }
}

class CompiledRequest implements Outgoing {
  readonly index: number
  readonly method: string
  readonly headers: string[]
  readonly keep: Keep | undefined
  readonly redirects: number | undefined
  readonly retries: Retries | undefined
  origin: string | null = null
  path = ''
  body: string | null = null
  private readonly base: string
  private readonly url: string | Render
  private readonly makeBody: Render | null = null
  /** Positions in `headers` of the values that change. */
  private readonly changing: readonly (readonly [position: number, render: Render])[]

  constructor(spec: RequestSpec, index: number, context: { plan: Plan; feeders: FeederIndex; base: string }) {
    this.index = index
    this.method = spec.method
    this.keep = keepFor(spec.expect.checks ?? [], context.plan.http.compression)
    this.redirects = spec.redirects ?? context.plan.http.redirects
    this.retries = spec.retries ?? (IDEMPOTENT.has(spec.method) ? context.plan.http.retries : undefined)
    this.base = context.base
    const { feeders } = context
    const wholeUrl = typeof spec.path[0] === 'object'
    const path = compileText(spec.path, feeders, wholeUrl ? String : encodeURIComponent)
    this.url =
      spec.query === undefined ? path : join(path, compilePairs(spec.query, feeders, encodeURIComponent))
    if (typeof this.url === 'string') this.setUrl(this.url)

    const headers: string[] = []
    const changing: [number, Render][] = []
    for (const [name, template] of Object.entries(withBodyType(spec, context.plan))) {
      const value = compileText(template, feeders, withoutLineBreaks)
      if (typeof value !== 'string') changing.push([headers.length + 1, value])
      headers.push(name, typeof value === 'string' ? value : '')
    }
    this.headers = headers
    this.changing = changing

    const body = spec.body === null ? null : compileBody(spec.body, feeders)
    if (typeof body === 'function') this.makeBody = body
    else this.body = body
  }

  /** Fills in the values of the iteration that `draws` stands at. */
  fill(draws: Draws): void {
    if (typeof this.url !== 'string') this.setUrl(this.url(draws))
    for (const [position, render] of this.changing) this.headers[position] = render(draws)
    if (this.makeBody !== null) this.body = this.makeBody(draws)
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

function keepFor(checks: readonly Check[], compression: HttpOptions['compression']): Keep | undefined {
  const kept = checks.map(({ type }) => KEEP[type])
  if (kept.includes('body')) return 'body'
  if (compression === 'decode') return 'compressed'
  return kept.includes('head') ? 'head' : undefined
}

const SLASH = '/'.charCodeAt(0)

function withBodyType(spec: RequestSpec, plan: Plan): RequestSpec['headers'] {
  const type = spec.body === null ? null : CONTENT_TYPES[spec.body.type]
  return { ...(type === null ? {} : { 'content-type': [type] }), ...plan.http.headers, ...spec.headers }
}

const CONTENT_TYPES: Readonly<Record<BodySpec['type'], string | null>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: null,
}

function compileBody(body: BodySpec, feeders: FeederIndex): string | Render {
  if (body.type === 'json') return compileJson(body.value, feeders)
  if (body.type === 'text') return compileText(body.text, feeders, String)
  return compilePairs(body.fields, feeders, encodeForm)
}

/** `name=value&…`, names and values encoded. */
function compilePairs(
  fields: Readonly<Record<string, Template>>,
  feeders: FeederIndex,
  encode: (value: Value) => string,
): string | Render {
  const pairs = Object.entries(fields).map(([name, template], i) => {
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
  return encodeURIComponent(value).replaceAll('%20', '+')
}

/** Header values can't hold line breaks; a value that has some must not smuggle in another header. */
function withoutLineBreaks(value: Value): string {
  return String(value).replace(/[\r\n\0]+/g, ' ')
}
