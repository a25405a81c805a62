/**
 * Violations of HTTP/2 by the service, and the error codes that both sides use (RFC 9113, section 7).
 */
import type { Failure } from '../../response/failure.js'

/** The error codes that a client uses. */
export const ErrorCode = {
  noError: 0x0,
  protocolError: 0x1,
  flowControlError: 0x3,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  enhanceYourCalm: 0xb,
} as const

const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

/** Codes of protocol violations, whichever side found them. */
const OF_VIOLATIONS: ReadonlySet<string> = new Set([
  'PROTOCOL_ERROR',
  'FLOW_CONTROL_ERROR',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
  'STREAM_CLOSED',
  'HTTP_1_1_REQUIRED',
  'INADEQUATE_SECURITY',
])

/** The failure of a request for which the service gave an error code. `what` it did, such as "stream reset". */
export function failureByCode(what: string, code: number): Failure {
  const name = NAMES[code] ?? `code ${code}`
  return {
    kind: OF_VIOLATIONS.has(name) ? 'protocol' : 'reset',
    message: `${what} by the service (${name})`,
  }
}

/** The service violated the protocol in a way that leaves the connection unusable. */
export class ConnectionFault extends Error {
  /** `message`: what is wrong, the same each time. */
  constructor(
    readonly errorCode: number,
    message: string,
  ) {
    super(message)
  }

  /** The failure of every request on the connection. */
  get failure(): Failure {
    return { kind: 'protocol', message: `the service violated the HTTP/2 protocol: ${this.message}` }
  }
}
