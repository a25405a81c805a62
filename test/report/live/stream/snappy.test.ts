import { describe, expect, test } from 'vitest'
import { Random } from '../../../../src/base/rng.js'
import { compress } from '../../../../src/report/live/stream/snappy.js'
import { uncompress } from './remote-write-reader.js'

describe('the decoder of these tests', () => {
  // By hand, from google/snappy's format_description.txt.
  test.each([
    ['a literal', [3, 2 << 2, 97, 98, 99], 'abc'],
    ['an overlapping copy with a distance of one byte', [8, 1 << 2, 120, 121, 1 | (2 << 2), 2], 'xyxyxyxy'],
    ['a copy with a distance of two bytes', [6, 2 << 2, 97, 98, 99, 2 | (2 << 2), 3, 0], 'abcabc'],
    ['a copy with a distance of four bytes', [4, 0, 97, 3 | (2 << 2), 1, 0, 0, 0], 'aaaa'],
  ])('decodes %s', (_, block, text) => {
    expect(uncompress(Buffer.from(block)).toString()).toBe(text)
  })

  test.each([
    ['too few bytes', [4, 0, 97]],
    ['a copy from before the start', [5, 0, 97, 2 | (3 << 2), 2, 0]],
    ['a truncated literal', [3, 2 << 2, 97]],
  ])('refuses %s', (_, block) => {
    expect(() => uncompress(Buffer.from(block))).toThrow()
  })
})

test.each([0, 1, 3, 4, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 200_000])(
  '%i random bytes survive a round trip',
  (length) => {
    const random = new Random(length)
    const bytes = Buffer.from(Array.from({ length }, () => random.integer(0, 255)))
    expect(uncompress(Buffer.from(compress(bytes))).equals(bytes)).toBe(true)
  },
)

test.each([1, 2, 3, 7, 64, 1000, 70_000])(
  'data with a period of %i bytes survives a round trip',
  (period) => {
    const random = new Random(period)
    const unit = Buffer.from(Array.from({ length: period }, () => random.integer(0, 255)))
    const bytes = Buffer.concat(Array.from({ length: Math.ceil(150_000 / period) }, () => unit))
    const block = compress(bytes)
    expect(uncompress(Buffer.from(block)).equals(bytes)).toBe(true)
    // A copy of three bytes replaces 64, if it reaches back that far.
    if (period <= 1000) expect(block.length).toBeLessThan(bytes.length / 15)
  },
)
