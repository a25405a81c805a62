import { expect, test } from 'vitest'
import { Random } from '../../../../src/base/rng.js'
import { HeaderDecoder } from '../../../../src/load/http/http2/hpack/decoder.js'
import { HeaderField } from '../../../../src/load/http/http2/hpack/static-table.js'
import { Http2Head, Http2HeadCache } from '../../../../src/load/http/http2/response-heads.js'

type Pairs = readonly (readonly [name: string, value: string])[]

function headOf(...pairs: Pairs): Http2Head {
  return new Http2Head(pairs.map(([name, value]) => new HeaderField(name, value)))
}

test('a head has its status, its length and its headers', () => {
  const head = headOf(
    [':status', '404'],
    ['content-length', '12'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  )
  expect(head).toMatchObject({ status: 404, bodyBytes: 12, fault: null })
  expect(head.responseHead.headers).toEqual([
    ['content-length', '12'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
  expect(headOf([':status', '200'])).toMatchObject({ bodyBytes: -1, fault: null })
  expect(headOf(['x-checksum', '1'])).toMatchObject({ status: 0, fault: null })
})

test.each<[string, Pairs]>([
  [
    'an unknown pseudo-header',
    [
      [':status', '200'],
      [':path', '/'],
    ],
  ],
  [
    ':status behind other headers',
    [
      ['a', 'b'],
      [':status', '200'],
    ],
  ],
  [
    ':status twice',
    [
      [':status', '200'],
      [':status', '200'],
    ],
  ],
  ['an invalid :status', [[':status', '20']]],
  ['an invalid :status', [[':status', '099']]],
  [
    'an invalid header name',
    [
      [':status', '200'],
      ['X-Upper', 'a'],
    ],
  ],
  [
    'an invalid header name',
    [
      [':status', '200'],
      ['', 'a'],
    ],
  ],
  [
    'an invalid header name',
    [
      [':status', '200'],
      ['a b', 'a'],
    ],
  ],
  [
    'an invalid header value',
    [
      [':status', '200'],
      ['a', 'b\r\nc: d'],
    ],
  ],
  [
    'an invalid header value',
    [
      [':status', '200'],
      ['a', '\0'],
    ],
  ],
  [
    'an invalid header value',
    [
      [':status', '200'],
      ['a', ' b'],
    ],
  ],
  [
    'an invalid header value',
    [
      [':status', '200'],
      ['a', 'b\t'],
    ],
  ],
  [
    'a header of HTTP/1.1 connections',
    [
      [':status', '200'],
      ['connection', 'close'],
    ],
  ],
  [
    'a header of HTTP/1.1 connections',
    [
      [':status', '200'],
      ['transfer-encoding', 'chunked'],
    ],
  ],
  [
    'an invalid content-length',
    [
      [':status', '200'],
      ['content-length', '-1'],
    ],
  ],
  [
    'an invalid content-length',
    [
      [':status', '200'],
      ['content-length', '1, 1'],
    ],
  ],
  [
    'an invalid content-length',
    [
      [':status', '200'],
      ['content-length', '1'],
      ['content-length', '1'],
    ],
  ],
])('%s makes it malformed: %j', (fault, pairs) => {
  expect(headOf(...pairs).fault).toBe(fault)
})

test('the same bytes give the same head, on every connection', () => {
  const cache = new Http2HeadCache()
  const [one, two] = [new HeaderDecoder(), new HeaderDecoder()]
  // The first adds its field to the table; the second refers to it.
  const [first, second] = [Buffer.from('8840016103616263', 'hex'), Buffer.from('88be', 'hex')]
  const read = (decoder: HeaderDecoder, bytes: Buffer) => cache.read(decoder, bytes, 0, bytes.length)
  const heads = [read(one, first), read(one, second), read(two, first), read(two, second), read(one, second)]
  expect(heads[2]).toBe(heads[0])
  expect(heads[3]).toBe(heads[1])
  expect(heads[4]).toBe(heads[1])
  expect(heads[1]!.responseHead.headers).toEqual([['a', 'abc']])
})

test('the same bytes mean something else once the table has changed', () => {
  const cache = new Http2HeadCache()
  const decoder = new HeaderDecoder()
  const read = (hex: string) =>
    cache.read(decoder, Buffer.from(hex, 'hex'), 0, hex.length / 2).responseHead.headers
  read('884001610131')
  expect(read('88be')).toEqual([['a', '1']])
  read('884001610132')
  expect(read('88be')).toEqual([['a', '2']])
  expect(read('88bf')).toEqual([['a', '1']])
})

test('any sequence of blocks on several connections is read as without a cache', () => {
  const random = new Random(3)
  const cache = new Http2HeadCache()
  const connections = Array.from({ length: 3 }, () => ({
    cached: new HeaderDecoder(),
    plain: new HeaderDecoder(),
  }))
  const outcome = (read: () => Pairs) => {
    try {
      return read()
    } catch (error) {
      return String(error)
    }
  }
  let met = 0
  for (let i = 0; i < 20_000; i++) {
    const parts = Array.from({ length: random.integer(0, 5) }, () => partOf(random))
    const bytes = Buffer.from(parts.join(''), 'hex')
    const place = random.integer(0, 2)
    const { cached, plain } = connections[place]!
    const expected = outcome(() =>
      plain.read(bytes, 0, bytes.length).fields.map(({ name, value }) => [name, value]),
    )
    const actual = outcome(() =>
      cache.read(cached, bytes, 0, bytes.length).fields.map(({ name, value }) => [name, value]),
    )
    expect(actual).toEqual(expected)
    if (typeof expected !== 'string') met++
    // A connection is over after an error.
    else connections[place] = { cached: new HeaderDecoder(), plain: new HeaderDecoder() }
  }
  expect(met).toBeGreaterThan(10_000)
})

/** A part of a block: few different ones, so that they come again. */
function partOf(random: Random): string {
  const value = `0${random.integer(1, 3)}`.padEnd(2 + 2 * random.integer(1, 3), '61')
  const text = `0${(value.length - 2) / 2}${value.slice(2)}`
  switch (random.integer(0, 9)) {
    case 0:
      return random.integer(0, 20) === 0 ? '3f01' : '88'
    case 1:
    case 2:
      return `4001${random.integer(61, 63)}${text}`
    case 3:
      return `0001${random.integer(61, 63)}${text}`
    case 4:
      return `7e${text}`
    case 5:
      return `7f00${text}`
    default:
      return (0xbe + random.integer(0, 2)).toString(16)
  }
}
