import { expect, test } from 'vitest'
import { SigningKey } from '../../../src/run/agents/signature.js'

const MESSAGE = Buffer.from('{"type":"claim"}')

test('what was signed is opened with the same key, for the same subject', () => {
  const key = new SigningKey('secret')
  const signed = key.sign('a', MESSAGE.subarray(0, 3), MESSAGE.subarray(3))
  expect(key.open('a', signed)).toEqual(MESSAGE)
  expect(new SigningKey('secret').open('a', signed)).toEqual(MESSAGE)
  expect(key.open('b', signed)).toBeNull()
  expect(new SigningKey('Secret').open('a', signed)).toBeNull()
  expect(key.derive('offer', 'run').open('a', signed)).toBeNull()
})

test('no changed bit goes unnoticed', () => {
  const key = new SigningKey('')
  const signed = key.sign('a', MESSAGE)
  for (let i = 0; i < signed.length; i++) {
    const changed = Buffer.from(signed)
    changed[i]! ^= 1
    expect(key.open('a', changed)).toBeNull()
  }
  expect(key.open('a', signed.subarray(0, 20))).toBeNull()
  expect(key.open('a', Buffer.concat([signed, Buffer.from('x')]))).toBeNull()
})

test('each run has a key of its own', () => {
  const key = new SigningKey('secret')
  const signed = key.derive('offer', 'one').sign('a', MESSAGE)
  expect(key.derive('offer', 'one').open('a', signed)).toEqual(MESSAGE)
  expect(key.derive('offer', 'two').open('a', signed)).toBeNull()
  expect(key.derive('another', 'one').open('a', signed)).toBeNull()
})
