/**
 * Sends one body over HTTP to where results and metrics are collected: never to the service under test, which the engine
 * does.
 */
import type { Ms } from './clock.js'
import { codeOf, messageOf } from './errors.js'
import { readVersion } from './host.js'
import { printable } from './printable.js'
import { redact } from './secrets.js'

/** What to send, and where to. */
export interface Sending {
  readonly method: 'POST' | 'PUT'
  /** A user and password in it are not sent; pass them as `credentials`. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** More headers, whose values are never shown. */
  readonly credentials: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer> | string
  readonly attemptMs: Ms
  readonly signal?: AbortSignal
}

/**
 * What became of an attempt. `away`: the receiver is busy or can't be reached, so another attempt may succeed. `refused`: it
 * wouldn't. `reason` is for people, without secrets.
 */
export type Sent =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'refused' | 'away'; readonly reason: string }

/** Makes one attempt. Never rejects. */
export async function sendOnce(sending: Sending): Promise<Sent> {
  const { method, url, headers, credentials, body, attemptMs, signal } = sending
  const timeout = AbortSignal.timeout(attemptMs)
  try {
    const response = await fetch(withoutLogin(url), {
      method,
      headers: { 'user-agent': `perfctl/${readVersion()}`, ...headers, ...credentials },
      body,
      // Redirects aren't followed, because credentials would go to another host.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    const text = await readSome(response)
    if (response.ok) return { outcome: 'sent' }
    const said = redact(printable(text.trim()), secretsOf(url, credentials)).slice(0, 200)
    return {
      outcome: isPassing(response.status) ? 'away' : 'refused',
      reason: `status ${response.status}${said === '' ? '' : ` (${said})`}`,
    }
  } catch (error) {
    return {
      outcome: 'away',
      reason: isTimeout(error) ? `no response within ${attemptMs / 1000}s` : reasonOf(error),
    }
  }
}

/** Whether another attempt may get another status. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}

/** The rest of a response is ignored. */
const ANSWER_BYTES_MAX = 10_000

/** Reads only the beginning of a response: it may be endless. */
async function readSome({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    pieces.push(piece as Uint8Array)
    bytes += (piece as Uint8Array).length
    if (bytes >= ANSWER_BYTES_MAX) break
  }
  return Buffer.concat(pieces).toString()
}

/** `fetch` refuses URLs with a password; the credentials have it. */
function withoutLogin(url: URL): URL {
  const bare = new URL(url)
  bare.username = bare.password = ''
  return bare
}

/**
 * Returns the header values, the token of `Bearer TOKEN` on its own, and what a URL may have: a password, and the signature
 * in its query, which stores repeat when they refuse it.
 */
function secretsOf(url: URL, credentials: Readonly<Record<string, string>>): string[] {
  return [
    ...Object.values(credentials).flatMap((value) => [value, ...value.split(' ').slice(1)]),
    url.password,
    ...[...url.searchParams.values()].flatMap((value) => [value, encodeURIComponent(value)]),
  ]
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
