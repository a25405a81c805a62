/**
 * Posts bodies in order, one at a time. They are kept for a while if the receiver is unavailable, then dropped. The
 * load never waits for it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ms } from '../../../base/clock.js'
import { sendOnce } from '../../../base/http-send.js'

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
      const { url, headers, credentials } = options
      const sent = await sendOnce({
        method: 'POST',
        url,
        headers,
        credentials,
        body: queue[0]!,
        attemptMs: limits.attemptMs,
        signal: givenUp.signal,
      })
      if (sent.outcome !== 'sent' && !givenUp.signal.aborted) warn(sent.reason)
      if (sent.outcome !== 'away') {
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
