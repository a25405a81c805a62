import { expect, test } from 'vitest'
import { parseListenAddress } from '../../src/base/address.js'

test.each([
  ['8080', 'home', 8080],
  ['0', 'home', 0],
  ['65535', 'home', 65_535],
  ['0.0.0.0:8080', '0.0.0.0', 8080],
  ['localhost:1', 'localhost', 1],
  ['ci-box.example:80', 'ci-box.example', 80],
  ['[::1]:8080', '::1', 8080],
])('%s: on %s, port %i', (text, host, port) => {
  expect(parseListenAddress(text, 'home')).toEqual({ host, port })
})

test.each([
  '',
  '65536',
  '-1',
  '8e3',
  ':8080',
  '::1:8080',
  'localhost',
  'localhost:',
  'http://x:80',
  'a b:80',
  '-x:80',
])('"%s" is not a listen address', (text) => {
  expect(parseListenAddress(text, 'home')).toBeNull()
})
