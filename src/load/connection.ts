/**
 * What a virtual user needs of the network: one exchange at a time, over connections of its own that are kept.
 */
import type { Ms } from '../base/clock.js'
import type { Outgoing } from '../plan/request.js'
import type { Answer } from './answer.js'
import type { Failure } from './outcome.js'

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
  readonly answer?: Answer | null
  /** Sends `request` and calls `exchange.ended` once, when the last byte has come or it is clear that none will. */
  send(request: Outgoing, exchange: Exchange): void
  /** Gives the exchange under way up: its `ended` won't be called. The connection under it is closed. */
  abort(): void
  /** Closes everything. */
  close(): Promise<void>
}

/** Who sent the request. */
export interface Exchange {
  /** `failure` is null when the answer was read to its last byte, whatever its status. */
  ended(failure: Failure | null): void
}

/** How long it took to set up one connection; each part null where there was none (no name to look up, no TLS). */
export interface ConnectTimes {
  readonly dnsMs: Ms | null
  readonly tcpMs: Ms
  readonly tlsMs: Ms | null
}
