/**
 * Asks a service for its page of metrics, over a connection of its own.
 */
import { type Ms, now } from '../../base/clock.js'
import { formatSize } from '../../base/units.js'
import { runStepsOnce, type StepsOnce } from '../../load/once/run-steps-once.js'
import { type Attempt, SingleUser } from '../../load/once/single-user.js'
import { BODY_BYTES_MAX, BodyError, type ReceivedResponse } from '../../load/response/response.js'
import type { Plan } from '../../plan/plan.js'
import type { RequestSpec } from '../../scenario/model/request.js'
import type { TargetFailureKind } from '../../stats/target-failures.js'
import { checkPage, PageError } from './page.js'

/** A page, or why there is none. */
export type Scrape =
  | {
      readonly text: string
      /** When the service began to send it, on the clock of `now()`: that is about when its figures were read. */
      readonly at: Ms
    }
  | ScrapeFailure

/** Why a scrape has no figures. `line`: what the page has instead; it may contain secrets. */
export interface ScrapeFailure {
  readonly kind: TargetFailureKind
  readonly reason: string
  readonly line?: string | null
}

/** A scrape has to end before the next one is due. */
const TIMEOUT_MS = 900

/** Applications with another address for metrics, or a slash at its end, redirect to it. */
const REDIRECTS_MAX = 5

const HEADERS: RequestSpec['headers'] = {
  accept: ['text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1'],
  'accept-encoding': ['gzip'],
}

/** Scrapes one page again and again. */
export class Scraper {
  private readonly plan: Plan
  private readonly request: RequestSpec
  private readonly user: SingleUser
  private readonly kill: AbortSignal
  private count = 0

  private constructor(plan: Plan, request: RequestSpec, user: SingleUser, kill: AbortSignal) {
    this.plan = plan
    this.request = { ...request, headers: { ...HEADERS, ...request.headers } }
    this.user = user
    this.kill = kill
  }

  /** Opens no connection yet. When `kill` is aborted, so is the scrape under way. */
  static async open(request: RequestSpec, plan: Plan, kill: AbortSignal): Promise<Scraper> {
    const own = scrapingPlan(plan, isOfTarget(request, plan.target))
    return new Scraper(own, request, await SingleUser.open(own), kill)
  }

  /** Must not be called before the last scrape has ended. Never rejects because of the service. */
  async scrape(): Promise<Scrape> {
    const begun = now()
    let step: StepsOnce | undefined
    const { failed } = await runStepsOnce(
      [{ type: 'request', request: this.request }],
      this.plan,
      this.user,
      {
        variables: this.plan.variables,
        iteration: this.count++,
        isEarly: true,
        pause: async () => {},
        onStep: (each) => {
          step = each
        },
        kill: this.kill,
      },
    )
    const failure = step === undefined ? failed!.failure : step.attempt.failure
    if (failure !== null) return { kind: kindOf(failure.kind), reason: failure.message }
    const { attempt } = step!
    if (attempt.status !== 200) return { kind: 'status', reason: `status ${attempt.status}` }
    try {
      return { text: readPage(attempt.answer!, this.plan), at: begun + answerMs(attempt) }
    } catch (error) {
      if (error instanceof PageError) return failureOf(error)
      if (!(error instanceof BodyError)) throw error
      return error.isTooLarge
        ? { kind: 'size', reason: `the page is larger than ${formatSize(BODY_BYTES_MAX)}` }
        : { kind: 'format', reason: error.message }
    }
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.user.close()
  }
}

/** The failure of a page that can't be used. */
export function failureOf({ kind, message, line }: PageError): ScrapeFailure {
  return { kind, reason: message, line }
}

function readPage(answer: ReceivedResponse, { http }: Plan): string {
  const text = answer.text()
  const type = (answer.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const isFramed =
    http.http2 === true ||
    ['content-length', 'transfer-encoding'].some((name) => answer.header(name) !== null)
  checkPage(text, { type, isFramed })
  return text
}

/** From the beginning to the head of the last response. */
function answerMs({ hops }: Attempt): Ms {
  const { connect, firstByteMs } = hops.at(-1)!
  const earlier = hops.slice(0, -1).reduce((sum, { latencyMs }) => sum + latencyMs, 0)
  return (
    earlier +
    (connect === null ? 0 : (connect.dnsMs ?? 0) + connect.tcpMs + (connect.tlsMs ?? 0)) +
    firstByteMs!
  )
}

/** A value that isn't known makes a request that can't be sent. */
function kindOf(kind: NonNullable<Attempt['failure']>['kind']): TargetFailureKind {
  return kind === 'capture' || kind === 'expectation' ? 'protocol' : kind
}

/** Whether the page is the target's own, so that it may see what other requests send. */
function isOfTarget({ path: [first] }: RequestSpec, target: string): boolean {
  if (typeof first !== 'string') return false
  return first.startsWith('/') || (URL.canParse(first) && new URL(first).origin === new URL(target).origin)
}

/** The plan without what is for virtual users. Headers, HTTP/2 and the socket of the target are for the target only. */
function scrapingPlan(plan: Plan, isTarget: boolean): Plan {
  const { cookies, retries, idHeader, connections, pipelining, keepAlive, http2, socketPath, ...http } =
    plan.http
  const { observe, turns, ...rest } = plan
  return {
    ...rest,
    requests: [],
    beforeEach: [],
    onceSteps: [],
    http: {
      ...http,
      timeoutMs: TIMEOUT_MS,
      connectTimeoutMs: Math.min(http.connectTimeoutMs, TIMEOUT_MS),
      redirects: REDIRECTS_MAX,
      headers: isTarget ? http.headers : {},
      ...(isTarget && http2 && { http2 }),
      ...(isTarget && socketPath !== undefined && { socketPath }),
    },
  }
}
