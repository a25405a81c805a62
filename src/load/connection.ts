/**
 * What a virtual user needs from the network: one exchange at a time, over kept-alive connections of its own.
 */
import type { Ms } from '../base/clock.js'
import type { Outgoing } from '../plan/request.js'
import type { Failure } from './response/failure.js'
import type { ReceivedResponse } from './response/response.js'

export interface Connection {
  /** When the last request was written, on the clock of `now()`; 0 if it never was. */
  readonly sentAt: Ms
  /** When the head of the response had arrived; 0 if none did. */
  readonly firstByteAt: Ms
  /** The status of the response; 0 if there was none. */
  readonly status: number
  /** Bytes on the wire in the last exchange. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** The parts of the response that the request asked to keep; null if none were or no response came. */
  readonly answer?: ReceivedResponse | null
  /** Retries, reconnects and redirects of the last exchange; null or absent if there were none. */
  readonly detours?: RetriesAndRedirects | null
  /** The id by which the service knows the last request; null or absent if it has none. */
  readonly id?: string | null
  /**
   * Sends `request`, and calls `exchange.ended` once, when the last byte has come or it is clear that none
   * will. Never calls it before this method has returned, nor from within a callback of the network.
   */
  send(request: Outgoing, exchange: Exchange): void
  /** An iteration begins: state kept within an iteration (cookies) is dropped. */
  begin?(): void
  /** Aborts the current exchange, whose `ended` won't be called, and closes its connection. */
  abort(): void
  /** Closes all connections. */
  close(): Promise<void>
}

/** Retries, reconnects and redirects of an exchange. */
export class RetriesAndRedirects {
  /** Redirects followed. */
  redirects = 0
  /**
   * How many times it was sent again because the service had closed a kept-alive connection before any byte of
   * a response.
   */
  reconnects = 0
  /** The failure behind each retry. */
  readonly failures: Failure[] = []

  /** Adds all of `other`. */
  add({ redirects, reconnects, failures }: RetriesAndRedirects): void {
    this.redirects += redirects
    this.reconnects += reconnects
    this.failures.push(...failures)
  }
}

/** What a connection measured in its last exchange. */
export abstract class ExchangeFigures {
  sentAt: Ms = 0
  firstByteAt: Ms = 0
  status = 0
  bytesSent = 0
  bytesReceived = 0
  answer: ReceivedResponse | null = null
  detours: RetriesAndRedirects | null = null

  /** A new exchange begins. */
  protected reset(): void {
    this.sentAt = this.firstByteAt = this.status = this.bytesSent = this.bytesReceived = 0
    this.answer = null
    this.detours = null
  }

  /** The retries and redirects of the exchange, to be added to. */
  protected detour(): RetriesAndRedirects {
    this.detours ??= new RetriesAndRedirects()
    return this.detours
  }
}

/** The sender of a request. */
export interface Exchange {
  /** `failure` is null if the response was read to its last byte, whatever its status; `at` is when that was. */
  ended(failure: Failure | null, at: Ms): void
}

/** How long setting up one connection took. A part is null if there was none (no name to look up, no TLS). */
export interface ConnectTimes {
  readonly dnsMs: Ms | null
  readonly tcpMs: Ms
  readonly tlsMs: Ms | null
}

/** A listener to connection events of a thread. */
export interface ConnectionEvents {
  /** A connection was set up. */
  connected(times: ConnectTimes): void
  /** Bytes came that no request had asked for, and the connection was closed. */
  unsolicited(): void
}
