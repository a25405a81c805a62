import { expect, test } from 'vitest'
import { NumberReader, NumberWriter } from '../../src/base/byte-numbers.js'

const NUMBERS = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]

test('numbers and bytes are read as they were written', () => {
  const writer = new NumberWriter(1)
  for (const number of NUMBERS) writer.put(number)
  writer.append(new Uint8Array([200, 7]))
  writer.put(5)
  const reader = new NumberReader(writer.view())
  expect(NUMBERS.map(() => reader.next())).toEqual(NUMBERS)
  expect([...reader.take(2)]).toEqual([200, 7])
  expect([reader.hasMore, reader.next(), reader.hasMore]).toEqual([true, 5, false])
})

test('a small number takes a byte', () => {
  const writer = new NumberWriter()
  writer.put(127)
  expect(writer.view()).toHaveLength(1)
  writer.put(128)
  expect(writer.view()).toHaveLength(3)
})

test('a number that is cut off is an error', () => {
  expect(() => new NumberReader(new Uint8Array([0x80, 0x80])).next()).toThrow('cut off')
})
