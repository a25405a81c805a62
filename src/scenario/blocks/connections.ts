/**
 * `connections`, `keepAlive`, `pipelining` and `http2`: how many connections there are and what each carries.
 */
import { type Reader, readText, wrong } from '../fields/fields.js'
import { numberReader } from '../fields/unit-fields.js'
import type { HttpOptions } from '../model/http-types.js'
import { quoted, type Report, Scalar } from '../yaml/tree.js'

/** The part of `http` with its values read. */
export interface ConnectionsInput {
  readonly connections?: number | 'per-vu' | undefined
  readonly keepAlive?: boolean | undefined
  readonly pipelining?: number | undefined
  readonly http2?: boolean | undefined
}

/** The options; defaults are absent. */
export function makeConnections(
  input: ConnectionsInput,
): Pick<HttpOptions, 'connections' | 'keepAlive' | 'pipelining' | 'http2'> {
  const { connections = 'per-vu', keepAlive, pipelining, http2 } = input
  return {
    ...(connections !== 'per-vu' && { connections }),
    ...(keepAlive === false && { keepAlive }),
    ...(pipelining !== undefined && { pipelining }),
    ...(http2 && { http2 }),
  }
}

/** Reports keys without effect. */
export function checkConnections(input: ConnectionsInput, report: Report): void {
  const { connections, keepAlive, pipelining } = input
  if (pipelining != null && (connections === undefined || connections === 'per-vu')) {
    const message = 'pipelining needs shared connections: a virtual user sends one request at a time'
    report({
      path: ['pipelining'],
      onKey: true,
      message,
      hint: 'add connections: 10 to share 10 connections among all virtual users',
    })
  }
  if (keepAlive !== false) return
  for (const key of ['pipelining', 'http2'] as const) {
    if (!input[key]) continue
    const message = `${key} needs connections that stay open, but keepAlive is false`
    report({ path: [key], onKey: true, message, hint: 'remove one of them' })
  }
}

const readCount = numberReader({ min: 1, max: 100_000, whole: true })

/** A number, or `per-vu`. */
export const readConnections: Reader<number | 'per-vu'> = (tree, context, report) => {
  if (!(tree instanceof Scalar) || typeof tree.value !== 'string') return readCount(tree, context, report)
  const text = readText(tree, context, report)
  if (text === null || text === 'per-vu') return text
  if (/^\d+$/.test(text)) return readCount(tree, context, report)
  return wrong(
    report,
    `${quoted(text)} is not a number of connections`,
    'write a number such as 10, or per-vu',
  )
}
