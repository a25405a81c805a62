/**
 * Failures of the target are data: a kind to count by and a message to show.
 */
import { codeOf, messageOf } from '../../base/errors.js'
import type { FailureKind } from '../../stats/result.js'

/** A failed request. */
export interface Failure {
  readonly kind: FailureKind
  readonly message: string
}

const KIND_OF_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EHOSTDOWN: 'connect',
  EADDRNOTAVAIL: 'connect',
  EADDRINUSE: 'connect',
  EMFILE: 'connect',
  ENOENT: 'connect',
  EACCES: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  PERFCTL_TUNNEL: 'connect',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  EPROTO: 'tls',
  PERFCTL_NO_HTTP2: 'protocol',
  PERFCTL_NO_HTTP1: 'protocol',
}

/** Failures for undici's messages with UND_ERR_SOCKET. */
const SOCKET_FAILURES: Readonly<Record<string, Failure>> = {
  // Neither was requested: undici treats them as invalid responses.
  'bad response': { kind: 'protocol', message: 'unexpected 100 Continue' },
  'bad upgrade': { kind: 'protocol', message: 'unexpected 101 Switching Protocols' },
}

const CLOSED: Failure = { kind: 'reset', message: 'connection closed before the response was complete' }

const TLS_CODE =
  /^(ERR_(TLS|SSL)|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/

/** Detected by the connection, or reported by the service in the handshake (RFC 7301). */
export const NO_HTTP2 = 'the service does not speak HTTP/2'

/** The code of a handshake in which the service supports none of the offered protocols. */
export const NO_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'

/** TLS errors in words for people who don't know OpenSSL. */
const TLS_MESSAGES: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'the service does not speak TLS; is it http?',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the service requires a client certificate',
}

/** The failure for an error of the HTTP client. Anything that isn't a network error is a protocol error. */
export function failureOf(error: unknown): Failure {
  const code = codeOf(error)
  if (code === 'UND_ERR_SOCKET') return SOCKET_FAILURES[messageOf(error)] ?? CLOSED
  if (code === NO_PROTOCOL) return { kind: 'protocol', message: NO_HTTP2 }
  return { kind: code === null ? 'protocol' : kindOf(error, code), message: describe(error, code) }
}

function kindOf(error: unknown, code: string): FailureKind {
  // The operating system gave up: on the first packet of a connection, or on a later one.
  if (code === 'ETIMEDOUT') return (error as { syscall?: string }).syscall === 'read' ? 'reset' : 'connect'
  return KIND_OF_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : 'protocol')
}

/** The message without parts that differ between connections, so that equal failures count as one. */
function describe(error: unknown, code: string | null): string {
  // A refused connection to a host with several addresses is an AggregateError without a message.
  const inner = error instanceof AggregateError && error.message === '' ? error.errors[0] : error
  const message = plain(messageOf(inner), code)
  if (message === '') return code ?? 'unknown error'
  return code === null || message.includes(code) || /^(UND_ERR|PERFCTL)/.test(code)
    ? message
    : `${message} (${code})`
}

/**
 * `80EC…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…`: OpenSSL puts the thread's number first.
 */
const OF_OPENSSL = /[\dA-F]{8,}:error:[\dA-F]+:[^:]*:[^:]*:([^:]*):.*$/

function plain(text: string, code: string | null): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .replace(OF_OPENSSL, (_, reason: string) => TLS_MESSAGES[code ?? ''] ?? reason)
      .replace(/ - Local \([^)]*\)/, '')
      // Users of perfctl don't pass options to Node.js.
      .replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, '')
      .trim()
  )
}
