/**
 * Makes responses as connections keep them, from plain values.
 */
import { ReceivedResponse, ResponseHead } from '../../src/load/response/response.js'

/** A response with these headers, whose body came in two parts in a buffer that is reused afterwards. */
export function makeAnswer(headers: Record<string, string>, body: string | Buffer = ''): ReceivedResponse {
  const raw = Object.entries(headers)
    .flat()
    .map((text) => Buffer.from(text, 'latin1'))
  const answer = new ReceivedResponse(ResponseHead.of(raw), 'body')
  const bytes = Buffer.from(body)
  const shared = Buffer.alloc(bytes.length)
  for (const [from, to] of [
    [0, bytes.length >> 1],
    [bytes.length >> 1, bytes.length],
  ] as const) {
    bytes.copy(shared, 0, from, to)
    answer.add(shared.subarray(0, to - from))
  }
  for (const buffer of [...raw, shared]) buffer.fill(0)
  return answer
}
