/**
 * What the connections of a virtual user and the clients of the two protocols are to each other.
 */
import type { Ms } from '../../base/clock.js'
import type { Payload } from '../../plan/payload.js'
import type { Outgoing } from '../../plan/request.js'
import type { Failure } from '../response/failure.js'
import type { ResponseHead } from '../response/response.js'

/** One request and its answer, as a client sees it. */
export interface Call {
  /** The number of the request's series. */
  readonly series: number
  readonly method: string
  /** The request as bytes, without a body that is a {@link Payload}; null when it has to be sent as it stands. */
  text: string | Buffer | null
  body: Payload | null
  /** The request as it stands; null when it's sent as bytes. */
  request: Outgoing | null
  /** Whether something of its answer has come. */
  isAnswering: boolean
  /** The request was written at `at`, for the first time or again. */
  onWritten(at: Ms): void
  /** The answer's head: the status, and all of it for one who looks inside. */
  onHead(status: number, head: { readonly answerHead: ResponseHead }): void
  /** A part of the body: valid until the call returns. */
  onChunk(chunk: Buffer): void
  /** It went on a connection that ended before an answer, and goes again. */
  onReconnect(): void
  /** Adds bytes that went over the wire. */
  addBytes(sent: number, received: number): void
  /** The end: null when the answer was read to its last byte. */
  end(failure: Failure | null): void
}

/** Sends to one origin. */
export interface OriginClient {
  /** Sends `request`, when there is a connection for it. The request may change as soon as this returns. */
  send(call: Call, request: Outgoing): void
  /** Gives up a call that hasn't ended. */
  cancel(call: Call): void
  /** Whether nothing is under way, and nothing waits. */
  readonly isIdle: boolean
  /** Closes all connections, at once. */
  destroy(): void
}

/** Sent twice they do what they do once (RFC 9110, section 9.2.2): they may go again on a new connection. */
export function isIdempotent(method: string): boolean {
  return method === 'GET' || IDEMPOTENT.has(method)
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])
