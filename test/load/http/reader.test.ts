import { describe, expect, test } from 'vitest'
import { type Head, Heads } from '../../../src/load/http/head.js'
import { AnswerReader } from '../../../src/load/http/reader.js'

const LINE = 'HTTP/1.1 200 OK\r\n'

describe('of a head', () => {
  const read = (text: string, method = 'GET') => new Heads().read(Buffer.from(text, 'latin1'), 0, method)

  test.each<[string, string, number, string?]>([
    ['with a length', 'content-length: 12\r\n', 12],
    ['with a length, in capitals, and spaces around', 'CONTENT-LENGTH: \t 12  \r\n', 12],
    ['in chunks', 'Transfer-Encoding: Chunked\r\n', -1],
    ['of a connection that stays', 'connection: Keep-Alive\r\ncontent-length: 0\r\n', 0],
    ['with odd but allowed bytes', "x-!#$%&'*+-.^_`|~: \xe9\t\x80\r\ncontent-length: 1\r\n", 1],
    ['with an empty value', 'x:\r\ncontent-length: 1\r\n', 1],
    ['of an answer to HEAD', 'content-length: 12\r\n', 0, 'HEAD'],
    ['of an answer to HEAD without a length', '', 0, 'HEAD'],
  ])('the body is known: %s', (_, fields, bytes, method) => {
    expect(read(`${LINE}${fields}\r\nrest`, method)).toMatchObject({ status: 200, bodyBytes: bytes })
  })

  test.each([204, 304])('a %i has none', (status) => {
    expect(read(`HTTP/1.1 ${status}\r\n\r\n`)).toMatchObject({ status, bodyBytes: 0 })
  })

  test.each<[string, string]>([
    ['not all there', `${LINE}content-length: 1\r\n`],
    ['of a body that ends with the connection', `${LINE}\r\n`],
    ['of an older protocol', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\n'],
    ['of an announcement', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['of another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['with a status of no class', 'HTTP/1.1 600 What\r\ncontent-length: 1\r\n\r\n'],
    ['with two lengths', `${LINE}content-length: 1\r\ncontent-length: 1\r\n\r\n`],
    ['with a length and chunks', `${LINE}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['with a length that is none', `${LINE}content-length: 1, 1\r\n\r\n`],
    ['with a negative length', `${LINE}content-length: -1\r\n\r\n`],
    ['with a coding besides chunks', `${LINE}transfer-encoding: gzip, chunked\r\n\r\n`],
    ['of a connection that ends', `${LINE}connection: close\r\ncontent-length: 1\r\n\r\n`],
    ['with a line that is no header', `${LINE}what is this\r\ncontent-length: 1\r\n\r\n`],
    ['with a space before the colon', `${LINE}content-length : 1\r\n\r\n`],
    ['with a folded line', `${LINE}x: a\r\n b\r\ncontent-length: 1\r\n\r\n`],
    ['with a bare line feed', `${LINE}x: a\ny: b\r\ncontent-length: 1\r\n\r\n`],
    ['with a bare carriage return', `${LINE}x: a\rb\r\ncontent-length: 1\r\n\r\n`],
    ['with a zero byte', `${LINE}x: \0\r\ncontent-length: 1\r\n\r\n`],
    ['that is none', '<html>\r\n\r\n'],
    ['beyond 16 kB', `${LINE}x: ${'y'.repeat(16_384)}\r\ncontent-length: 1\r\n\r\n`],
  ])('nothing is said: %s', (_, text) => {
    expect(read(text)).toBeNull()
  })

  test('the same bytes are the same head, of each series its own', () => {
    const heads = new Heads()
    const of = (length: number, series: number, method = 'GET') =>
      heads.read(Buffer.from(`${LINE}content-length: ${length}\r\n\r\n`), series, method)
    const first = of(1, 0)
    expect(of(1, 0)).toBe(first)
    expect(of(1, 1, 'HEAD')?.bodyBytes).toBe(0)
    expect(of(2, 0)?.bodyBytes).toBe(2)
    expect(of(12, 0)?.bodyBytes).toBe(12)
  })

  test('the time that the service keeps the connection is told', () => {
    const kept = (value: string) =>
      read(`${LINE}keep-alive: ${value}\r\ncontent-length: 0\r\n\r\n`)?.keepAliveMs
    expect(['timeout=5', 'max=100, Timeout = 7', 'max=5', 'timeout=x'].map(kept)).toEqual([
      5000,
      7000,
      null,
      null,
    ])
  })
})

/** What is told of an answer that comes in these pieces. */
function hear(...pieces: string[]): string[] {
  const told: string[] = []
  const reader = new AnswerReader(new Heads(), {
    onHead: ({ status }: Head) => told.push(`head ${status}`),
    onChunk: (chunk) => {
      if (told.at(-1)?.startsWith('body ')) told.push(`${told.pop()}${chunk.toString('latin1')}`)
      else told.push(`body ${chunk.toString('latin1')}`)
    },
    onAnswered: (isSpent) => told.push(isSpent ? 'end, and something behind it' : 'end'),
    onBroken: ({ message }) => told.push(message),
    onStrange: (bytes) => told.push(`strange ${bytes.length}`),
  })
  reader.begin(0, 'GET')
  for (const piece of pieces) {
    if (told.some((each) => /^(end|strange|Response)/.test(each))) throw new Error('it was over')
    reader.read(Buffer.from(piece, 'latin1'))
  }
  return told
}

const CHUNKED = `${LINE}transfer-encoding: chunked\r\n\r\n`
const SIZED = `${LINE}content-length: 10\r\n\r\n`

describe('an answer', () => {
  test.each([
    [SIZED, '0123456789'],
    [CHUNKED, '4\r\n0123\r\n6;name=value\r\n456789\r\n0\r\n\r\n'],
    [CHUNKED, '00A\r\n0123456789\r\n000\r\nx-sum: 7\r\nx-more: \r\n\r\n'],
  ])('is the same wherever it is torn: %j %j', (head, body) => {
    const whole = ['head 200', 'body 0123456789', 'end']
    expect(hear(head + body)).toEqual(whole)
    for (let i = 0; i <= body.length; i++) {
      for (let j = i; j < body.length; j++) {
        const pieces = [head + body.slice(0, i), body.slice(i, j), body.slice(j)].filter(
          (piece) => piece !== '',
        )
        expect(hear(...pieces)).toEqual(whole)
      }
    }
    expect(hear(head, ...body)).toEqual(whole)
  })

  test('without a byte in it', () => {
    expect(hear(`${LINE}content-length: 0\r\n\r\n`)).toEqual(['head 200', 'end'])
    expect(hear(`${CHUNKED}0\r\n\r\n`)).toEqual(['head 200', 'end'])
  })

  test('with more behind it than it says is strange, or spends the connection when some of it was read', () => {
    expect(hear(`${SIZED}0123456789X`)).toEqual([`strange ${SIZED.length + 11}`])
    expect(hear(`${SIZED}01`, '23456789X')).toEqual([
      'head 200',
      'body 0123456789',
      'end, and something behind it',
    ])
    expect(hear(`${CHUNKED}0\r\n\r\nX`)).toEqual(['head 200', 'end, and something behind it'])
  })

  test.each([
    ['no size', 'z\r\n', 'Invalid character in chunk size'],
    ['an empty size', '\r\n', 'Invalid character in chunk size'],
    ['a negative size', '-1\r\n', 'Invalid character in chunk size'],
    ['a size beyond all measure', `${'f'.repeat(14)}\r\n`, 'Invalid character in chunk size'],
    ['a size without a carriage return', '4\n0123', 'Invalid character in chunk size'],
    ['a chunk longer than it says', '2\r\n0123\r\n', 'Expected LF after chunk data'],
    ['a trailer that is none', '0\r\nwhat is this\r\n', 'Invalid header token'],
    ['a line without an end', '0'.repeat(17_000), 'Invalid character in chunk size'],
  ])('in chunks with %s is broken', (_, body, fault) => {
    expect(hear(CHUNKED + body).at(-1)).toBe(`Response does not match the HTTP/1.1 protocol (${fault})`)
  })
})
