/**
 * `connections`, `keepAlive`, `pipelining` and `http2`: how many connections there are and what each carries.
 */
import { type Reader, readText, wrong } from '../fields/fields.js'
import type { Leaves } from '../fields/leaves.js'
import type { FieldsOf } from '../fields/schema.js'
import { countReader, wholeNumber } from '../fields/unit-fields.js'
import { HTTP2_STREAMS, type HttpOptions } from '../model/http-types.js'
import { quoted, type Report, Scalar, wrongKey } from '../yaml/tree.js'

type ConnectionsInput = FieldsOf<typeof connectionFields>

/** The keys of `http` for connections. */
export function connectionFields({ option, flag, count }: Leaves) {
  return {
    connections: option(
      readConnections,
      { anyOf: [wholeNumber(1, CONNECTIONS_MAX), { enum: [PER_VU] }] },
      'per-vu: one for each virtual user; a number: a pool shared by all. Waiting for a free connection is part of the latency.',
      { default: PER_VU },
    ),
    keepAlive: flag('Reuse connections; false: open a new one for each request.', true),
    pipelining: count(
      1,
      1000,
      `With shared connections: number of requests at the same time on each. HTTP/1.1: only idempotent requests; HTTP/2: all, as streams (default: ${HTTP2_STREAMS}).`,
    ),
    http2: flag('Speak HTTP/2 only: by ALPN over TLS, with prior knowledge without TLS.'),
  }
}

const CONNECTIONS_MAX = 100_000

/** The default: each virtual user has its own connections. */
const PER_VU = 'per-vu'

/** The options; defaults are absent. */
export function makeConnections(
  input: ConnectionsInput,
): Pick<HttpOptions, 'connections' | 'keepAlive' | 'pipelining' | 'http2'> {
  const { connections = PER_VU, keepAlive, pipelining, http2 } = input
  return {
    ...(connections !== PER_VU && { connections }),
    ...(keepAlive === false && { keepAlive }),
    ...(pipelining !== undefined && { pipelining }),
    ...(http2 && { http2 }),
  }
}

/** Reports keys without effect. */
export function checkConnections(input: ConnectionsInput, report: Report): void {
  const { connections, keepAlive, pipelining } = input
  if (pipelining != null && (connections === undefined || connections === PER_VU)) {
    const message = 'pipelining needs shared connections: a virtual user sends one request at a time'
    wrongKey(
      report,
      ['pipelining'],
      message,
      'add connections: 10 to share 10 connections among all virtual users',
    )
  }
  if (keepAlive !== false) return
  for (const key of ['pipelining', 'http2'] as const) {
    if (!input[key]) continue
    const message = `${key} needs connections that stay open, but keepAlive is false`
    wrongKey(report, [key], message, 'remove one of them')
  }
}

const readCount = countReader(1, CONNECTIONS_MAX)

/** A number, or `per-vu`. */
const readConnections: Reader<number | typeof PER_VU> = (tree, context, report) => {
  if (!(tree instanceof Scalar) || typeof tree.value !== 'string') return readCount(tree, context, report)
  const text = readText(tree, context, report)
  if (text === null || text === PER_VU) return text
  if (/^\d+$/.test(text)) return readCount(tree, context, report)
  return wrong(
    report,
    `${quoted(text)} is not a number of connections`,
    'write a number such as 10, or per-vu',
  )
}
