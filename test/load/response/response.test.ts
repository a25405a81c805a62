import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BODY_BYTES_MAX, ReceivedResponse, ResponseHead } from '../../../src/load/response/response.js'
import { makeAnswer } from '../answers.js'

describe('a response', () => {
  test('keeps its bytes although the buffer is reused', () => {
    const answer = makeAnswer({ 'X-State': 'on' }, 'the whole body')
    expect(answer.header('x-state')).toBe('on')
    expect(answer.header('x-other')).toBeNull()
    expect(answer.text()).toBe('the whole body')
  })

  test.each([
    ['gzip', gzipSync('größer')],
    ['x-gzip', gzipSync('größer')],
    ['br', brotliCompressSync('größer')],
    ['deflate', deflateSync('größer')],
    ['deflate', deflateRawSync('größer')],
    ['identity', Buffer.from('größer')],
    ['deflate, gzip', gzipSync(deflateSync('größer'))],
  ])('in %s is decoded, and counted as transferred', (encoding, bytes) => {
    const answer = makeAnswer({ 'content-encoding': encoding }, bytes)
    expect(answer.text()).toBe('größer')
    expect(answer.bodyBytes).toBe(bytes.length)
  })

  test('is read in the character set of its content type', () => {
    const latin = Buffer.from('größer', 'latin1')
    expect(makeAnswer({ 'content-type': 'text/plain; charset=ISO-8859-1' }, latin).text()).toBe('größer')
    expect(makeAnswer({ 'content-type': 'text/plain; charset="nonsense"' }, 'größer').text()).toBe('größer')
  })

  test('without a body is empty, whatever its encoding', () => {
    expect(makeAnswer({ 'content-encoding': 'gzip' }).text()).toBe('')
  })

  test.each([
    ['gzip', 'plain', 'the body is not gzip, though its header says so'],
    ['zstd', 'plain', 'unknown body encoding "zstd"'],
    ['constructor', 'plain', 'unknown body encoding "constructor"'],
    [
      'gzip',
      gzipSync(Buffer.alloc(BODY_BYTES_MAX + 1)),
      'the body is larger than 10.0MB, too large to check',
    ],
  ])("in %s that can't be decoded says why", (encoding, bytes, message) => {
    expect(() => makeAnswer({ 'content-encoding': encoding }, bytes).text()).toThrow(message)
  })

  test('is kept up to its limit, and counted beyond', () => {
    const keep = (size: number) => {
      const answer = new ReceivedResponse(ResponseHead.of([]), 'body', 1000)
      for (let i = 0; i < size; i += 100) answer.add(Buffer.alloc(Math.min(100, size - i), 'x'))
      return answer
    }
    expect(keep(1000).body().length).toBe(1000)
    const larger = keep(1001)
    expect(larger.bodyBytes).toBe(1001)
    expect(() => larger.body()).toThrow('the body is larger than 1.00kB, too large to check')
  })

  test('is kept up to 10 MB, and counted beyond', () => {
    const whole = Buffer.alloc(BODY_BYTES_MAX, 'x')
    expect(makeAnswer({}, whole).body().length).toBe(BODY_BYTES_MAX)
    const larger = makeAnswer({}, Buffer.concat([whole, Buffer.from('x')]))
    expect(larger.bodyBytes).toBe(BODY_BYTES_MAX + 1)
    expect(() => larger.body()).toThrow('too large to check')
  })
})
