/**
 * Posts bodies in order, one at a time. They are kept for a while if the receiver is unavailable, then dropped. The
 * load never waits for it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ms } from '../../../base/clock.js'
import { codeOf, messageOf } from '../../../base/errors.js'
import { readVersion } from '../../../base/host.js'
import { printable } from '../../../base/printable.js'
import { redact } from '../../../base/secrets.js'

/** Where and how to post. */
export interface OutboxOptions {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** More headers, whose values are never shown. */
  readonly credentials: Readonly<Record<string, string>>
  /** The sink's name in notices, `--stream otlp=localhost:4318`. */
  readonly label: string
  notice(text: string): void
}

/** A queue of bodies to post. */
export interface Outbox {
  push(body: Uint8Array<ArrayBuffer> | string): void
  /** Sends what is left, within a limited time. */
  close(): Promise<void>
}

/** Limits of an outbox. */
export interface Limits {
  readonly keptMost: number
  readonly attemptMs: Ms
  /** Pause before another attempt. It doubles each time, up to ten times the value. */
  readonly pauseMs: Ms
  /** For everything left at the end of the run. */
  readonly closeMs: Ms
}

/** Keeps a minute of a run. */
const LIMITS: Limits = { keptMost: 60, attemptMs: 5000, pauseMs: 1000, closeMs: 2000 }

type Outcome = 'sent' | 'refused' | 'away'

/** Creates an outbox. It sends nothing before the first push. */
export function openOutbox(options: OutboxOptions, limits: Limits = LIMITS): Outbox {
  const queue: (Uint8Array<ArrayBuffer> | string)[] = []
  const closing = new AbortController()
  const givenUp = new AbortController()
  let isNoticed = false
  let working: Promise<void> | null = null

  const warn = (reason: string) => {
    if (isNoticed) return
    isNoticed = true
    options.notice(`warning: ${options.label}: ${reason}; the load continues without it`)
  }

  const work = async () => {
    let { pauseMs } = limits
    while (queue.length > 0 && !givenUp.signal.aborted) {
      const outcome = await post(queue[0]!, options, {
        signal: givenUp.signal,
        attemptMs: limits.attemptMs,
        warn,
      })
      if (outcome !== 'away') {
        queue.shift()
        pauseMs = limits.pauseMs
      } else if (closing.signal.aborted) {
        queue.length = 0
      } else {
        await sleep(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => {})
        pauseMs = Math.min(2 * pauseMs, 10 * limits.pauseMs)
      }
    }
    working = null
  }

  return {
    push(body) {
      queue.push(body)
      // The first body may be in flight.
      if (queue.length > limits.keptMost) queue.splice(1, 1)
      working ??= work()
    },
    async close() {
      closing.abort()
      const limit = setTimeout(() => givenUp.abort(), limits.closeMs)
      await working
      clearTimeout(limit)
      if (givenUp.signal.aborted) warn(`no response within ${limits.closeMs / 1000}s of the end`)
    },
  }
}

interface Attempt {
  readonly signal: AbortSignal
  readonly attemptMs: Ms
  readonly warn: (reason: string) => void
}

async function post(
  body: Uint8Array<ArrayBuffer> | string,
  { url, headers, credentials }: OutboxOptions,
  { signal, attemptMs, warn }: Attempt,
): Promise<Outcome> {
  try {
    const response = await fetch(withoutLogin(url), {
      method: 'POST',
      headers: { 'user-agent': `perfctl/${readVersion()}`, ...headers, ...credentials },
      body,
      // Redirects aren't followed, because credentials would go to another host.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
    })
    const text = await readSome(response)
    if (response.ok) return 'sent'
    const said = redact(printable(text.trim()), secretsOf(credentials)).slice(0, 200)
    warn(`status ${response.status}${said === '' ? '' : ` (${said})`}`)
    return response.status >= 500 || response.status === 429 ? 'away' : 'refused'
  } catch (error) {
    if (!signal.aborted) warn(isTimeout(error) ? `no response within ${attemptMs / 1000}s` : reasonOf(error))
    return 'away'
  }
}

/** The rest of a response is ignored. */
const ANSWER_BYTES_MOST = 10_000

/** Reads only the beginning of a response: it may be endless. */
async function readSome({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    pieces.push(piece as Uint8Array)
    bytes += (piece as Uint8Array).length
    if (bytes >= ANSWER_BYTES_MOST) break
  }
  return Buffer.concat(pieces).toString()
}

/** `fetch` refuses URLs with a password; the credentials have it. */
function withoutLogin(url: URL): URL {
  const bare = new URL(url)
  bare.username = bare.password = ''
  return bare
}

/** Returns the header values, and the token of `Bearer TOKEN` on its own. */
function secretsOf(credentials: Readonly<Record<string, string>>): string[] {
  return Object.values(credentials).flatMap((value) => [value, ...value.split(' ').slice(1)])
}

function isTimeout(error: unknown): boolean {
  return (error as Error).name === 'TimeoutError'
}

/** Returns the cause of a failed request: `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  return messageOf(inner) || (codeOf(inner) ?? 'no connection')
}
