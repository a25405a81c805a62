import { describe, expect, test } from 'vitest'
import { Random } from '../../../../../src/base/rng.js'
import { ConnectionFault } from '../../../../../src/load/http/http2/errors.js'
import { HeaderDecoder } from '../../../../../src/load/http/http2/hpack/decoder.js'
import { ChangingField, FixedField, HeaderEncoder } from '../../../../../src/load/http/http2/hpack/encoder.js'

type Pairs = readonly (readonly [name: string, value: string])[]

/** Blocks of one connection, each with what it means. */
type Example = readonly (readonly [hex: string, fields: Pairs])[]

const REQUESTS: readonly Pairs[] = [
  [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ],
  [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
    ['cache-control', 'no-cache'],
  ],
  [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ],
]

const RESPONSES: readonly Pairs[] = [
  [
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ],
  [
    [':status', '307'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ],
  [
    [':status', '200'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:22 GMT'],
    ['location', 'https://www.example.com'],
    ['content-encoding', 'gzip'],
    ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
]

function example(pairs: readonly Pairs[], ...hex: readonly string[]): Example {
  return hex.map((each, i) => [each, pairs[i]!])
}

/** A table of 256 bytes, as in the examples of responses. */
const SMALL_TABLE = '3fe101'

/** RFC 7541, appendix C. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  'C.2.1': [
    ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', [['custom-key', 'custom-header']]],
  ],
  'C.2.2': [['040c 2f73 616d 706c 652f 7061 7468', [[':path', '/sample/path']]]],
  'C.2.3': [['1008 7061 7373 776f 7264 0673 6563 7265 74', [['password', 'secret']]]],
  'C.2.4': [['82', [[':method', 'GET']]]],
  'C.3': example(
    REQUESTS,
    '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    '8286 84be 5808 6e6f 2d63 6163 6865',
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
  ),
  'C.4': example(
    REQUESTS,
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    '8286 84be 5886 a8eb 1064 9cbf',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ),
  'C.5': example(
    RESPONSES,
    `${SMALL_TABLE}4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
     2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
    '4803 3330 37c1 c0bf',
    `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a
     6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d
     6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
  ),
  'C.6': example(
    RESPONSES,
    `${SMALL_TABLE}4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
     2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
    '4883 640e ffc1 c0bf',
    `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d
     d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106
     3d50 07`,
  ),
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ''), 'hex')
}

function read(decoder: HeaderDecoder, bytes: Buffer): [string, string][] {
  return decoder.read(bytes, 0, bytes.length).fields.map(({ name, value }) => [name, value])
}

test.each(Object.entries(EXAMPLES))('the example %s of RFC 7541 is read', (_, blocks) => {
  const decoder = new HeaderDecoder()
  for (const [hex, fields] of blocks) expect(read(decoder, bytesOf(hex))).toEqual(fields)
})

test.each(Object.entries(EXAMPLES))('a cut of the example %s is an error or a part of it', (_, blocks) => {
  for (const [last, [hex, fields]] of blocks.entries()) {
    const whole = bytesOf(hex)
    for (let end = 0; end < whole.length; end++) {
      const decoder = new HeaderDecoder()
      for (const [before] of blocks.slice(0, last)) read(decoder, bytesOf(before))
      try {
        const part = read(decoder, whole.subarray(0, end))
        expect(part).toEqual(fields.slice(0, part.length))
        expect(part.length).toBeLessThan(fields.length)
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectionFault)
      }
    }
  }
})

test.each([
  ['index 0', '80'],
  ['an index that is not there', 'be'],
  ['the name of an index that is not there', '7e 01 61'],
  ['a number without an end', 'ff ff ff ff ff ff ff'],
  ['a number that is cut', 'ff'],
  ['a text longer than the block', '00 05 61 62'],
  ['a field without a value', '00 01 61'],
  ['a Huffman text that ends in more than seven ones', '00 01 61 82 1f ff'],
  ['a Huffman text that does not end in ones', '00 01 61 81 18'],
  ['the end symbol in a Huffman text', '00 01 61 84 ff ff ff ff'],
  ['a table larger than allowed', '3f e2 1f'],
  ['a change of the table behind a field', '82 20'],
])('%s is an error', (_, hex) => {
  const decoder = new HeaderDecoder()
  expect(() => read(decoder, bytesOf(hex))).toThrow(ConnectionFault)
})

test('fields of more than 64 KiB are an error, also if the block is short', () => {
  const large = Buffer.concat([bytesOf('4001 61 7f a11e'), Buffer.alloc(4000, 'x')])
  const decoder = new HeaderDecoder()
  expect(read(decoder, large)).toEqual([['a', 'x'.repeat(4000)]])
  expect(read(decoder, Buffer.alloc(16, 0xbe))).toHaveLength(16)
  expect(() => read(decoder, Buffer.alloc(17, 0xbe))).toThrow('response headers larger than 64 KiB')
})

test('every text is written and read alike', () => {
  const decoder = new HeaderDecoder()
  const random = new Random(5)
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
  const texts = [...all, all, ...Array.from({ length: 2000 }, () => textOf(random))]
  for (const text of texts) {
    const bytes = Buffer.alloc(text.length + 20)
    const end = new ChangingField('x', text).write(bytes, 3)
    expect(decoder.read(bytes, 3, end).fields).toEqual([expect.objectContaining({ name: 'x', value: text })])
  }
})

function textOf(random: Random): string {
  const limit = random.integer(0, 1) === 0 ? 127 : 255
  return String.fromCharCode(
    ...Array.from({ length: random.integer(0, 60) }, () => random.integer(limit === 127 ? 32 : 0, limit)),
  )
}

describe('what an encoder writes', () => {
  const field = (number: number, name: string, value: string) => new FixedField(number, name, value)

  function write(encoder: HeaderEncoder, fields: readonly (FixedField | ChangingField)[]): Buffer {
    const bytes = Buffer.alloc(100_000)
    let end = encoder.begin(bytes, 0)
    for (const each of fields) end = encoder.write(each, bytes, end)
    return bytes.subarray(0, end)
  }

  test('is as in RFC 7541, C.4', () => {
    const all = new Map<string, FixedField>()
    const encoder = new HeaderEncoder()
    for (const [hex, pairs] of EXAMPLES['C.4']!) {
      const fields = pairs.map(([name, value]) => {
        const key = `${name} ${value}`
        if (!all.has(key)) all.set(key, field(all.size, name, value))
        return all.get(key)!
      })
      expect(write(encoder, fields).toString('hex')).toBe(bytesOf(hex).toString('hex'))
    }
  })

  test('is one byte for each field from the second time on', () => {
    const fields = Array.from({ length: 20 }, (_, i) => field(i, `x-${i}`, `value ${i}`))
    const encoder = new HeaderEncoder()
    expect(write(encoder, fields).length).toBeGreaterThan(200)
    expect(write(encoder, fields)).toHaveLength(20)
  })

  test.each([
    ['the usual table', []],
    ['a table that grows', [65_536]],
    ['no table', [0]],
    ['a table that is emptied', [0, 4096]],
    ['a small table', [100]],
  ])('is read alike with %s, whatever is sent', (_, sizes) => {
    const random = new Random(11)
    const encoder = new HeaderEncoder()
    const decoder = new HeaderDecoder()
    const fixed = Array.from({ length: 120 }, (_, i) =>
      field(i, `name-${i % 50}`, `${i}`.repeat(random.integer(0, i))),
    )
    for (let block = 0; block < 500; block++) {
      if (block % 100 === 50) for (const size of sizes) encoder.resize(size)
      if (block % 100 === 90) encoder.resize(random.integer(0, 5000))
      const fields = Array.from({ length: random.integer(0, 30) }, () =>
        random.integer(0, 3) === 0
          ? new ChangingField(`name-${random.integer(0, 60)}`, textOf(random))
          : fixed[random.integer(0, block % 2 === 0 ? 119 : 10)]!,
      )
      const pairs = fields.map((each) =>
        each instanceof FixedField ? [each.name, each.value] : [expect.any(String), each.value],
      )
      expect(read(decoder, write(encoder, fields))).toEqual(pairs)
    }
  })
})
