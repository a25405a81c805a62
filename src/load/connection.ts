/**
 * What a virtual user needs of the network: one exchange at a time, over connections of its own that are kept.
 */
import type { Ms } from '../base/clock.js'
import type { Outgoing } from '../plan/request.js'
import type { Failure } from './response/failure.js'
import type { ReceivedResponse } from './response/response.js'

export interface Connection {
  /** When the last request was written; 0 when it never was. On the clock of `now()`. */
  readonly sentAt: Ms
  /** When the answer's head had arrived; 0 when none did. */
  readonly firstByteAt: Ms
  /** The answer's status; 0 when none came. */
  readonly status: number
  /** Bytes on the wire of the last exchange. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** What the request wanted to be kept of its answer; null when that was nothing, or none came. */
  readonly answer?: ReceivedResponse | null
  /** What the last exchange took beyond one request and its answer; null or absent when it took nothing more. */
  readonly detours?: RetriesAndRedirects | null
  /** By what id the service knows the last request; null or absent when it has none. */
  readonly id?: string | null
  /**
   * Sends `request` and calls `exchange.ended` once, when the last byte has come or it is clear that none will: never before this
   * has returned, and never from within a callback of the network.
   */
  send(request: Outgoing, exchange: Exchange): void
  /** An iteration begins: what one iteration keeps from request to request (its cookies) is forgotten. */
  begin?(): void
  /** Gives the exchange under way up: its `ended` won't be called. The connection under it is closed. */
  abort(): void
  /** Closes everything. */
  close(): Promise<void>
}

/** What an exchange took beyond one request and its answer. */
export class RetriesAndRedirects {
  /** Redirects that were followed. */
  redirects = 0
  /** How often it went again because the service had closed a kept connection before any byte of an answer. */
  reconnects = 0
  /** Why it was sent again, once for each time. */
  readonly failures: Failure[] = []

  /** Adds all of `other`. */
  add({ redirects, reconnects, failures }: RetriesAndRedirects): void {
    this.redirects += redirects
    this.reconnects += reconnects
    this.failures.push(...failures)
  }
}

/** Who sent the request. */
export interface Exchange {
  /** `failure` is null when the answer was read to its last byte, whatever its status; `at` is when that was. */
  ended(failure: Failure | null, at: Ms): void
}

/** How long it took to set up one connection; each part null where there was none (no name to look up, no TLS). */
export interface ConnectTimes {
  readonly dnsMs: Ms | null
  readonly tcpMs: Ms
  readonly tlsMs: Ms | null
}

/** Who wants to know of the connections of a thread. */
export interface ConnectionEvents {
  /** One was set up. */
  connected(times: ConnectTimes): void
  /** Bytes came that no request had asked for, and the connection was closed. */
  unsolicited(): void
}
