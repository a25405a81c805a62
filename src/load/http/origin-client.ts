/**
 * The interface between the connections of a virtual user and the clients of both protocols.
 */
import type { Ms } from '../../base/clock.js'
import type { Payload } from '../../plan/payload.js'
import type { Outgoing } from '../../plan/request.js'
import type { Failure } from '../response/failure.js'
import type { ResponseHead } from '../response/response.js'

/** One request and its response, as a client sees it. */
export interface Call {
  /** The number of the request's series. */
  readonly series: number
  readonly method: string
  /** The request as bytes, without a body that is a {@link Payload}; null if it has to be sent as an object. */
  text: string | Buffer | null
  body: Payload | null
  /** The request as an object; null if it is sent as bytes. */
  request: Outgoing | null
  /** Whether part of its response has come. */
  isAnswering: boolean
  /** The request was written at `at`, for the first time or again. */
  onWritten(at: Ms): void
  /**
   * The head of the response came at `at`: its status, and the headers on demand. Returns whether the body is needed;
   * if it isn't, it needn't be passed on.
   */
  onHead(status: number, head: { readonly responseHead: ResponseHead }, at: Ms): boolean
  /** A part of the body has come. It is valid until the call returns. */
  onChunk(chunk: Buffer): void
  /** The connection ended before a response; the request is sent again. */
  onReconnect(): void
  /** Adds bytes that went over the wire. */
  addBytes(sent: number, received: number): void
  /** The call ended at `at`; now by default. `failure` is null if the response was read to its last byte. */
  end(failure: Failure | null, at?: Ms): void
}

/** Sends to one origin. */
export interface OriginClient {
  /** Sends `request` once there is a connection for it. The caller may change the request as soon as this returns. */
  send(call: Call, request: Outgoing): void
  /** Cancels a call that hasn't ended. */
  cancel(call: Call): void
  /** Whether nothing is in flight or waiting. */
  readonly isIdle: boolean
  /** Closes all connections at once. */
  destroy(): void
}

/**
 * Whether sending it twice has the same effect as sending it once (RFC 9110, section 9.2.2), so that it may be
 * sent again on a new connection.
 */
export function isIdempotent(method: string): boolean {
  return method === 'GET' || IDEMPOTENT.has(method)
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])
