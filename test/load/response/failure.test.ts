import { expect, test } from 'vitest'
import { failureOf } from '../../../src/load/response/failure.js'

test.each([
  ['ECONNREFUSED', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['EMFILE', 'connect'],
  ['EADDRNOTAVAIL', 'connect'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connect'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['EPROTO', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'protocol'],
  ['SOMETHING_ELSE', 'protocol'],
])('%s is of kind %s', (code, kind) => {
  expect(failureOf(Object.assign(new Error('message'), { code })).kind).toBe(kind)
})

test('a system timeout is a connect failure or a reset', () => {
  const timedOut = (syscall: string) =>
    Object.assign(new Error(`${syscall} ETIMEDOUT`), { code: 'ETIMEDOUT', syscall })
  expect(failureOf(timedOut('connect'))).toEqual({ kind: 'connect', message: 'connect ETIMEDOUT' })
  expect(failureOf(timedOut('read'))).toEqual({ kind: 'reset', message: 'read ETIMEDOUT' })
})

test('a code missing from the message is added, except those of undici', () => {
  const failed = (message: string, code: string) =>
    failureOf(Object.assign(new Error(message), { code })).message
  expect(failed('certificate has expired', 'CERT_HAS_EXPIRED')).toBe(
    'certificate has expired (CERT_HAS_EXPIRED)',
  )
  expect(failed('read ECONNRESET', 'ECONNRESET')).toBe('read ECONNRESET')
  expect(failed('Headers Overflow Error', 'UND_ERR_HEADERS_OVERFLOW')).toBe('Headers Overflow Error')
  expect(failed('', 'EPIPE')).toBe('EPIPE')
})

test('equal failures of two connections have the same message', () => {
  const failed = (port: number) =>
    failureOf(new Error(`connect EADDRNOTAVAIL 10.0.0.1:80 - Local (10.0.0.2:${port})`))
  expect(failed(40_000)).toEqual(failed(50_000))
  expect(failureOf(new Error('two\n  lines'))).toEqual({ kind: 'protocol', message: 'two lines' })
})

test.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', 'the service does not speak TLS; is it http?'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure', 'sslv3 alert handshake failure'],
])("%s of OpenSSL is reported without the thread's number", (code, reason, told) => {
  const failed = (thread: string, before = '') => {
    const message = `${before}${thread}:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/x.c:350:`
    return failureOf(Object.assign(new Error(message), { code }))
  }
  expect(failed('807C6FE5FE7E0000')).toEqual({ kind: 'tls', message: `${told} (${code})` })
  expect(failed('80EC6FE5FE7E0000', "the proxy's TLS: ").message).toBe(`the proxy's TLS: ${told} (${code})`)
})

test('of a host with several addresses, the first error is reported', () => {
  const causes = ['::1', '127.0.0.1'].map((address) => new Error(`connect ECONNREFUSED ${address}:80`))
  const error = Object.assign(new AggregateError(causes), { code: 'ECONNREFUSED' })
  expect(failureOf(error)).toEqual({ kind: 'connect', message: 'connect ECONNREFUSED ::1:80' })
})

test('thrown values that are not errors are reported as they are', () => {
  expect(failureOf('no')).toEqual({ kind: 'protocol', message: 'no' })
  expect(failureOf(null)).toEqual({ kind: 'protocol', message: 'null' })
  expect(failureOf(new Error(''))).toEqual({ kind: 'protocol', message: 'unknown error' })
})

test('an option of Node.js is not suggested', () => {
  const hint = '; if the root CA is installed locally, try running Node.js with --use-system-ca'
  const error = Object.assign(new Error(`self-signed certificate${hint}`), {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
  expect(failureOf(error).message).toBe('self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)')
})
