/**
 * The kinds of failures, as result files call them.
 */

/** Why a request could not be sent or its response not be read. */
export const SENDING_FAILURES = [
  'status',
  'timeout',
  'connect',
  'reset',
  'dns',
  'tls',
  'protocol',
  'redirects',
] as const

/** Each kind of failure. */
export const FAILURE_KINDS = [...SENDING_FAILURES, 'expectation', 'capture'] as const
