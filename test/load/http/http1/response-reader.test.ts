import { describe, expect, test } from 'vitest'
import { ReadBuffer } from '../../../../src/load/http/connect/read-buffer.js'
import { type Head, HeadCache } from '../../../../src/load/http/http1/response-head.js'
import { ResponseReader } from '../../../../src/load/http/http1/response-reader.js'
import type { Call } from '../../../../src/load/http/origin-client.js'

const LINE = 'HTTP/1.1 200 OK\r\n'

describe('of a head', () => {
  const read = (text: string, method = 'GET') => new HeadCache().read(Buffer.from(text, 'latin1'), 0, method)

  test.each<[string, string, number, string?]>([
    ['with a length', 'content-length: 12\r\n', 12],
    ['with a length, in capitals, and spaces around', 'CONTENT-LENGTH: \t 12  \r\n', 12],
    ['in chunks', 'Transfer-Encoding: Chunked\r\n', -1],
    ['of a connection that stays', 'connection: Keep-Alive\r\ncontent-length: 0\r\n', 0],
    ['with odd but allowed bytes', "x-!#$%&'*+-.^_`|~: \xe9\t\x80\r\ncontent-length: 1\r\n", 1],
    ['with an empty value', 'x:\r\ncontent-length: 1\r\n', 1],
    ['of a response to HEAD', 'content-length: 12\r\n', 0, 'HEAD'],
    ['of a response to HEAD without a length', '', 0, 'HEAD'],
  ])('the body is known: %s', (_, fields, bytes, method) => {
    expect(read(`${LINE}${fields}\r\nrest`, method)).toMatchObject({ status: 200, bodyBytes: bytes })
  })

  test.each<[string, string, boolean]>([
    ['HTTP/1.1 200 OK', '', false],
    ['HTTP/1.1 200 OK', 'connection: close\r\n', true],
    ['HTTP/1.1 200 OK', 'connection: upgrade, Close\r\nupgrade: h2c\r\n', true],
    ['HTTP/1.1 200 OK', 'connection: upgrade\r\nupgrade: h2c\r\n', false],
    ['HTTP/1.0 200 OK', '', true],
    ['HTTP/1.0 200 OK', 'connection: Keep-Alive\r\n', false],
  ])('the end of the connection is recognized: %s, %j', (line, fields, closes) => {
    expect(read(`${line}\r\n${fields}content-length: 2\r\n\r\nok`)).toMatchObject({ bodyBytes: 2, closes })
  })

  test('without a length, the body ends with the connection', () => {
    for (const line of ['HTTP/1.1 200 OK', 'HTTP/1.0 200 OK'])
      expect(read(`${line}\r\n\r\nrest`)).toMatchObject({ bodyBytes: -2, closes: true })
  })

  test('an interim response has no body', () => {
    expect(read('HTTP/1.1 100 Continue\r\n\r\n')).toMatchObject({ status: 100, bodyBytes: 0 })
    expect(read('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')).toMatchObject({
      status: 103,
      bodyBytes: 0,
    })
  })

  test.each([204, 304])('a %i has none', (status) => {
    expect(read(`HTTP/1.1 ${status}\r\n\r\n`)).toMatchObject({ status, bodyBytes: 0 })
  })

  test.each<[string, string]>([
    ['of an older protocol, in chunks', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['of another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['with a status of no class', 'HTTP/1.1 600 What\r\ncontent-length: 1\r\n\r\n'],
    ['with two lengths', `${LINE}content-length: 1\r\ncontent-length: 1\r\n\r\n`],
    ['with a length and chunks', `${LINE}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['with an invalid length', `${LINE}content-length: 1, 1\r\n\r\n`],
    ['with a negative length', `${LINE}content-length: -1\r\n\r\n`],
    ['with another transfer coding', `${LINE}transfer-encoding: gzip, chunked\r\n\r\n`],
    ['with an invalid header line', `${LINE}what is this\r\ncontent-length: 1\r\n\r\n`],
    ['with a space before the colon', `${LINE}content-length : 1\r\n\r\n`],
    ['with a folded line', `${LINE}x: a\r\n b\r\ncontent-length: 1\r\n\r\n`],
    ['with a bare line feed', `${LINE}x: a\ny: b\r\ncontent-length: 1\r\n\r\n`],
    ['with a bare carriage return', `${LINE}x: a\rb\r\ncontent-length: 1\r\n\r\n`],
    ['with a zero byte', `${LINE}x: \0\r\ncontent-length: 1\r\n\r\n`],
    ['that is no head', '<html>\r\n\r\n'],
    ['with a bare line feed, incomplete', `${LINE}x: a\ny: b\r\n`],
    ['that is no head, incomplete', 'SSH-2.0-OpenSSH\r\n'],
    ['of a later protocol, incomplete', 'HTTP/2'],
  ])('it is strange: %s', (_, text) => {
    expect(read(text)).toBe('strange')
  })

  test('it may come in pieces, up to 16 kB', () => {
    const text = `${LINE}content-length: 1\r\n\r\n`
    for (let i = 1; i < text.length; i++) expect(read(text.slice(0, i))).toBe('partial')
    expect(read(`${LINE}x: ${'y'.repeat(16_384)}`)).toBe('too long')
    expect(read(`${LINE}x: ${'y'.repeat(16_384)}\r\n\r\n`)).toBe('too long')
  })

  test('the same bytes give the same head, separately for each series', () => {
    const heads = new HeadCache()
    const of = (length: number, series: number, method = 'GET') =>
      heads.read(Buffer.from(`${LINE}content-length: ${length}\r\n\r\n`), series, method) as Head
    const first = of(1, 0)
    expect(of(1, 0)).toBe(first)
    expect(of(1, 1, 'HEAD').bodyBytes).toBe(0)
    expect(of(2, 0).bodyBytes).toBe(2)
    expect(of(12, 0).bodyBytes).toBe(12)
  })

  test('in the buffer that sockets share, it is known again only if each byte is the same', () => {
    const heads = new HeadCache()
    const buffer = ReadBuffer.get()
    const receive = (text: string) => {
      buffer.bytes.write(text, 'latin1')
      return heads.read(buffer.view(text.length), 0, 'GET')
    }
    for (const padding of ['', 'x', 'xx', 'xxx']) {
      const text = `${LINE}x: ${padding}\r\ncontent-length: 5\r\n\r\n`
      const known = receive(text)
      expect([receive(text), receive(text), receive(`${text}01234`)]).toEqual([known, known, known])
      expect(receive(text)).toBe(known)
      for (let i = 0; i < text.length; i++) {
        const other = `${text.slice(0, i)}${text[i] === '7' ? '8' : '7'}${text.slice(i + 1)}`
        expect(receive(other)).not.toBe(known)
        // Known twice, so that its bytes are compared.
        receive(text)
        const again = receive(text)
        expect(again).toMatchObject({ text })
        expect(receive(other)).not.toBe(again)
        receive(text)
      }
    }
  })

  test('the keep-alive time is read', () => {
    const kept = (value: string) =>
      (read(`${LINE}keep-alive: ${value}\r\ncontent-length: 0\r\n\r\n`) as Head).keepAliveMs
    expect(['timeout=5', 'max=100, Timeout = 7', 'max=5', 'timeout=x'].map(kept)).toEqual([
      5000,
      7000,
      null,
      null,
    ])
  })
})

/** The events of a response that comes in these pieces. */
function hear(...pieces: string[]): string[] {
  const heard: string[] = []
  const reader = new ResponseReader(new HeadCache())
  reader.begin(
    makeCall({
      onHead: (status) => heard.push(`head ${status}`) > 0,
      onChunk: (chunk) => {
        if (heard.at(-1)?.startsWith('body ')) heard.push(`${heard.pop()}${chunk.toString('latin1')}`)
        else heard.push(`body ${chunk.toString('latin1')}`)
      },
    }),
  )
  for (const piece of pieces) {
    if (heard.some((each) => /^(end|strange|Response)/.test(each))) throw new Error('it was over')
    // In a buffer that is overwritten, like that of a socket.
    const bytes = Buffer.from(piece, 'latin1')
    const reading = reader.read(bytes, 0)
    const rest = reader.rest?.toString('latin1')
    bytes.fill(0)
    if (reading === 'answered') heard.push(rest === undefined ? 'end' : `end, and ${rest} behind it`)
    else if (reading === 'broken') heard.push(reader.failure!.message)
    else if (reading === 'strange') heard.push(`strange ${rest!.length}`)
  }
  return heard
}

function makeCall(heard: Pick<Call, 'onHead' | 'onChunk'>): Call {
  const call = { series: 0, method: 'GET', text: null, body: null, request: null, isAnswering: false }
  return { ...call, onWritten() {}, onReconnect() {}, addBytes() {}, end() {}, ...heard }
}

const CHUNKED = `${LINE}transfer-encoding: chunked\r\n\r\n`
const SIZED = `${LINE}content-length: 10\r\n\r\n`

describe('a response', () => {
  test.each([
    [SIZED, '0123456789'],
    [CHUNKED, '4\r\n0123\r\n6;name=value\r\n456789\r\n0\r\n\r\n'],
    [CHUNKED, '00A\r\n0123456789\r\n000\r\nx-sum: 7\r\nx-more: \r\n\r\n'],
  ])('is the same however it is split: %j %j', (head, body) => {
    const whole = ['head 200', 'body 0123456789', 'end']
    const answer = head + body
    expect(hear(answer)).toEqual(whole)
    for (let i = 0; i <= answer.length; i++) {
      for (let j = i; j < answer.length; j++) {
        const pieces = [answer.slice(0, i), answer.slice(i, j), answer.slice(j)].filter(
          (piece) => piece !== '',
        )
        expect(hear(...pieces)).toEqual(whole)
      }
    }
    expect(hear(...answer)).toEqual(whole)
  })

  test('without any bytes', () => {
    expect(hear(`${LINE}content-length: 0\r\n\r\n`)).toEqual(['head 200', 'end'])
    expect(hear(`${CHUNKED}0\r\n\r\n`)).toEqual(['head 200', 'end'])
  })

  test('ends where its head says, whatever follows', () => {
    expect(hear(`${SIZED}0123456789X`)).toEqual(['head 200', 'body 0123456789', 'end, and X behind it'])
    expect(hear(`${SIZED}01`, '23456789XY')).toEqual(['head 200', 'body 0123456789', 'end, and XY behind it'])
    expect(hear(`${CHUNKED}0\r\n\r\nX`)).toEqual(['head 200', 'end, and X behind it'])
    expect(hear(`HTTP/1.1 204 None\r\ncontent-length: 1\r\n\r\nX`)).toEqual([
      'head 204',
      'end, and X behind it',
    ])
  })

  test('comes after interim responses', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    const whole = ['head 200', 'body 0123456789', 'end']
    expect(hear(`HTTP/1.1 100 Continue\r\n\r\n${early}${SIZED}0123456789`)).toEqual(whole)
    expect(hear('HTTP/1.1 100 Continue\r\n\r\n', early, SIZED, '0123456789')).toEqual(whole)
  })

  test.each([
    ['no size', 'z\r\n', 'Invalid character in chunk size'],
    ['an empty size', '\r\n', 'Invalid character in chunk size'],
    ['a negative size', '-1\r\n', 'Invalid character in chunk size'],
    ['a huge size', `${'f'.repeat(14)}\r\n`, 'Invalid character in chunk size'],
    ['a size without a carriage return', '4\n0123', 'Invalid character in chunk size'],
    ['a chunk longer than its size', '2\r\n0123\r\n', 'Expected LF after chunk data'],
    ['an invalid trailer', '0\r\nwhat is this\r\n', 'Invalid header token'],
    ['a line without an end', '0'.repeat(17_000), 'Invalid character in chunk size'],
  ])('in chunks with %s is broken', (_, body, fault) => {
    expect(hear(CHUNKED + body).at(-1)).toBe(`Response does not match the HTTP/1.1 protocol (${fault})`)
  })
})
